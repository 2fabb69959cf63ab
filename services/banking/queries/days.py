"""What is known of the bank's days: closed ones, and what keeps others open."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.local_time import ends_at
from services.banking.models import ClosedDay, Difference

_EARLIER_OPEN = text("""
    WITH last AS (SELECT max(day) AS day FROM closed_days WHERE day < :day),
    busy AS (
        SELECT (finished_at AT TIME ZONE 'Asia/Makassar')::date AS day FROM payouts, last
        WHERE rail = 'interbank' AND state = 'settled'
          AND finished_at < cast(:day AS date)::timestamp AT TIME ZONE 'Asia/Makassar'
          AND (last.day IS NULL
               OR finished_at >= (last.day + 1)::timestamp AT TIME ZONE 'Asia/Makassar')
        UNION SELECT day FROM rail_statements WHERE day < :day)
    SELECT min(day) FROM busy
    WHERE NOT EXISTS (SELECT 1 FROM closed_days closed WHERE closed.day = busy.day)""")

_UNKNOWN = text("""
    SELECT payout_id, claim_id, amount, submitted_at, stopped_reason, proposed_outcome
    FROM payouts WHERE rail = 'interbank' AND state = 'submitted' AND submitted_at < :ends_at
    ORDER BY submitted_at, payout_id LIMIT :rows_max""")

_UNKNOWN_SUM = text("""
    SELECT count(*), coalesce(sum(amount), 0)::bigint
    FROM payouts WHERE rail = 'interbank' AND state = 'submitted' AND submitted_at < :ends_at""")

_DAYS = text("""
    WITH days AS (
        SELECT day FROM closed_days UNION SELECT day FROM rail_statements
        UNION SELECT (finished_at AT TIME ZONE 'Asia/Makassar')::date FROM payouts
        WHERE rail = 'interbank' AND state = 'settled'
          AND finished_at < (cast(:before AS date))::timestamp AT TIME ZONE 'Asia/Makassar')
    SELECT days.day, closed.closed_by, closed.closed_at, statement.statement_id,
           statement.lines, statement.amount,
           (SELECT count(*) FROM differences WHERE differences.day = days.day
              AND differences.state <> 'resolved') AS differences,
           (SELECT count(*) FROM differences WHERE differences.day = days.day
              AND differences.state IN ('open', 'explained')) AS pending
    FROM days LEFT JOIN closed_days closed USING (day)
    LEFT JOIN LATERAL (
        SELECT * FROM rail_statements WHERE rail_statements.day = days.day
        ORDER BY number DESC LIMIT 1) statement ON true
    WHERE days.day < :before ORDER BY days.day DESC LIMIT :rows_max""")


class Unknown(NamedTuple):
    """A payout of which nobody knows yet whether it arrived."""

    payout_id: UUID
    claim_id: UUID
    amount: int
    submitted_at: datetime
    stopped_reason: str | None
    proposed_outcome: str | None


class Sum(NamedTuple):
    """Payouts, and rupiah."""

    number: int
    amount: int


class DayRow(NamedTuple):
    """A day in the list of them."""

    day: date
    closed_by: str | None
    closed_at: datetime | None
    statement_id: UUID | None
    lines: int | None
    amount: int | None
    differences: int
    pending: int


async def closed(session: AsyncSession, day: date) -> ClosedDay | None:
    """The day, when it is closed."""
    return await session.get(ClosedDay, day)


async def earlier_open(session: AsyncSession, day: date) -> date | None:
    """The first day before it that something happened on and that is not closed."""
    found: date | None = await session.scalar(_EARLIER_OPEN, {"day": day})
    return found


async def unknown(session: AsyncSession, day: date, *, rows_max: int) -> list[Unknown]:
    """Payouts that were submitted by the end of the day and whose outcome is open now."""
    found = await session.execute(_UNKNOWN, {"ends_at": ends_at(day), "rows_max": rows_max})
    return [Unknown._make(row) for row in found]


async def unknown_sum(session: AsyncSession, day: date) -> Sum:
    """How many they are, and how much."""
    return Sum._make((await session.execute(_UNKNOWN_SUM, {"ends_at": ends_at(day)})).one())


async def days(session: AsyncSession, *, before: date, limit: int) -> list[DayRow]:
    """Days on which something happened, the latest first, before the one given."""
    found = await session.execute(_DAYS, {"before": before, "rows_max": limit})
    return [DayRow._make(row) for row in found]


async def in_suspense(session: AsyncSession, *, rows_max: int) -> Sequence[Difference]:
    """The differences of any day of which money stands in suspense, the oldest first."""
    statement = (
        select(Difference)
        .where(col(Difference.suspense) > 0)
        .order_by(col(Difference.day), col(Difference.difference_id))
        .limit(rows_max)
    )
    return (await session.scalars(statement)).all()
