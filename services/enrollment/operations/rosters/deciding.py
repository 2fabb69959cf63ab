"""A second person looks at a roster and decides."""

from collections.abc import Collection
from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import ProgrammeId, RosterId
from services.enrollment.models import Roster
from services.enrollment.operations.rosters.standing import held_roster
from services.enrollment.queries import rosters as queries
from services.enrollment.queries import row_findings
from services.enrollment.rules import rosters as rules
from services.enrollment.rules.applicants import finding


class RowNotWarned(Refused):
    """Only rows with a warning can be left out."""

    slug, status, retryable = "row-not-warned", 422, False


class Decided(BaseModel):
    """The roster that was decided."""

    roster_id: RosterId
    approved: bool
    left_out: int


async def approve(
    unit: Unit, roster_id: UUID, *, leave_out: Collection[int], by: Caller, cause: Cause
) -> Decided:
    """Let the fit rows become members, but for rows with warnings that are left out.

    Raises: RosterUnknown, OutsideArea, MakerIsChecker, RosterNotValidated, RosterDecided,
    RowNotWarned.
    """
    roster = await held_roster(unit.session, roster_id, by=by)
    rows = sorted(set(leave_out))
    approved = rules.approve(
        _waiting(roster), left_out=len(rows), cause=cause, by=by.name, now=unit.now
    )
    why = [finding("left-out-by-checker")]
    found = await row_findings.refuse_warned(unit.session, roster_id, dict.fromkeys(rows, why))
    if found != len(rows):
        raise RowNotWarned("leave_out names rows without a warning: see the roster's warnings")
    await unit.record([approved])
    return Decided(roster_id=approved.roster_id, approved=True, left_out=len(rows))


async def reject(unit: Unit, roster_id: UUID, *, reason: str, by: Caller, cause: Cause) -> Decided:
    """Send a roster back as a whole.

    Raises: RosterUnknown, OutsideArea, MakerIsChecker, RosterNotValidated, RosterDecided.
    """
    roster = await held_roster(unit.session, roster_id, by=by)
    rejected = rules.reject(_waiting(roster), reason=reason, cause=cause, by=by.name, now=unit.now)
    await unit.record([rejected])
    await queries.forget_chunks(unit.session, roster_id)
    return Decided(roster_id=rejected.roster_id, approved=False, left_out=0)


def _waiting(roster: Roster) -> rules.Waiting:
    return rules.Waiting(
        roster_id=RosterId(roster.roster_id),
        programme_id=ProgrammeId(roster.programme_id),
        received_by=roster.received_by,
        validated=roster.validated_at is not None,
        decided=roster.decided_at is not None,
    )
