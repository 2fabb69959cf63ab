"""Statements of the rail, their lines beside our book, and the differences."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy import delete, func, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.local_time import begins_at, ends_at
from chassis.state.tables import insert_rows
from contracts.banking import DifferenceKind
from services.banking.models import ClosedDay, Difference, RailStatement, StatementLine
from services.banking.rules.reconciliation import (
    Difference as Differs,
)
from services.banking.rules.reconciliation import (
    DifferenceState,
    Known,
    Line,
    Settled,
    Side,
)

OPEN_DAYS_MAX = 30
"""How many days with a statement and without a close are looked at together."""

_SIDES = text("""
    WITH sides AS (
        SELECT line.line, line.rail_reference, line.amount AS their_amount, payout.payout_id,
               payout.state, payout.amount AS our_amount,
               payout.payout_id IS NOT NULL AND EXISTS (
                   SELECT 1 FROM statement_line other
                   WHERE other.payout_id = line.payout_id
                     AND (other.day, other.line) < (line.day, line.line)) AS moved_again
        FROM statement_line line
        LEFT JOIN payouts payout
          ON payout.payout_id = line.payout_id AND payout.rail = 'interbank'
        WHERE line.day = :day)
    SELECT rail_reference, their_amount, payout_id, state, our_amount, moved_again FROM sides
    WHERE (state = 'settled' AND their_amount = our_amount AND NOT moved_again) IS NOT TRUE
    ORDER BY line LIMIT :rows_max""")

_SETTLED_ALONE = text("""
    SELECT payout_id, amount FROM payouts
    WHERE rail = 'interbank' AND state = 'settled'
      AND finished_at >= :begins_at AND finished_at < :ends_at
      AND NOT EXISTS (SELECT 1 FROM statement_line line WHERE line.payout_id = payouts.payout_id)
    ORDER BY payout_id LIMIT :rows_max""")

_SETTLED = text("""
    SELECT count(*), coalesce(sum(amount), 0)::bigint FROM payouts
    WHERE rail = 'interbank' AND state = 'settled'
      AND finished_at >= :begins_at AND finished_at < :ends_at""")

_STALE = text("""
    SELECT statement.day FROM (
        SELECT DISTINCT day FROM rail_statements
        WHERE NOT EXISTS (SELECT 1 FROM closed_days closed WHERE closed.day = rail_statements.day)
    ) statement
    WHERE EXISTS (
        SELECT 1 FROM differences JOIN payouts USING (payout_id)
        WHERE differences.day = statement.day AND differences.state <> 'resolved'
          AND differences.our_amount IS NOT NULL
          AND (differences.kind = 'missing-here' AND payouts.state <> 'submitted'
               OR differences.kind = 'amount-differs' AND payouts.state = 'failed'))
    OR statement.day < :today AND EXISTS (
        SELECT 1 FROM payouts
        WHERE rail = 'interbank' AND payouts.state = 'settled'
          AND finished_at >= statement.day::timestamp AT TIME ZONE 'Asia/Makassar'
          AND finished_at < (statement.day + 1)::timestamp AT TIME ZONE 'Asia/Makassar'
          AND NOT EXISTS (
              SELECT 1 FROM statement_line line WHERE line.payout_id = payouts.payout_id)
          AND NOT EXISTS (
              SELECT 1 FROM differences
              WHERE differences.payout_id = payouts.payout_id
                AND differences.day = statement.day AND differences.state <> 'resolved'))
    ORDER BY statement.day LIMIT 1""")


class Sum(NamedTuple):
    """Payouts, and rupiah."""

    number: int
    amount: int


class Asked(NamedTuple):
    """Which differences: of a day, in a state; None: of all."""

    day: date | None
    state: DifferenceState | None


async def statement_of(session: AsyncSession, day: date) -> RailStatement | None:
    """The statement of the day that counts: the last one."""
    statement = (
        select(RailStatement)
        .where(RailStatement.day == day)
        .order_by(col(RailStatement.number).desc())
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


async def statements_of(session: AsyncSession, day: date) -> Sequence[RailStatement]:
    """All statements that were sent for the day, in the order they came."""
    statement = select(RailStatement).where(RailStatement.day == day)
    return (await session.scalars(statement.order_by(col(RailStatement.number)))).all()


async def open_days(session: AsyncSession) -> Sequence[date]:
    """The days that have a statement and are not closed, the latest first."""
    closed = select(col(ClosedDay.day))
    statement = (
        select(col(RailStatement.day))
        .where(col(RailStatement.day).not_in(closed))
        .distinct()
        .order_by(col(RailStatement.day).desc())
        .limit(OPEN_DAYS_MAX)
    )
    return (await session.scalars(statement)).all()


async def stale_day(session: AsyncSession, *, today: date) -> date | None:
    """An open day whose differences are others by now: a payout has settled or failed since."""
    found: date | None = await session.scalar(_STALE, {"today": today})
    return found


async def put_lines(
    session: AsyncSession, lines: Sequence[Line], *, day: date, statement_id: UUID
) -> None:
    """Keep these lines as the day's, in place of those of an earlier statement."""
    await session.execute(delete(StatementLine).where(col(StatementLine.day) == day))
    rows = [
        {
            "statement_id": statement_id,
            "line": place,
            "day": day,
            "payout_id": line.payout_id,
            "rail_reference": line.rail_reference,
            "amount": line.amount,
        }
        for place, line in enumerate(lines, start=1)
    ]
    await insert_rows(session, StatementLine, rows)


