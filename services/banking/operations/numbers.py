"""Account numbers: set aside by the bank, given to accounts, and how many are left."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.sealing import masked
from chassis.state.unit import EVERYWHERE, Unit, Units
from chassis.web.access import Caller
from contracts.event import Cause
from services.banking.adapters import Tools
from services.banking.queries import numbers as queries
from services.banking.rules import accounts as accounts_rules
from services.banking.rules import numbers as rules
from services.banking.rules.accounts import NextNumber, Number
from services.banking.rules.numbers import FIRST_RANGE

PORTION = 1_000
"""Accounts that get the number that they waited for in one transaction."""


class Added(BaseModel):
    """The range that was set aside."""

    range_id: UUID


class RangeStanding(BaseModel):
    """Numbers of one length, both ends included, and how many were not given yet."""

    range_id: UUID
    first: str
    last: str
    left: int
    giving: bool
    """Whether new accounts are numbered from it. The range from the start, whose numbers are made
    up, gives none any more once the bank has set numbers of its own aside."""
    added_by: str | None
    added_at: datetime | None
    """None for the range from the start."""


class Ranges(BaseModel):
    """Ranges of account numbers, in the order in which they are given from."""

    ranges: list[RangeStanding]
    accounts_waiting: bool
    """Whether accounts were opened that found no number left."""


async def next_number(unit: Unit) -> NextNumber:
    """Gives one number after the other inside this bulk unit, sealed under the bank's key; None
    when no range has one left. Numbers of a unit that fails are given again."""
    ranges, tools = await queries.ranges_locked(unit.session), _tools(unit)

    def give() -> Number | None:
        given = ranges.next()
        if given is None:
            return None
        return Number(masked(given.number), tools.numbers.seal(given.number), given.range_id)

    return give


async def add_range(unit: Unit, first: str, last: str, *, by: Caller, cause: Cause) -> Added:
    """Set numbers aside. Call it in a bulk unit: no two ranges at the same time.

    Raises: NumberRangeUneven, NumberRangeReversed, NumberRangeOverlaps.
    """
    ranges = await queries.ranges(unit.session)
    added = rules.add(first, last, ranges=ranges.all, cause=cause, by=by.name, now=unit.now)
    await unit.record([added])
    return Added(range_id=added.range_id)


async def ranges_of(session: AsyncSession) -> Ranges:
    """All ranges, and how many numbers each has left."""
    ranges = await queries.ranges(session)
    added = {each.range_id: each for each in await queries.added_ranges(session)}
    return Ranges(
        ranges=[
            RangeStanding(
                range_id=each.range_id,
                first=each.first,
                last=each.last,
                left=ranges.left(each),
                giving=each in ranges.giving and ranges.left(each) > 0,
                added_by=added[each.range_id].added_by if each.range_id in added else None,
                added_at=added[each.range_id].added_at if each.range_id in added else None,
            )
            for each in ranges.all
        ],
        accounts_waiting=await queries.any_unnumbered(session),
    )


async def number_waiting(units: Units) -> bool:
    """Give numbers to accounts that were opened while none was left, the oldest first, a portion
    at a time; tell whether there may be more. Nobody is held up while there is nothing to give."""
    async with units.reading(area=EVERYWHERE) as session:
        ranges = await queries.ranges(session)
        if not ranges.has_left() or not await queries.any_unnumbered(session):
            return False
    async with units.bulk(area=EVERYWHERE) as unit:
        return await _number_portion(unit)


async def _number_portion(unit: Unit) -> bool:
    cause, give = await _cause(unit.session), await next_number(unit)
    waiting = await queries.unnumbered(unit.session, rows_max=PORTION)
    numbered = [(account, give()) for account in waiting]
    events = [
        accounts_rules.number_account(account, number, cause=cause, now=unit.now)
        for account, number in numbered
        if number is not None
    ]
    await unit.record(events)
    return bool(events)


async def _cause(session: AsyncSession) -> Cause:
    """The event that set the newest numbers aside: without it nothing would be given now."""
    added = await queries.added_ranges(session)
    if not added:
        return Cause(FIRST_RANGE.range_id, FIRST_RANGE.range_id)
    return Cause(added[-1].range_id, added[-1].correlation_id)


def _tools(unit: Unit) -> Tools:
    tools: Tools = unit.tools
    return tools
