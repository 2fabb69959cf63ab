"""What is known of the ranges that account numbers are given from."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.types import AccountId
from services.banking.models import NumberCount, NumberRange
from services.banking.rules import numbers as rules
from services.banking.rules.accounts import AccountToNumber
from services.banking.rules.numbers import NumberRanges

_UNNUMBERED = text("""
    SELECT holder_id, account_id FROM accounts
    WHERE number IS NULL AND closed_at IS NULL ORDER BY opened_at, account_id LIMIT :rows_max""")


async def ranges(session: AsyncSession) -> NumberRanges:
    """The ranges, the oldest first, and how far each was given."""
    return await _ranges(session, lock=False)


async def ranges_locked(session: AsyncSession) -> NumberRanges:
    """The ranges and how far each was given, locked until the transaction ends.

    A range of which nothing was given has no row to lock: whoever gives numbers holds the
    one-writer lock too.
    """
    return await _ranges(session, lock=True)


async def _ranges(session: AsyncSession, *, lock: bool) -> NumberRanges:
    counts = select(NumberCount.range_id, NumberCount.given).order_by(col(NumberCount.range_id))
    given = await session.execute(counts.with_for_update() if lock else counts)
    added = await added_ranges(session)
    return NumberRanges(
        tuple(rules.NumberRange(each.range_id, each.first, each.last) for each in added),
        dict(given.all()),
    )


async def added_ranges(session: AsyncSession) -> Sequence[NumberRange]:
    """What the bank set aside, the oldest first."""
    statement = select(NumberRange).order_by(
        col(NumberRange.added_at), col(NumberRange.first), col(NumberRange.range_id)
    )
    return (await session.scalars(statement)).all()


async def unnumbered(session: AsyncSession, *, rows_max: int) -> list[AccountToNumber]:
    """Open accounts without a number, the oldest first."""
    found = await session.execute(_UNNUMBERED, {"rows_max": rows_max})
    return [AccountToNumber(holder_id, AccountId(account_id)) for holder_id, account_id in found]


async def any_unnumbered(session: AsyncSession) -> bool:
    """Whether an open account waits for a number."""
    return (await session.execute(_UNNUMBERED, {"rows_max": 1})).first() is not None
