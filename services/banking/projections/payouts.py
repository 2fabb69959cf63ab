"""Payouts and their slips."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import insert_rows, update_rows
from contracts.banking import (
    OutcomeProposed,
    PayoutFailed,
    PayoutOrdered,
    PayoutResumed,
    PayoutSettled,
    PayoutStopped,
    PayoutSubmitted,
    RailCalledBack,
    SlipHonored,
    SlipIssued,
)
from services.banking.models import Payout, Slip
from services.banking.projections.ledger import Entry, move
from services.banking.projections.registered import projections

GOES_ON: dict[str, Any] = {"stopped_reason": None, "stopped_words": None, "stopped_at": None}
NOTHING_PROPOSED: dict[str, Any] = {
    "proposed_outcome": None, "proposed_evidence": None, "proposed_by": None
}  # fmt: skip

projections.changes_nothing(RailCalledBack)


@projections.applies(PayoutOrdered)
async def payouts_ordered(session: AsyncSession, events: Sequence[PayoutOrdered]) -> None:
    """A benefit line that is to reach somebody."""
    await insert_rows(
        session,
        Payout,
        [
            {
                "payout_id": e.payout_id,
                "claim_id": e.claim_id,
                "worker_id": e.worker_id,
                "payee_id": e.payee_id,
                "benefit": e.benefit,
                "amount": e.amount,
                "rail": e.rail,
                "replaces": e.replaces,
                "line_id": e.line_id,
                "state": "ordered",
                "ordered_at": e.occurred_at,
                "ordered_event_id": e.event_id,
                "correlation_id": e.correlation_id,
            }
            for e in events
        ],
    )


@projections.applies(PayoutSubmitted)
async def payouts_submitted(session: AsyncSession, events: Sequence[PayoutSubmitted]) -> None:
    """Money set aside for another bank."""
    rows = [
        {"payout_id": e.payout_id, "state": "submitted", "submitted_at": e.occurred_at}
        for e in events
    ]
    await _change(session, rows)
    await move(session, (Entry(e.transfer, e.occurred_at) for e in events))


@projections.applies(PayoutSettled)
async def payouts_settled(session: AsyncSession, events: Sequence[PayoutSettled]) -> None:
    """The payee has the money."""
    rows = [
        {
            "payout_id": e.payout_id,
            "state": "settled",
            "finished_at": e.occurred_at,
            "confirmed_by": e.confirmed_by,
        }
        | GOES_ON
        | NOTHING_PROPOSED
        for e in events
    ]
    await _change(session, rows)
    await move(session, (Entry(e.transfer, e.occurred_at) for e in events))


@projections.applies(PayoutFailed)
async def payouts_failed(session: AsyncSession, events: Sequence[PayoutFailed]) -> None:
    """The insurer has the money back."""
    rows = [
        {
            "payout_id": e.payout_id,
            "state": "failed",
            "finished_at": e.occurred_at,
            "reason": e.reason,
            "confirmed_by": e.confirmed_by,
        }
        | GOES_ON
        | NOTHING_PROPOSED
        for e in events
    ]
    await _change(session, rows)
    await move(session, (Entry(e.transfer, e.occurred_at) for e in events))


@projections.applies(PayoutStopped)
async def payouts_stopped(session: AsyncSession, events: Sequence[PayoutStopped]) -> None:
    """A person has to look."""
    rows = [
        {
            "payout_id": e.payout_id,
            "stopped_reason": e.reason,
            "stopped_words": e.words,
            "stopped_at": e.occurred_at,
        }
        for e in events
    ]
    await _change(session, rows)


@projections.applies(PayoutResumed)
async def payouts_resumed(session: AsyncSession, events: Sequence[PayoutResumed]) -> None:
    """A person has looked."""
    rows = [{"payout_id": e.payout_id} | GOES_ON | NOTHING_PROPOSED for e in events]
    await _change(session, rows)


@projections.applies(OutcomeProposed)
async def outcomes_proposed(session: AsyncSession, events: Sequence[OutcomeProposed]) -> None:
    """What a second officer is to confirm."""
    rows = [
        {
            "payout_id": e.payout_id,
            "proposed_outcome": e.outcome,
            "proposed_evidence": e.evidence,
            "proposed_by": e.proposed_by,
        }
        for e in events
    ]
    await _change(session, rows)


@projections.applies(SlipIssued)
async def slips_issued(session: AsyncSession, events: Sequence[SlipIssued]) -> None:
    """A slip for the payee."""
    rows = [
        {
            "slip_id": e.slip_id,
            "payout_id": e.payout_id,
            "number": e.number,
            "issued_by": e.issued_by,
            "issued_at": e.occurred_at,
        }
        for e in events
    ]
    await insert_rows(session, Slip, rows)


@projections.applies(SlipHonored)
async def slips_honored(session: AsyncSession, events: Sequence[SlipHonored]) -> None:
    """A slip that no branch takes any more."""
    rows = [
        {
            "slip_id": e.slip_id,
            "branch": e.branch,
            "honored_by": e.honored_by,
            "honored_at": e.occurred_at,
        }
        for e in events
    ]
    await update_rows(session, Slip, rows, keys=("slip_id",))


async def _change(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    await update_rows(session, Payout, rows, keys=("payout_id",))
