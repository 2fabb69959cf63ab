"""What every question of an auditor has, and how it is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.area_filters import within

Value = str | bool | int | date | datetime | UUID | None
Parameter = Literal["programme_id", "month", "area"]

OF_PROVINCE = "programme.province_code = left(:area, 2)"
"""Of the joined `programmes programme`: those of the province in which the area lies."""


@dataclass(frozen=True)
class Question:
    """One of the sixteen that auditors ask (domain 7.3), as one statement.

    Each row of its answer says in the column `finding` whether it is one, or only shown.
    """

    number: int
    name: str
    text: str
    source: str
    """The law or the audit report that the question comes from."""
    statement: str
    takes: tuple[Parameter, ...]
    everywhere: bool = False
    """Asked past the policies, because they would hide what it counts, such as members who moved
    away: the statement keeps to the area by itself."""

    @cached_property
    def asked(self) -> TextClause:
        """The statement with what all have: findings first, and how many there are."""
        return text(
            "SELECT answer.*, count(*) OVER () AS rows_in_all, "  # noqa: S608  (our own)
            "count(*) FILTER (WHERE finding) OVER () AS findings "
            f"FROM ({self.statement}) AS answer ORDER BY finding DESC, 1, 2, 3 LIMIT :rows_max"
        )


class Given(NamedTuple):
    """What a question is asked about."""

    area: str
    """A dotted code."""
    programme_id: UUID | None = None
    month: str | None = None
    age_min: int = 0
    """Years; below that nobody may be registered."""
    state_tariff: int = 0
    """Rupiah that a month costs where a budget of the state pays."""


class Answered(NamedTuple):
    """What a question found."""

    rows: Sequence[Mapping[str, Value]]
    rows_in_all: int
    findings: int
    """Rows that are findings, also of those beyond `rows`."""


async def ask(
    session: AsyncSession, question: Question, given: Given, *, rows_max: int
) -> Answered:
    """Ask; findings come first."""
    result = await session.execute(question.asked, given._asdict() | {"rows_max": rows_max})
    found = [dict(row) for row in result.mappings()]
    if not found:
        return Answered((), 0, 0)
    counts = [(row.pop("rows_in_all"), row.pop("findings")) for row in found]
    return Answered(found, *counts[0])


def of_programme(table: str) -> str:
    """Rows of the programme that is asked about; all when none is."""
    return (
        f"(CAST(:programme_id AS uuid) IS NULL OR {table}.programme_id = "
        "CAST(:programme_id AS uuid))"
    )


def of_month(column: str) -> str:
    """Rows of the month that is asked about; all when none is."""
    return f"(CAST(:month AS text) IS NULL OR {column} = CAST(:month AS text))"


def within_region(column: str) -> str:
    """Rows of the kabupaten or kota in which the area lies, or of all that lie in it: quotas and
    commitments are kept no deeper."""
    return within(column, "left(:area, 5)")


def month_of(day: str) -> str:
    """The month of a day, `2025-07`."""
    return f"to_char({day}, 'YYYY-MM')"


def local_day(instant: str) -> str:
    """The calendar day of an instant in Nusa Tenggara Timur."""
    return f"({instant} AT TIME ZONE 'Asia/Makassar')::date"
