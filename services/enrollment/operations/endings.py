"""Memberships that end by an officer's decision, and the places that this frees."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.enrollment import EndReason
from contracts.event import Cause
from contracts.refusal import Refused
from services.enrollment.queries import covers as queries
from services.enrollment.rules import cover as rules
from services.enrollment.rules.cover import Decision


class MembershipUnknown(Refused):
    """The worker has no place in this programme."""

    slug, status, retryable = "membership-unknown", 404, False


class Ended(BaseModel):
    """The membership that ended. Amounts in rupiah."""

    worker_id: UUID
    programme_id: UUID
    reason: EndReason
    ended_on: date
    """The last day of cover."""
    released: int
    """What was reserved for months that nobody will bill."""


class FreePlace(BaseModel):
    """A place that somebody left and nobody was named for."""

    worker_id: UUID
    """Who left: a single registration names it in `replaces`."""
    region_code: str
    """The kabupaten or kota whose quota has the place."""
    district_code: str
    village_code: str
    reason: EndReason
    since: date
    proposed: bool
    """Somebody is proposed for it and waits for a second person."""


class FreePlaces(BaseModel):
    """A page of free places, the oldest first; ask again with `after` = `next_after`."""

    places: list[FreePlace]
    next_after: UUID | None


async def end_membership(
    unit: Unit, worker_id: UUID, programme_id: UUID, decision: Decision, *, by: Caller, cause: Cause
) -> Ended:
    """End one membership. Call it in a bulk unit: nobody bills the member meanwhile.

    Raises: MembershipUnknown, OutsideArea, MembershipEnded, NumberIssued, EndInFuture,
    EndBeforeEnrollment.
    """
    held = await queries.held_membership(unit.session, worker_id, programme_id)
    if held is None:
        raise MembershipUnknown("no such membership in your area: check both ids")
    by.check_area(held.village_code)
    ended = rules.end_by_decision(held, decision, cause=cause, by=by.name, now=unit.now)
    await unit.record([ended])
    return Ended(
        worker_id=worker_id,
        programme_id=programme_id,
        reason=ended.reason,
        ended_on=ended.ended_on,
        released=ended.released,
    )


async def free_places(
    session: AsyncSession, programme_id: UUID, *, after: UUID | None, limit: int
) -> FreePlaces:
    """The places of a programme, in the area of the session, that wait for somebody."""
    found = await queries.free_places(session, programme_id, after=after, limit=limit)
    return FreePlaces(
        places=[FreePlace(**row) for row in found],
        next_after=found[-1]["worker_id"] if len(found) == limit else None,
    )
