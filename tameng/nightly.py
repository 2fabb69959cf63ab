"""`tameng nightly`: the record verified, every service replayed, completeness; one signed report.

For a timer: it says little, and its exit tells. docs/audit/replay.md shows both ways to run it.
"""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from tameng import checks, completeness, replay_report, reports
from tameng.checks import Checked
from tameng.completeness import Row
from tameng.environment import SERVICES
from tameng.machine import Described
from tameng.replay import each_replayed
from tameng.reports import Filed, Section
from tameng.where import STATE, State, describe


def nightly(
    report: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the signed report goes.")],
    state: State = STATE,
) -> None:
    """Verify the archive, replay every service, look whether all that was recorded is archived and
    applied, and file one signed report. Meant for a timer, beside the running services.

    Exit 1 when anything differs, or could not be looked at.
    """
    passed, filed = asyncio.run(_look(describe(state), report))
    typer.echo(f"{'passed' if passed else 'NOT passed'}: {filed.html}")
    raise typer.Exit(0 if passed else 1)


async def _look(machine: Described, folder: Path) -> tuple[bool, Filed]:
    rows = await completeness.looked_at(machine)
    verified = await checks.verified(machine)
    quiet = dict.fromkeys(SERVICES, lambda _done, _of: None)
    replays = await each_replayed(machine, SERVICES, (), quiet)
    passed = (
        verified.passed
        and all(checked.passed for checked in replays.values())
        and all(row.is_complete for row in rows)
    )
    filed = await reports.filed(
        machine,
        folder,
        name=f"nightly-{replay_report.today()}",
        title="The record and the systems, looked through in the night",
        passed=passed,
        verdict=_verdict(verified, replays, rows),
        sections=[
            _archive(verified),
            _completeness(rows),
            *replay_report.sections(replays),
        ],
        answer=_answer(verified, replays, rows),
    )
    return passed, filed


def _verdict(verified: Checked, replays: dict[str, Checked], rows: list[Row]) -> str:
    chain = "The archive is whole." if verified.passed else "The archive is NOT whole."
    whole = all(row.is_complete for row in rows)
    arrived = (
        "All that was recorded is archived and applied."
        if whole
        else "Not all that was recorded is archived and applied."
    )
    return f"{chain} {replay_report.words(replays)} {arrived}"


def _archive(verified: Checked) -> Section:
    answer = verified.answer
    note = "" if verified.passed else checks.place(answer["finding"])
    counts = [(topic, f"{number:,}") for topic, number in answer["events_by_topic"].items()]
    return Section("The archive", ("Topic", "Events"), counts, note)


def _completeness(rows: list[Row]) -> Section:
    """A line a service; a shard that is not complete has its own."""
    told = completeness.lines(rows)
    return Section("Completeness: logged, published, archived, applied", told[0], told[1:])


def _answer(verified: Checked, replays: dict[str, Checked], rows: list[Row]) -> dict[str, Any]:
    return {
        "archive": verified.answer,
        "completeness": [{**vars(row), "complete": row.is_complete} for row in rows],
        "replays": {name: checked.answer for name, checked in replays.items()},
    }