async def has_lines(session: AsyncSession, held: RailStatement) -> bool:
    """Whether the lines of the statement are here. They are not state: a database that was rebuilt
    from events has none until the file is sent again."""
    statement = select(func.count()).where(col(StatementLine.statement_id) == held.statement_id)
    return await session.scalar(statement) == held.lines


async def sides(session: AsyncSession, day: date, *, rows_max: int) -> list[Side]:
    """The lines of the day that do not simply agree with our book, beside it."""
    found = await session.execute(_SIDES, {"day": day, "rows_max": rows_max})
    return [
        Side(r.rail_reference, r.their_amount, r.payout_id, r.state, r.our_amount, r.moved_again)
        for r in found
    ]


async def settled_alone(session: AsyncSession, day: date, *, rows_max: int) -> list[Settled]:
    """What our book settled on the day and no statement has."""
    found = await session.execute(_SETTLED_ALONE, _bounds(day) | {"rows_max": rows_max})
    return [Settled._make(row) for row in found]


async def settled(session: AsyncSession, day: date) -> Sum:
    """What our book settled on the day over the rail."""
    return Sum._make((await session.execute(_SETTLED, _bounds(day))).one())


async def known(session: AsyncSession, day: date) -> list[Known]:
    """The differences of the day on record."""
    statement = select(Difference).where(Difference.day == day)
    return [_known(row) for row in await session.scalars(statement)]


async def known_locked(session: AsyncSession, difference_id: UUID) -> Known | None:
    """The difference, locked."""
    row = await session.get(Difference, difference_id, with_for_update=True)
    return None if row is None else _known(row)


async def difference(session: AsyncSession, difference_id: UUID) -> Difference | None:
    """The difference as it stands."""
    return await session.get(Difference, difference_id, populate_existing=True)


async def differences_of(
    session: AsyncSession, asked: Asked, *, after: UUID | None, limit: int
) -> Sequence[Difference]:
    """Differences, by day and id, behind the one named."""
    key = tuple_(col(Difference.day), col(Difference.difference_id))
    statement = select(Difference).order_by(col(Difference.day), col(Difference.difference_id))
    if asked.day is not None:
        statement = statement.where(Difference.day == asked.day)
    if asked.state is not None:
        statement = statement.where(Difference.state == asked.state)
    if after is not None:
        last = select(col(Difference.day), col(Difference.difference_id))
        statement = statement.where(
            key > last.where(Difference.difference_id == after).scalar_subquery()
        )
    return (await session.scalars(statement.limit(limit))).all()


async def moved_by_the_rail(session: AsyncSession, payout_id: UUID) -> bool:
    """Whether a statement of the rail says that it moved this payout."""
    statement = select(func.count()).where(col(StatementLine.payout_id) == payout_id)
    return bool(await session.scalar(statement))


def _bounds(day: date) -> dict[str, object]:
    return {"begins_at": begins_at(day), "ends_at": ends_at(day)}


def _known(row: Difference) -> Known:
    return Known(
        difference_id=row.difference_id,
        day=row.day,
        difference=Differs(
            kind=cast("DifferenceKind", row.kind),
            rail_reference=row.rail_reference,
            payout_id=row.payout_id,
            our_amount=row.our_amount,
            their_amount=row.their_amount,
        ),
        state=cast("DifferenceState", row.state),
        explained_by=row.explained_by,
        suspense=row.suspense,
        statement_id=row.statement_id,
    )
