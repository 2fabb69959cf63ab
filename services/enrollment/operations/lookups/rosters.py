"""How rosters stand."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.access import Caller
from services.enrollment.models import Roster
from services.enrollment.operations.rosters.standing import seen_roster, state_of
from services.enrollment.queries import rosters as queries
from services.enrollment.queries import row_findings
from services.enrollment.rules.rosters import RosterState


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
    refused: Mapping[str, int]
    """Rows refused so far, by the first reason."""
    warned: Mapping[str, int]
    """Warnings on rows that are fit, by kind."""
    amount: int | None
    """What the fit rows would reserve."""
    left_out: int | None
    replaces: UUID | None
    """The worker whose place the one row of a registration is to take, while it waits."""
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
    found = await queries.rosters_of(session, programme_id=programme_id, state=state)
    return Rosters(rosters=[await _standing(session, each) for each in found])


async def _standing(session: AsyncSession, held: Roster) -> RosterStanding:
    state = state_of(held)
    so_far = await _so_far(session, held, state)
    return RosterStanding(
        roster_id=held.roster_id,
        programme_id=held.programme_id,
        region_code=held.region_code,
        kind=held.kind,
        state=state,
        rows=held.row_count,
        rows_done=so_far.rows_done,
        percent=100 * so_far.rows_done // held.row_count,
        done=state in {"processed", "rejected"},
        fit=held.fit,
        enrolled=so_far.enrolled,
        refused=so_far.refused,
        warned=so_far.warned,
        amount=held.amount,
        left_out=held.left_out,
        replaces=await queries.replaces(session, held.roster_id) if held.kind == "single" else None,
        received_by=held.received_by,
        received_at=held.received_at,
        validated_at=held.validated_at,
        decided_by=held.decided_by,
        decided_at=held.decided_at,
        rejection=held.rejection,
        processed_at=held.processed_at,
    )


class _SoFar(NamedTuple):
    rows_done: int
    enrolled: int
    refused: Mapping[str, int]
    warned: Mapping[str, int]


async def _so_far(session: AsyncSession, held: Roster, state: RosterState) -> _SoFar:
    """Totals: of a step that is done as they were recorded, for its rows may be destroyed; of one
    that runs as its rows are now."""
    warned = held.warned or {}
    if state == "processed":
        return _SoFar(held.row_count, held.enrolled or 0, held.refused or {}, warned)
    if state in {"validated", "rejected"}:
        return _SoFar(held.row_count, 0, held.refused_first or {}, warned)
    progress = await queries.progress(session, held.roster_id)
    refused = await row_findings.refused_by_reason(session, held.roster_id)
    if state == "approved":
        return _SoFar(progress["done"], progress["enrolled"], refused, warned)
    warned = await row_findings.warned_by_reason(session, held.roster_id)
    return _SoFar(progress["validated"], 0, refused, warned)
