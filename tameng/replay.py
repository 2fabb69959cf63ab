"""`tameng replay`: rebuild tables from the events beside the live ones, for people."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from tameng import checks, replay_report
from tameng.bars import replaying
from tameng.checks import Checked, Told
from tameng.environment import SERVICES
from tameng.machine import Described
from tameng.problems import Problem
from tameng.where import STATE, State, describe

EVERY = "all"
console = Console()


def replay(  # noqa: PLR0913  (an option each)
    service: Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}, or {EVERY}.")],
    *,
    source: Annotated[
        Literal["log", "archive"],
        typer.Option("--from", help="The service's log and the topics; or the archive alone."),
    ] = "log",
    until: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="The tables of then: 2025-08-01T00:00+08:00."),
    ] = None,
    until_event: Annotated[
        str | None, typer.Option(metavar="EVENT_ID", help="Of when that event was just recorded.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the tables in a schema, for looking at them.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write a signed report there: HTML and JSON."),
    ] = None,
    state: State = STATE,
) -> None:
    """Rebuild a service's tables from its events in a schema beside the live ones, and compare.

    From the log, each row of it is laid beside the archive's as well. With `--until` the tables
    of a moment in the past are compared with what the archive makes of the same events.

    Exit 1, naming the rows, when something differs. Changes nothing; the service goes on.
    """
    names = SERVICES if service == EVERY else (service,)
    if not set(names) <= set(SERVICES):
        raise Problem(f"no service {service}: one of {', '.join(SERVICES)}, or {EVERY}")
    if until is not None and not _is_instant(until):
        raise Problem(f"--until {until}: say a moment with its offset, as 2025-08-01T00:00+08:00")
    given = {"--from": source, "--until": until, "--until-event": until_event}
    options = [word for name, value in given.items() if value for word in (name, value)]
    if report is not None:
        report.mkdir(parents=True, exist_ok=True)  # before the work of which it is to tell
    machine = describe(state)
    found = asyncio.run(_replayed(machine, names, [*options, *(("--keep",) if keep else ())]))
    for name, checked in found.items():
        show(name, checked)
    if report is not None:
        filed = asyncio.run(replay_report.filed(machine, report, found))
        _say(f"filed: {filed.html}, signed by {filed.note}")
    raise typer.Exit(0 if all(checked.passed for checked in found.values()) else 1)


def _is_instant(words: str) -> bool:
    try:
        return datetime.fromisoformat(words).tzinfo is not None
    except ValueError:
        return False


async def _replayed(
    machine: Described, names: Sequence[str], options: Sequence[str]
) -> dict[str, Checked]:
    with replaying(console, names) as told:
        return await each_replayed(machine, names, options, told)


async def each_replayed(
    machine: Described, names: Sequence[str], options: Sequence[str], told: Mapping[str, Told]
) -> dict[str, Checked]:
    """Replay one service after the other: each takes all processors. Raises: Problem."""
    return {name: await checks.replayed(machine, name, *options, told=told[name]) for name in names}


def show(name: str, checked: Checked) -> None:
    """The tables of a service, the rows that differ, and the figures, on the terminal."""
    answer = checked.answer
    table = Table(title=f"{name}: {replay_report.verdict(answer)}", title_justify="left")
    table.add_column("table")
    table.add_column("rows", justify="right")
    table.add_column("rebuilt", justify="right")
    table.add_column("")
    for cells in replay_report.rows(answer):
        style = "red" if cells[-1].startswith("DIFFERS") else None
        table.add_row(*cells[:4], style=style)
    console.print(table)
    for line in checks.differences(checked):
        _say(f"  {line}", style="red")
    _say(replay_report.figures(answer))
    if answer["kept"]:
        _say(
            f"kept as schema {answer['kept']} of the {name} database, unlogged: a crash of "
            f'Postgres empties it. Look, then DROP SCHEMA "{answer["kept"]}" CASCADE'
        )


def _say(line: str, *, style: str | None = None) -> None:
    console.print(line, style=style, soft_wrap=True, highlight=False, markup=False)
