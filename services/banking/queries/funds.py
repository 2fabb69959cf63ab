"""What is known of programmes and of the invoices that they owe."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.types import InvoiceId, ProgrammeId
from services.banking.models import Invoice, Payment, Programme
from services.banking.rules.funds import Owed


async def programme(session: AsyncSession, programme_id: UUID) -> Programme | None:
    """The programme."""
    return await session.get(Programme, programme_id)


async def owed(session: AsyncSession, programme_id: UUID, *, month: str) -> list[Owed]:
    """The unpaid invoices of a programme and month, the oldest due first."""
    paid = (
        select(Payment.invoice_id)
        .where(Payment.invoice_id == Invoice.invoice_id, col(Payment.paid_at).is_not(None))
        .exists()
    )
    statement = (
        select(Invoice)
        .where(Invoice.programme_id == programme_id, Invoice.month == month, ~paid)
        .order_by(col(Invoice.due_on), col(Invoice.district_code), col(Invoice.invoice_id))
    )
    return [
        Owed(
            invoice_id=InvoiceId(invoice.invoice_id),
            programme_id=ProgrammeId(invoice.programme_id),
            month=invoice.month,
            amount=invoice.amount,
            due_on=invoice.due_on,
        )
        for invoice in await session.scalars(statement)
    ]
