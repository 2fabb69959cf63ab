"""What replays found, as people read it and as a report that can be filed."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from chassis.clock import real_now
from chassis.local_time import WITA
from tameng import checks, reports
from tameng.checks import Checked
from tameng.machine import Described
from tameng.reports import Filed, Section

Answer = Mapping[str, Any]
_BESIDE = {
    "tables": "the live tables",
    "archive": "what the archive makes",
    "log": "what the log makes",
    None: "nothing",
}


def today() -> date:
    """The day in Kupang, for the names of reports."""
    return real_now().astimezone(WITA).date()


async def filed(machine: Described, folder: Path, found: Mapping[str, Checked]) -> Filed:
    """Write and sign the report of these replays. Raises: Problem, OSError."""
    passed = all(checked.passed for checked in found.values())
    return await reports.filed(
        machine,
        folder,
        name=f"replay-{'-'.join(found)}-{today()}",
        title=f"Replay of {', '.join(found)}",
        passed=passed,
        verdict=words(found),
        sections=sections(found),
        answer={name: checked.answer for name, checked in found.items()},
    )


def words(found: Mapping[str, Checked]) -> str:
    """The verdict over all of them."""
    applied = sum(checked.answer["applied"] for checked in found.values())
    wrong = [name for name, checked in found.items() if not checked.passed]
    if not wrong:
        return f"Every table follows from the record: {applied:,} events were applied again."
    return f"The tables or the log of {', '.join(wrong)} are not what the record says."


def sections(found: Mapping[str, Checked]) -> list[Section]:
    """The tables of each service, and the rows that differ."""
    made = []
    for name, checked in found.items():
        columns = ("Table", "Rows", "Rebuilt", "Outcome", "Digest", "Rebuilt digest")
        title = f"{name.capitalize()}: {verdict(checked.answer)}"
        made.append(Section(title, columns, rows(checked.answer), figures(checked.answer)))
        if checked.answer["differences"]:
            lines = [tuple(line.split(": ", 1)) for line in checks.differences(checked)]
            made.append(Section(f"{name.capitalize()}: rows that differ", ("Row", "What"), lines))
    return made


def verdict(answer: Answer) -> str:
    """A service's own verdict, in a few words."""
    if answer["against"] is None:
        return "rebuilt, compared with nothing"
    return "the same" if answer["same"] else "DIFFERS"


def rows(answer: Answer) -> list[tuple[str, ...]]:
    """A line a table: rows, rebuilt rows, the same or how many differ, both digests."""
    return [
        (
            name,
            f"{table['rows']:,}",
            f"{table.get('replayed_rows', table['rows']):,}",
            _standing(answer, name),
            table.get("live", ""),
            table["replayed"],
        )
        for name, table in answer["tables"].items()
    ]


def _standing(answer: Answer, table: str) -> str:
    if answer["against"] is None:
        return ""
    differing = answer["differing"].get(table, 0)
    return f"DIFFERS in {differing:,}" if differing else "same"


def figures(answer: Answer) -> str:
    """From what, up to when, beside what, and how fast."""
    source = "the archive" if answer["from"] == "archive" else "the log and the topics"
    until = f" recorded until {answer['until']}" if answer["until"] else ""
    beside = _BESIDE[answer["against"]]
    line = (
        f"{answer['events']:,} events{until} from {source}, {answer['applied']:,} of them applied, "
        f"beside {beside}, in {answer['seconds']:,} s: {answer['events_per_s']:,} a second."
    )
    compared = answer["log_compared_with_archive"]
    wrong = answer["differing"].get("event_log", 0)
    if compared or wrong:
        line += (
            f" Of {compared:,} rows of the log that were laid beside the archive, {wrong:,} differ."
        )
    return line
