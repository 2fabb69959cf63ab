"""Rosters: received, validated, decided, worked through."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import insert_rows, update_rows
from contracts.enrollment import (
    RosterApproved,
    RosterProcessed,
    RosterReceived,
    RosterRejected,
    RosterValidated,
)
from services.enrollment.models import Roster
from services.enrollment.projections.registered import projections

_ROSTER = ("roster_id",)


@projections.applies(RosterReceived)
async def rosters_received(session: AsyncSession, events: Sequence[RosterReceived]) -> None:
    """A file that waits."""
    await insert_rows(
        session,
        Roster,
        [
            {
                "roster_id": e.roster_id,
                "programme_id": e.programme_id,
                "region_code": e.region_code,
                "kind": e.kind,
                "sha256": e.sha256,
                "row_count": e.rows,
                "received_by": e.received_by,
                "received_at": e.occurred_at,
                "received_event_id": e.event_id,
                "correlation_id": e.correlation_id,
            }
            for e in events
        ],
    )


@projections.applies(RosterValidated)
async def rosters_validated(session: AsyncSession, events: Sequence[RosterValidated]) -> None:
    """A verdict on every row."""
    rows = [
        {
            "roster_id": e.roster_id,
            "validated_at": e.occurred_at,
            "fit": e.fit,
            "refused_first": e.refused,
            "warned": e.warned,
            "amount": e.amount,
        }
        for e in events
    ]
    await update_rows(session, Roster, rows, keys=_ROSTER)


@projections.applies(RosterApproved)
async def rosters_approved(session: AsyncSession, events: Sequence[RosterApproved]) -> None:
    """A second person said yes."""
    rows = [
        {
            "roster_id": e.roster_id,
            "decided_at": e.occurred_at,
            "decided_event_id": e.event_id,
            "decided_by": e.approved_by,
            "approved": True,
            "left_out": e.left_out,
        }
        for e in events
    ]
    await update_rows(session, Roster, rows, keys=_ROSTER)


@projections.applies(RosterRejected)
async def rosters_rejected(session: AsyncSession, events: Sequence[RosterRejected]) -> None:
    """A second person said no."""
    rows = [
        {
            "roster_id": e.roster_id,
            "decided_at": e.occurred_at,
            "decided_event_id": e.event_id,
            "decided_by": e.rejected_by,
            "approved": False,
            "rejection": e.reason,
        }
        for e in events
    ]
    await update_rows(session, Roster, rows, keys=_ROSTER)


@projections.applies(RosterProcessed)
async def rosters_processed(session: AsyncSession, events: Sequence[RosterProcessed]) -> None:
    """A file that is done, with its totals."""
    rows = [
        {
            "roster_id": e.roster_id,
            "processed_at": e.occurred_at,
            "enrolled": e.enrolled,
            "refused": e.refused,
        }
        for e in events
    ]
    await update_rows(session, Roster, rows, keys=_ROSTER)
