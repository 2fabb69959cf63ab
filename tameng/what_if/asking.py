"""Ask a service what if, show what it answers, and file it."""

import asyncio
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console

from tameng import checks, reports
from tameng.bars import replaying
from tameng.checks import Checked, Told
from tameng.machine import Described
from tameng.replay_report import today
from tameng.reports import Filed
from tameng.what_if.tables import Answer, Shown, sections, table
from tameng.where import describe

NAME_MAX = 150
"""Letters of a report's name, without its end."""
Report = Annotated[
    Path | None, typer.Option(help="Write a signed report there: HTML, JSON.", metavar="FOLDER")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
console = Console()


class Subject(NamedTuple):
    """What is asked about, and how its answer is told."""

    name: str
    service: str
    changed: Callable[[Answer], list[str]]
    """What is other than in force, a few words each; they name the report."""
    title: Callable[[Answer], str]
    verdict: Callable[[Answer], str]
    tables: Callable[[Answer], Iterable[Shown]]


async def asked(
    machine: Described, service: str, words: tuple[str, ...],
    *, told: Told = lambda _done, _of: None,
) -> Checked:  # fmt: skip
    """What the service's own command answers to these options. Raises: Problem."""
    return await checks.answered(machine, service, "what-if", "--progress", *words, told=told)


def ask(
    subject: Subject, words: tuple[str, ...], *, state: Path, report: Path | None, as_json: bool
) -> None:
    """Ask, tell, file where asked to, and end: with 1 where the record does not hold.

    Raises: Problem, OSError, typer.Exit.
    """
    machine = describe(state)
    with replaying(Console(stderr=True), [subject.name]) as told:
        found = asyncio.run(asked(machine, subject.service, words, told=told[subject.name]))
    if as_json:
        typer.echo(json.dumps(found.answer, indent=2))
    else:
        for shown in subject.tables(found.answer):
            if shown.rows and not shown.only_filed:
                console.print(table(shown))
        _say(subject.verdict(found.answer))
    if report is not None:
        files = asyncio.run(filed(machine, report, subject, found))
        if not as_json:
            _say(f"filed: {files.html}, signed by {files.note}")
    raise typer.Exit(0 if found.passed else 1)


async def filed(machine: Described, folder: Path, subject: Subject, found: Checked) -> Filed:
    """Write and sign the report. It is named by its day and what changes, so that two questions of
    a day are two reports. Raises: Problem, OSError."""
    answer = found.answer
    words = [f"what-if-{subject.name}", *(subject.changed(answer) or ["none"]), str(today())]
    return await reports.filed(
        machine,
        folder,
        name="-".join(words)[:NAME_MAX],
        title=subject.title(answer),
        passed=found.passed,
        verdict=subject.verdict(answer),
        sections=sections(subject.tables(answer)),
        answer=answer,
    )


def _say(line: str) -> None:
    console.print(line, soft_wrap=True, highlight=False, markup=False)
