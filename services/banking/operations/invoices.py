"""Invoices of the programmes, and what became of each."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.sheets import Cell
from services.banking.queries import funds as queries
from services.banking.queries.funds import InvoicesAsked, InvoiceState

PAGE_MAX = 400
"""A month of the province and more."""
SHEET_PORTION = 1_000
SHEET_COLUMNS = (
    "Invoice", "Programme", "Month", "Kecamatan", "Amount (Rp)", "Due on", "State",
    "Shortfall (Rp)", "SPP", "SPM", "SP2D", "Ordered by", "Paid at",
)  # fmt: skip


class InvoiceLine(BaseModel):
    """What a programme owes for one kecamatan and month. Amounts in rupiah."""

    invoice_id: UUID
    programme_id: UUID
    month: str
    district_code: str
    amount: int
    due_on: date
    state: InvoiceState
    """`waiting` for a payment order; `unpaid`: ordered, and the money is lacking; `paid`."""
    shortfall: int | None
    """What the programme's account lacked at the last try to pay this and all that was due before.
    """
    spp: str | None
    spm: str | None
    payment_order: str | None
    """The SP2D."""
    ordered_by: str | None
    paid_at: datetime | None


class Invoices(BaseModel):
    """A page of invoices, the oldest due first; ask again with `after` = `next_after`."""

    invoices: list[InvoiceLine]
    next_after: UUID | None


async def invoices_of(
    session: AsyncSession, asked: InvoicesAsked, *, after: UUID | None, limit: int
) -> Invoices:
    """A page of them."""
    found = await queries.invoices(session, asked, after=after, rows_max=limit)
    return Invoices(
        invoices=[InvoiceLine(**each._asdict()) for each in found],
        next_after=found[-1].invoice_id if len(found) == limit else None,
    )


async def invoice_rows(
    session: AsyncSession, asked: InvoicesAsked
) -> AsyncIterator[Sequence[Cell]]:
    """All of them, for a spreadsheet."""
    async for each in queries.all_invoices(session, asked, portion=SHEET_PORTION):
        yield (
            each.invoice_id, each.programme_id, each.month, each.district_code, each.amount,
            each.due_on, each.state, each.shortfall, each.spp, each.spm, each.payment_order,
            each.ordered_by, each.paid_at,
        )  # fmt: skip
