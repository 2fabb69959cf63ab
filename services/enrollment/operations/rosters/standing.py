"""What every operation on a roster asks first."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.access import Caller
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import ProgrammeId, RosterId
from services.enrollment.models import Roster
from services.enrollment.rules.rosters import Lineage, RosterState


class RosterUnknown(Refused):
    """No roster has this id."""

    slug, status, retryable = "roster-unknown", 404, False


async def held_roster(session: AsyncSession, roster_id: UUID, *, by: Caller) -> Roster:
    """A roster in the caller's area, locked. Raises: RosterUnknown, OutsideArea."""
    held = await session.get(Roster, roster_id, with_for_update=True)
    return _within(held, roster_id, by=by)


async def seen_roster(session: AsyncSession, roster_id: UUID, *, by: Caller) -> Roster:
    """A roster in the caller's area. Raises: RosterUnknown, OutsideArea."""
    return _within(await session.get(Roster, roster_id), roster_id, by=by)


def _within(held: Roster | None, roster_id: UUID, *, by: Caller) -> Roster:
    if held is None:
        raise RosterUnknown(f"no roster {roster_id} in your area: upload it first")
    by.check_area(held.region_code)
    return held


def state_of(held: Roster) -> RosterState:
    """Where a roster is on its way."""
    if held.approved is False:
        return "rejected"
    if held.processed_at is not None:
        return "processed"
    if held.approved:
        return "approved"
    return "received" if held.validated_at is None else "validated"


def lineage_of(roster: Roster, *, cause_id: UUID) -> Lineage:
    """Where what comes of a roster comes from."""
    return Lineage(
        roster_id=RosterId(roster.roster_id),
        programme_id=ProgrammeId(roster.programme_id),
        cause=Cause(cause_id, roster.correlation_id),
    )
