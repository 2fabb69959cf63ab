"""`tameng what-if`: what claims would have come to by other benefits."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from contracts.refusal import Refused
from services.claims.rules.amendments import amendment, amendments
from tameng import checks
from tameng import what_if_tables as tables
from tameng.bars import replaying
from tameng.checks import Checked, Told
from tameng.machine import Described, describe
from tameng.problems import Problem
from tameng.what_if_report import filed

STATE = Path(".tameng")
Benefits = Annotated[
    Path | None, typer.Option(help="[[row]]s like those of benefits.toml.", metavar="FILE")
]
Changes = Annotated[
    list[str] | None, typer.Option("--set", help="A rule and its other value.", metavar="RULE=N")
]
Report = Annotated[
    Path | None, typer.Option(help="Write a signed report there: HTML, JSON.", metavar="FOLDER")
]
State = Annotated[Path, typer.Option(help="The folder of the machine.", metavar="FOLDER")]
commands = typer.Typer(help="What would have been by other rules.", no_args_is_help=True)
console = Console()


@commands.callback()
def group() -> None:
    """What would have been by other rules: a replay that publishes nothing and changes nothing."""


@commands.command()
def claims(
    benefits: Benefits = None,
    changes: Changes = None,
    report: Report = None,
    state: State = STATE,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Decide every claim again by other benefits; show which come out otherwise, by how much, why.

    A waiting time of six months instead of three, for all deaths there were:
    `tameng what-if claims --set death-waiting=6`

    A larger lump sum for deaths from January on, and another funeral benefit:
    `--set death-lump-sum=25_000_000@2026-01-01 --set death-funeral=12_000_000`

    Many changes in a file: a copy of `services/claims/rules/benefits.toml`, or only the rows that
    change: `--benefits FILE`. Without any change it checks the record: the rules in force must come
    to every decision that was taken, else exit 1 with the claims that differ.
    """
    words = _checked(benefits, changes or [])
    machine = describe(state)
    with replaying(Console(stderr=True), ["claims"]) as told:
        found = asyncio.run(asked(machine, words, told=told["claims"]))
    if as_json:
        typer.echo(json.dumps(found.answer, indent=2))
    else:
        for shown in tables.shown(found.answer):
            console.print(shown)
        _say(tables.verdict(found.answer))
    if report is not None:
        files = asyncio.run(filed(machine, report, found))
        if not as_json:
            _say(f"filed: {files.html}, signed by {files.note}")
    raise typer.Exit(0 if found.passed else 1)


async def asked(
    machine: Described, words: tuple[str, ...], *, told: Told = lambda _done, _of: None
) -> Checked:
    """What claims' own command answers to these options. Raises: Problem."""
    return await checks.answered(machine, "claims", "what-if", "--progress", *words, told=told)


def _checked(benefits: Path | None, changes: list[str]) -> tuple[str, ...]:
    """The options for claims' own command, seen to be understood. Raises: Problem."""
    try:
        for change in changes:
            amendment(change)
        if benefits is not None:
            amendments(benefits.read_text(encoding="utf-8"))
    except Refused as refusal:
        raise Problem(str(refusal)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"cannot read {benefits}: {error}") from None
    file = () if benefits is None else ("--benefits", str(benefits.resolve()))
    return *file, *(word for change in changes for word in ("--set", change))


def _say(line: str) -> None:
    console.print(line, soft_wrap=True, highlight=False, markup=False)
