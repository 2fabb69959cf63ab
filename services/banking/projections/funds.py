"""The province's money, and the invoices that it pays."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import put_rows
from contracts.banking import FundsDeposited, InvoicePaid, InvoiceUnpaid
from services.banking.models import Payment
from services.banking.projections.ledger import Entry, move
from services.banking.projections.registered import projections


@projections.applies(FundsDeposited)
async def funds_deposited(session: AsyncSession, events: Sequence[FundsDeposited]) -> None:
    """Money on a programme's account."""
    await move(session, (Entry(e.transfer, e.occurred_at, e.document) for e in events))


@projections.applies(InvoicePaid)
async def invoices_paid(session: AsyncSession, events: Sequence[InvoicePaid]) -> None:
    """Money of a programme with the insurer."""
    rows = [
        {
            "invoice_id": e.invoice_id,
            "programme_id": e.programme_id,
            "month": e.month,
            "payment_order": e.payment_order,
            "spp": e.spp,
            "spm": e.spm,
            "ordered_by": e.paid_by,
            "event_id": e.event_id,
            "correlation_id": e.correlation_id,
            "amount": e.transfer.amount,
            "paid_at": e.occurred_at,
            "shortfall": None,
        }
        for e in events
    ]
    await put_rows(session, Payment, rows, keys=("invoice_id",))
    await move(session, (Entry(e.transfer, e.occurred_at, e.payment_order) for e in events))


@projections.applies(InvoiceUnpaid)
async def invoices_unpaid(session: AsyncSession, events: Sequence[InvoiceUnpaid]) -> None:
    """An invoice that the programme's account could not carry."""
    rows = [
        {
            "invoice_id": e.invoice_id,
            "programme_id": e.programme_id,
            "month": e.month,
            "payment_order": e.payment_order,
            "spp": e.spp,
            "spm": e.spm,
            "ordered_by": e.ordered_by,
            "event_id": e.event_id,
            "correlation_id": e.correlation_id,
            "shortfall": e.shortfall,
        }
        for e in events
    ]
    await put_rows(session, Payment, rows, keys=("invoice_id",))
