"""`tameng what-if`: what claims would have come to by other benefits."""

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from contracts.refusal import Refused
from services.claims.rules.amendments import amendment, amendments
from tameng import what_if_tables as tables
from tameng.checks import Checked
from tameng.machine import Described, describe, service_command
from tameng.problems import Problem

STATE = Path(".tameng")
Part = Callable[[float], None]
Benefits = Annotated[
    Path | None, typer.Option(help="[[row]]s like those of benefits.toml.", metavar="FILE")
]
Changes = Annotated[
    list[str] | None, typer.Option("--set", help="A rule and its other value.", metavar="RULE=N")
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
    with _bar() as progress:
        task = progress.add_task("Every decision is taken again", total=1.0)
        machine = describe(state)
        found = asyncio.run(
            asked(machine, words, lambda part: progress.update(task, completed=part))
        )
    if as_json:
        typer.echo(json.dumps(found.answer, indent=2))
    else:
        for shown in tables.shown(found.answer):
            console.print(shown)
        console.print(tables.verdict(found.answer), soft_wrap=True, highlight=False, markup=False)
    raise typer.Exit(0 if found.passed else 1)


async def asked(machine: Described, words: tuple[str, ...], tell: Part) -> Checked:
    """What the command of claims answers, its progress told. Raises: Problem."""
    process = await asyncio.create_subprocess_exec(
        *service_command("claims", "what-if", "--progress", *words),
        env={**os.environ, **machine.environments["claims"]},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout and process.stderr  # noqa: S101, PT018  (both are pipes)
    output, last = await asyncio.gather(process.stdout.read(), _watched(process.stderr, tell))
    try:
        return Checked(await process.wait() == 0, json.loads(output.splitlines()[-1]))
    except (IndexError, ValueError):
        raise Problem(f"the what-if of claims could not run: {last}") from None


async def _watched(lines: asyncio.StreamReader, tell: Part) -> str:
    """The last line that is no part of the work."""
    last = ""
    async for line in lines:
        try:
            tell(float(line))
        except ValueError:
            last = line.decode(errors="replace").strip() or last
    return last


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


def _bar() -> Progress:
    columns: tuple[Any, ...] = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    return Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True)
