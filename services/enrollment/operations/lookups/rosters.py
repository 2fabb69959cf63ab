"""How rosters stand."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.access import Caller
from services.enrollment.models import Roster
from services.enrollment.operations.rosters.standing import seen_roster
from services.enrollment.queries import rosters as queries

RosterState = Literal["received", "validated", "approved", "rejected", "processed"]
"""`received`: rows are being checked; `validated`: waits for a second person; `approved`: rows are
becoming members; `processed`: done."""


class RosterStanding(BaseModel):
    """How far a roster is. Amounts in rupiah."""

    roster_id: UUID
    programme_id: UUID
    region_code: str
    kind: str
    state: RosterState
    rows: int
    rows_done: int
    """Rows checked while it is `received`, else rows worked through after the approval."""
    percent: int
    """Of the step that runs: 100 when rows wait for nobody but a person."""
    done: bool
    """Nothing more will happen: it was worked through, or rejected."""
    fit: int | None
    """Rows that may become members, those with warnings included; known once validated."""
    enrolled: int
    refused: dict[str, int]
    """Rows refused so far, by the first reason."""
    warned: dict[str, int]
    """Warnings on rows that are fit, by kind."""
    amount: int | None
    """What the fit rows would reserve."""
    left_out: int | None
    received_by: str
    received_at: datetime
    validated_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    rejection: str | None
    processed_at: datetime | None


class Rosters(BaseModel):
    """Rosters, the latest first."""

    rosters: list[RosterStanding]


async def roster(session: AsyncSession, roster_id: UUID, *, by: Caller) -> RosterStanding:
    """How far a roster is. Raises: RosterUnknown, OutsideArea."""
    return await _standing(session, await seen_roster(session, roster_id, by=by))


async def rosters_of(
    session: AsyncSession, *, programme_id: UUID | None, state: RosterState | None
) -> Rosters:
    """The rosters that the session may see, the latest first."""
    found = await queries.rosters_of(session, programme_id=programme_id)
    standings = [await _standing(session, each) for each in found]
    return Rosters(rosters=[each for each in standings if state in (None, each.state)])


def state_of(held: Roster) -> RosterState:
    """Where a roster is on its way."""
    if held.approved is False:
        return "rejected"
    if held.processed_at is not None:
        return "processed"
    if held.approved:
        return "approved"
    return "received" if held.validated_at is None else "validated"


async def _standing(session: AsyncSession, held: Roster) -> RosterStanding:
    state = state_of(held)
    progress = await queries.progress(session, held.roster_id)
    done = {"received": progress["validated"], "approved": progress["done"]}
    rows_done = done.get(state, held.row_count)
    return RosterStanding(
        roster_id=held.roster_id,
        programme_id=held.programme_id,
        region_code=held.region_code,
        kind=held.kind,
        state=state,
        rows=held.row_count,
        rows_done=rows_done,
        percent=100 * rows_done // held.row_count,
        done=state in {"processed", "rejected"},
        fit=held.fit,
        enrolled=held.enrolled if held.enrolled is not None else progress["enrolled"],
        refused=held.refused
        if held.refused is not None
        else await queries.refused_by_reason(session, held.roster_id),
        warned=held.warned
        if held.warned is not None
        else await queries.warned_by_reason(session, held.roster_id),
        amount=held.amount,
        left_out=held.left_out,
        received_by=held.received_by,
        received_at=held.received_at,
        validated_at=held.validated_at,
        decided_by=held.decided_by,
        decided_at=held.decided_at,
        rejection=held.rejection,
        processed_at=held.processed_at,
    )
