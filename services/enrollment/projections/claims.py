"""Replica: the claims about members, as claims recorded them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import insert_rows, update_rows
from contracts.claims import ClaimFiled, ClaimPaid, ClaimRejected
from services.enrollment.models import MemberClaim
from services.enrollment.projections.registered import replicas


@replicas.applies(ClaimFiled)
async def claims_filed(session: AsyncSession, events: Sequence[ClaimFiled]) -> None:
    """A claim is open."""
    await insert_rows(
        session,
        MemberClaim,
        [
            {
                "claim_id": e.claim_id,
                "worker_id": e.worker_id,
                "died_on": e.died_on,
                "filed_at": e.occurred_at,
            }
            for e in events
        ],
    )


@replicas.applies(ClaimPaid)
async def claims_paid(session: AsyncSession, events: Sequence[ClaimPaid]) -> None:
    """A claim is closed: every line arrived."""
    await _close(session, events, outcome="paid")


@replicas.applies(ClaimRejected)
async def claims_rejected(session: AsyncSession, events: Sequence[ClaimRejected]) -> None:
    """A claim is closed: there was no right to it."""
    await _close(session, events, outcome="rejected")


async def _close(
    session: AsyncSession, events: Sequence[ClaimPaid | ClaimRejected], *, outcome: str
) -> None:
    rows = [
        {"claim_id": e.claim_id, "closed_at": e.occurred_at, "outcome": outcome} for e in events
    ]
    await update_rows(session, MemberClaim, rows, keys=("claim_id",))
