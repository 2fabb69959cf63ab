"""What was decided."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import insert_rows, update_rows
from contracts.claims import (
    AppealDecided,
    AppealLodged,
    ApprovalGiven,
    ClaimApproved,
    ClaimPaid,
    ClaimReclassified,
    ClaimRejected,
)
from services.claims.models import ApprovedLine, Claim
from services.claims.projections.filing import CLAIM
from services.claims.projections.lines import rows_of
from services.claims.projections.registered import projections
from services.claims.projections.steps import take_steps

_UNDECIDED = {
    "state": "filed",
    "verified_by": None,
    "verified_at": None,
    "verified_documents": None,
    "first_approved_by": None,
    "first_decision": None,
    "approvers_needed": None,
    "decided_by": None,
    "decided_at": None,
    "confirmation": None,
    "rejection": None,
    "ground": None,
    "appeal_id": None,
    "paid_at": None,
    "amount_paid": None,
}
"""A file that is worked on again. What was decided before stands in its steps and its lines."""


@projections.applies(ApprovalGiven)
async def approvals_given(session: AsyncSession, events: Sequence[ApprovalGiven]) -> None:
    """The first of two approvers."""
    rows = [
        {
            "claim_id": e.claim_id,
            "first_approved_by": e.approved_by,
            "first_decision": e.decision,
            "approvers_needed": e.approvers_needed,
            "confirmation": e.confirmation,
        }
        for e in events
    ]
    await update_rows(session, Claim, rows, keys=CLAIM)
    await take_steps(session, events, "approval-given", lambda e: (e.approved_by, e.confirmation))


@projections.applies(ClaimApproved)
async def claims_approved(session: AsyncSession, events: Sequence[ClaimApproved]) -> None:
    """What is due to whom, and why."""
    rows = [
        {
            "claim_id": e.claim_id,
            "state": "approved",
            "first_approved_by": e.first_approved_by,
            "decided_by": e.approved_by,
            "decided_at": e.occurred_at,
            "decision_id": e.event_id,
            "explanation": e.explanation.model_dump(mode="json"),
            "confirmation": e.confirmation,
        }
        for e in events
    ]
    await update_rows(session, Claim, rows, keys=CLAIM)
    lines = [
        row
        for e in events
        for row in (
            *rows_of(e, e.claim_id, e.lines, origin="approval", is_held=False),
            *rows_of(e, e.claim_id, e.held, origin="approval", is_held=True),
        )
    ]
    await insert_rows(session, ApprovedLine, lines)
    await take_steps(session, events, "approved", lambda e: (e.approved_by, e.confirmation))


@projections.applies(ClaimRejected)
async def claims_rejected(session: AsyncSession, events: Sequence[ClaimRejected]) -> None:
    """Nothing is due, and why."""
    rows = [
        {
            "claim_id": e.claim_id,
            "state": "rejected",
            "decided_by": e.rejected_by,
            "decided_at": e.occurred_at,
            "rejection": e.reason,
            "ground": e.ground,
        }
        for e in events
    ]
    await update_rows(session, Claim, rows, keys=CLAIM)
    await take_steps(session, events, "rejected", lambda e: (e.rejected_by, _why_rejected(e)))


def _why_rejected(event: ClaimRejected) -> str:
    if event.overpaid == 0:
        return event.reason
    return f"{event.reason}; Rp{event.overpaid:,} were paid too much before"


@projections.applies(AppealLodged)
async def appeals_lodged(session: AsyncSession, events: Sequence[AppealLodged]) -> None:
    """Somebody does not accept the decision."""
    rows = [{"claim_id": e.claim_id, "appeal_id": e.appeal_id} for e in events]
    await update_rows(session, Claim, rows, keys=CLAIM)
    await take_steps(session, events, "appealed", lambda e: (e.lodged_by, e.reason))


@projections.applies(AppealDecided)
async def appeals_decided(session: AsyncSession, events: Sequence[AppealDecided]) -> None:
    """The decision stands, or the file is worked on again."""
    upheld = [e for e in events if e.outcome == "upheld"]
    reopened = [e for e in events if e.outcome == "reopened"]
    rows = [{"claim_id": e.claim_id, "appeal_id": None} for e in upheld]
    await update_rows(session, Claim, rows, keys=CLAIM)
    again = [{"claim_id": e.claim_id} | _UNDECIDED for e in reopened]
    await update_rows(session, Claim, again, keys=CLAIM)
    await take_steps(session, upheld, "appeal-upheld", lambda e: (e.decided_by, e.reason))
    await take_steps(session, reopened, "reopened", lambda e: (e.decided_by, e.reason))


@projections.applies(ClaimReclassified)
async def claims_reclassified(session: AsyncSession, events: Sequence[ClaimReclassified]) -> None:
    """Another kind of claim now: its papers and its decision are looked at again."""
    rows = [
        {
            "claim_id": e.claim_id,
            "kind": e.kind,
            "happened_on": e.happened_on,
            "happened_at": e.happened_at,
        }
        | _UNDECIDED
        for e in events
    ]
    await update_rows(session, Claim, rows, keys=CLAIM)
    excused = [{"claim_id": e.claim_id, "excuse": e.excuse} for e in events if e.excuse]
    await update_rows(session, Claim, excused, keys=CLAIM)
    await take_steps(session, events, "reclassified", lambda e: (e.reclassified_by, e.reason))


@projections.applies(ClaimPaid)
async def claims_paid(session: AsyncSession, events: Sequence[ClaimPaid]) -> None:
    """The money has arrived."""
    rows = [
        {
            "claim_id": e.claim_id,
            "state": "paid",
            "paid_at": e.occurred_at,
            "amount_paid": e.amount,
        }
        for e in events
    ]
    await update_rows(session, Claim, rows, keys=CLAIM)
    await take_steps(session, events, "paid", lambda _: (None, None))
