"""`tameng benefit`: what a member or a family is due, from facts in a file."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from rich.console import Console
from rich.table import Table

from contracts.claims import Explanation
from contracts.refusal import Refused
from services.claims.api.facts import AskedFacts
from services.claims.rules.compute import compute as computed
from services.claims.rules.explain import explanation, in_indonesian
from services.claims.rules.facts import Computation, Facts
from tameng.problems import Problem

FILE_BYTES_MAX = 16 * 1024 * 1024
SEVERAL = "facts"
"""What the list is called in a file that holds more than one claim."""
EXAMPLE = """

    kind = "death"
    filed_on = 2025-11-03
    decided_on = 2025-11-05
    happened_on = 2025-11-01
    died_on = 2025-11-01
    heir_class = 1
    spells = [{ covered_from = 2025-07-09T09:00:00+08:00 }]
    paid = [
      { month = "2025-07", paid_on = 2025-07-08 },
      { month = "2025-08", paid_on = 2025-08-12 },
      { month = "2025-09", paid_on = 2025-09-12 },
      { month = "2025-10", paid_on = 2025-10-13 },
    ]

"""
SAID = {
    "extra_forbidden": "there is no such field",
    "timezone_aware": "say the offset, as in 2025-07-09T09:00:00+08:00",
}
"""What is said of a field, where the words of the library would not tell what to do."""
commands = typer.Typer(help="What is due by law.", no_args_is_help=True)
console = Console()


class Answer(NamedTuple):
    """One computation and its explanation."""

    facts: Facts
    computation: Computation
    explanation: Explanation


@commands.callback()
def benefit() -> None:
    """What is due by law: compute it from facts in a file, without a running machine."""


def compute(
    file: Annotated[
        Path, typer.Argument(help="Facts as TOML or JSON, by its ending.", metavar="FILE")
    ],
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON list, one entry for each facts.")
    ] = False,
) -> None:
    answers = [_answer(number, raw) for number, raw in enumerate(_several(file), start=1)]
    if as_json:
        typer.echo(json.dumps([_plain(answer) for answer in answers], indent=2))
        return
    for number, answer in enumerate(answers, start=1):
        _show(number, answer)


compute.__doc__ = f"""Compute what is due, line by line, and say why. Decides nothing.

A family of the first class, member since 9 July, four months paid: `tameng benefit compute
death.toml` with this file answers 42,000,000.
{EXAMPLE}
Several claims: `[[facts]]` before each in TOML, a list in JSON. Days are local, amounts whole
rupiah, an instant has its offset. More fields, each with its meaning, and 300 worked cases:
`docs/claims/decision-table.md`.
"""
commands.command()(compute)


def _several(file: Path) -> list[dict[str, Any]]:
    """The facts of a file, one or more, as they stand there."""
    held: object = _parsed(file)
    if isinstance(held, dict) and set(held) == {SEVERAL}:
        held = held[SEVERAL]
    several = held if isinstance(held, list) else [held]
    facts = [each for each in several if isinstance(each, dict)]
    if not facts or len(facts) < len(several):
        raise Problem(f"{file} holds no facts: see `tameng benefit compute --help`")
    return facts


def _parsed(file: Path) -> object:
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise Problem(f"{file} is larger than {FILE_BYTES_MAX:,} bytes: split it")
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".toml":
            return tomllib.loads(text)
        if file.suffix == ".json":
            parsed: object = json.loads(text)
            return parsed
    except OSError as error:
        raise Problem(f"cannot read {file}: {error.strerror}") from None
    except ValueError as error:
        raise Problem(f"{file} cannot be read as {file.suffix[1:].upper()}: {error}") from None
    raise Problem(f"{file} ends in neither .toml nor .json")


def _answer(number: int, raw: dict[str, Any]) -> Answer:
    """Raises: Problem, naming the field."""
    try:
        facts = AskedFacts.model_validate(raw).facts()
    except ValidationError as error:
        wrong = [f"{_dotted(each['loc'])}: {_said(each)}" for each in error.errors()]
        raise Problem(f"facts {number}: {'; '.join(wrong)}") from None
    try:
        computation = computed(facts)
        return Answer(facts, computation, explanation(facts, computation))
    except Refused as refusal:
        raise Problem(f"facts {number}: {refusal} ({refusal.slug})") from None


def _said(error: ErrorDetails) -> str:
    return SAID.get(error["type"], error["msg"])


def _dotted(path: tuple[str | int, ...]) -> str:
    """`spells.1.covered_from`, counted from one as people do."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path) or "facts"


def _plain(answer: Answer) -> dict[str, Any]:
    computation = answer.computation
    return {
        "ground": computation.ground,
        "total": computation.total,
        "explanation": answer.explanation.model_dump(mode="json"),
        "in_indonesian": in_indonesian(answer.explanation),
    }


def _show(number: int, answer: Answer) -> None:
    facts, computation = answer.facts, answer.computation
    _say(f"{number}. {facts.kind} of {facts.died_on or facts.happened_on}", style="bold")
    _say(computation.outcome)
    if computation.steps:
        console.print(_table(computation))
    for name, value in _remarks(computation):
        _say(f"  {name:<14}{value}")
    _say("Facts used:")
    for fact in computation.facts:
        _say(f"  {fact.name}: {fact.value}")
    _say("For the family:")
    for line in in_indonesian(answer.explanation):
        _say(f"  {line}")
    _say("")


def _table(computation: Computation) -> Table:
    table = Table(title_justify="left")
    table.add_column("benefit")
    table.add_column("rupiah", justify="right", no_wrap=True)
    for title in ("", "to", "how", "by"):
        table.add_column(title)
    for step in computation.steps:
        table.add_row(
            step.benefit,
            f"{step.amount:,}",
            "held" if step.is_held else "due",
            step.child or step.payee,
            step.arithmetic,
            step.article + ("" if step.verified else " (not verified)"),
        )
    table.add_row("total", f"{computation.total:,}", style="bold")
    return table


def _remarks(computation: Computation) -> Iterator[tuple[str, str]]:
    """What else an officer has to know; nothing that is empty."""
    if computation.ground:
        yield "ground", computation.ground
    if computation.doubts:
        yield "a person sees", ", ".join(computation.doubts)
    yield "months in row", str(computation.months_paid)
    if computation.arrears:
        yield "months owed", ", ".join(computation.arrears)
    if computation.waiting_ends_on:
        yield "wait ends on", f"{computation.waiting_ends_on}"
    if computation.overpaid:
        yield "overpaid", f"{computation.overpaid:,}"


def _say(line: str, *, style: str | None = None) -> None:
    """A line as it is, however wide the terminal."""
    console.print(line, style=style, soft_wrap=True, highlight=False, markup=False)
