"""What a what-if found, as a report that can be filed."""

from pathlib import Path

from tameng import reports
from tameng.checks import Checked
from tameng.machine import Described
from tameng.replay_report import today
from tameng.reports import Filed, Section
from tameng.what_if_tables import CLAIMS, LEFT, MONEY, RULES, Answer, money, verdict

NAME_MAX = 150
"""Letters of a file's name, without its end."""


async def filed(machine: Described, folder: Path, found: Checked) -> Filed:
    """Write and sign the report. It is named by its day and what changes, so that two questions of
    a day are two reports. Raises: Problem, OSError."""
    answer = found.answer
    changed = [f"{each['rule']}-{each['after']}" for each in answer["changes"]]
    return await reports.filed(
        machine,
        folder,
        name="-".join(["what-if-claims", *(changed or ["none"]), str(today())])[:NAME_MAX],
        title=f"What if: {', '.join(changed) or 'nothing changed'}",
        passed=found.passed,
        verdict=verdict(answer),
        sections=sections(answer),
        answer=answer,
    )


def sections(answer: Answer) -> list[Section]:
    """The rules, each claim that differs, the money, and what was left as recorded."""
    tables = (
        ("The rules", answer["changes"], RULES, ""),
        ("Claims that come out otherwise", answer["differing"], CLAIMS, ""),
        ("Money", list(money(answer)), MONEY, ""),
        ("Left as recorded", answer["undecided"], LEFT, "No rule decides these, or not alone."),
    )
    return [
        Section(title, columns, [cells(row) for row in rows], note)
        for title, rows, (cells, columns), note in tables
        if rows
    ]
