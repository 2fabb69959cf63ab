"""The end of a day: statements, differences, suspense, the close."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import insert_rows, put_rows, shift_rows, update_rows
from contracts.banking import (
    DayClosed,
    DifferenceAccepted,
    DifferenceExplained,
    DifferenceFound,
    DifferenceResolved,
    ParkedEventDropped,
    RailStatementReceived,
    SuspenseRecovered,
)
from services.banking.models import ClosedDay, Difference, RailStatement
from services.banking.projections.ledger import Entry, move
from services.banking.projections.registered import projections

NOTHING_DONE: dict[str, Any] = dict.fromkeys(
    ("explanation", "evidence", "explained_by", "explained_at", "accepted_by", "accepted_at",
     "resolved_at"),
)  # fmt: skip

projections.changes_nothing(ParkedEventDropped)


@projections.applies(RailStatementReceived)
async def statements_received(
    session: AsyncSession, events: Sequence[RailStatementReceived]
) -> None:
    """A statement of the rail."""
    rows = [
        {
            "statement_id": e.statement_id,
            "day": e.day,
            "number": e.number,
            "format": e.format,
            "sha256": e.sha256,
            "lines": e.lines,
            "amount": e.amount,
            "matched": e.matched,
            "received_by": e.received_by,
            "received_at": e.occurred_at,
        }
        for e in events
    ]
    await insert_rows(session, RailStatement, rows)


@projections.applies(DifferenceFound)
async def differences_found(session: AsyncSession, events: Sequence[DifferenceFound]) -> None:
    """A difference that nobody has explained, or that is there again."""
    rows = [
        {
            "difference_id": e.difference_id,
            "day": e.day,
            "statement_id": e.statement_id,
            "kind": e.kind,
            "rail_reference": e.rail_reference,
            "payout_id": e.payout_id,
            "our_amount": e.our_amount,
            "their_amount": e.their_amount,
            "state": "open",
            "found_at": e.occurred_at,
        }
        | NOTHING_DONE
        for e in events
    ]
    await put_rows(session, Difference, rows, keys=("difference_id",))


@projections.applies(DifferenceResolved)
async def differences_resolved(session: AsyncSession, events: Sequence[DifferenceResolved]) -> None:
    """A difference that is none any more."""
    rows = [
        {"difference_id": e.difference_id, "state": "resolved", "resolved_at": e.occurred_at}
        for e in events
    ]
    await update_rows(session, Difference, rows, keys=("difference_id",))


@projections.applies(DifferenceExplained)
async def differences_explained(
    session: AsyncSession, events: Sequence[DifferenceExplained]
) -> None:
    """A difference with its reason."""
    rows = [
        {
            "difference_id": e.difference_id,
            "state": "explained",
            "explanation": e.explanation,
            "evidence": e.evidence,
            "explained_by": e.explained_by,
            "explained_at": e.occurred_at,
        }
        for e in events
    ]
    await update_rows(session, Difference, rows, keys=("difference_id",))


@projections.applies(DifferenceAccepted)
async def differences_accepted(session: AsyncSession, events: Sequence[DifferenceAccepted]) -> None:
    """A difference that a second person has looked at; its money may be in suspense."""
    rows = [
        {
            "difference_id": e.difference_id,
            "state": "accepted",
            "accepted_by": e.accepted_by,
            "accepted_at": e.occurred_at,
        }
        for e in events
    ]
    await update_rows(session, Difference, rows, keys=("difference_id",))
    moved = [(e, e.transfer) for e in events if e.transfer is not None]
    await move(session, (Entry(transfer, e.occurred_at) for e, transfer in moved))
    amounts = [{"difference_id": e.difference_id, "suspense": t.amount} for e, t in moved]
    await shift_rows(session, Difference, amounts, keys=("difference_id",))


@projections.applies(SuspenseRecovered)
async def suspense_recovered(session: AsyncSession, events: Sequence[SuspenseRecovered]) -> None:
    """Money that found its place."""
    await move(session, (Entry(e.transfer, e.occurred_at, e.evidence) for e in events))
    for each in events:  # one difference may be named twice in a run
        amount = {"difference_id": each.difference_id, "suspense": -each.transfer.amount}
        await shift_rows(session, Difference, [amount], keys=("difference_id",))
    rows = [
        {
            "difference_id": e.difference_id,
            "recovered_by": e.recovered_by,
            "recovered_at": e.occurred_at,
        }
        for e in events
    ]
    await update_rows(session, Difference, rows, keys=("difference_id",))


@projections.applies(DayClosed)
async def days_closed(session: AsyncSession, events: Sequence[DayClosed]) -> None:
    """A day that is closed."""
    rows = [
        {
            "day": e.day,
            "statement_id": e.statement_id,
            "matched": e.matched,
            "differences": e.differences,
            "unknown": e.unknown,
            "debits": e.debits,
            "credits": e.credits,
            "closed_by": e.closed_by,
            "closed_at": e.occurred_at,
        }
        for e in events
    ]
    await insert_rows(session, ClosedDay, rows)
