"""School years of children."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import insert_rows, update_rows
from contracts.claims import ScholarshipDecided, ScholarshipRequested
from services.claims.models import ApprovedLine, ScholarshipYear
from services.claims.projections.lines import rows_of
from services.claims.projections.registered import projections
from services.claims.projections.steps import take_steps

_COPIED = ("request_id", "claim_id", "child_id", "level", "school_year", "is_married", "is_working",
           "is_apprentice", "document_id", "payee_id", "requested_by")  # fmt: skip


@projections.applies(ScholarshipRequested)
async def years_requested(session: AsyncSession, events: Sequence[ScholarshipRequested]) -> None:
    """A school year is asked for."""
    rows = [
        {name: getattr(e, name) for name in _COPIED} | {"requested_at": e.occurred_at}
        for e in events
    ]
    await insert_rows(session, ScholarshipYear, rows)


@projections.applies(ScholarshipDecided)
async def years_decided(session: AsyncSession, events: Sequence[ScholarshipDecided]) -> None:
    """It is paid, or refused."""
    rows = [
        {
            "request_id": e.request_id,
            "decided_by": e.decided_by,
            "decided_at": e.occurred_at,
            "amount": sum(line.amount for line in e.lines),
            "reason": e.reason,
            "step": None if e.step is None else e.step.model_dump(mode="json"),
        }
        for e in events
    ]
    await update_rows(session, ScholarshipYear, rows, keys=("request_id",))
    lines = [
        row
        for e in events
        for row in rows_of(e, e.claim_id, e.lines, origin="scholarship", is_held=False)
    ]
    await insert_rows(session, ApprovedLine, lines)
    await take_steps(session, events, "school-year", lambda e: (e.decided_by, e.reason))
