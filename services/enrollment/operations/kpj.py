"""Member numbers: which office may give which, and how many are left."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.event import Cause
from services.enrollment.models import NumberRange
from services.enrollment.queries import covers as queries
from services.enrollment.rules import kpj as rules
from services.enrollment.rules.kpj import KpjRange, written
from services.enrollment.rules.places import lies_in


class Granted(BaseModel):
    """The range that was granted."""

    range_id: UUID


class RangeStanding(BaseModel):
    """Numbers that an office owns, both ends included, and how many were not given yet."""

    range_id: UUID | None
    """None for the range that the branch of the province had from the start."""
    area: str
    first: str
    last: str
    left: int
    granted_by: str | None
    granted_at: datetime | None


class Ranges(BaseModel):
    """Ranges of member numbers, in the order in which they are given from."""

    ranges: list[RangeStanding]


async def grant_range(unit: Unit, fresh: KpjRange, *, by: Caller, cause: Cause) -> Granted:
    """Let an office give these numbers. Call it in a bulk unit: no two grants at the same time.

    Raises: KpjRangeReversed, KpjRangeOverlaps.
    """
    ranges = await queries.kpj_ranges(unit.session)
    granted = rules.grant(fresh, ranges, cause=cause, by=by.name, now=unit.now)
    await unit.record([granted])
    return Granted(range_id=granted.range_id)


async def ranges_of(session: AsyncSession, *, area: str) -> Ranges:
    """The ranges of an area and of everything under it. The session has to see all workers:
    a number that was given to somebody who moved away is given all the same."""
    ranges = await queries.kpj_ranges(session)
    granted = {
        KpjRange(each.area, int(each.first), int(each.last)): each
        for each in await queries.granted_ranges(session)
    }
    return Ranges(
        ranges=[
            _standing(each, granted.get(each), left=ranges.left(each))
            for each in ranges.ranges
            if lies_in(each.area, area=area)
        ]
    )


def _standing(held: KpjRange, granted: NumberRange | None, *, left: int) -> RangeStanding:
    return RangeStanding(
        range_id=granted.range_id if granted else None,
        area=held.area,
        first=written(held.first),
        last=written(held.last),
        left=left,
        granted_by=granted.granted_by if granted else None,
        granted_at=granted.granted_at if granted else None,
    )
