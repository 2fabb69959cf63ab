"""What is known of programmes and of the invoices that they owe."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from chassis.state.area_filters import within
from contracts.event import Cause
from contracts.types import InvoiceId, ProgrammeId
from services.banking.models import Balance, Invoice, Payment, Programme
from services.banking.rules.funds import Order, Ordered, Owed
from services.banking.rules.ledger import fund_of

InvoiceState = Literal["waiting", "unpaid", "paid"]
"""Nobody ordered the payment yet; it was ordered and the money is lacking; the insurer has it."""


async def programme(session: AsyncSession, programme_id: UUID) -> Programme | None:
    """The programme."""
    return await session.get(Programme, programme_id)


async def waiting(session: AsyncSession, programme_id: UUID, *, month: str) -> list[Owed]:
    """The invoices of a programme and month that nobody ordered to pay, the oldest due first."""
    ordered = select(Payment.invoice_id).where(Payment.invoice_id == Invoice.invoice_id).exists()
    statement = (
        select(Invoice)
        .where(Invoice.programme_id == programme_id, Invoice.month == month, ~ordered)
        .order_by(col(Invoice.due_on), col(Invoice.district_code), col(Invoice.invoice_id))
    )
    return [_owed(invoice) for invoice in await session.scalars(statement)]


_WAITS = (
    select(Payment, Invoice)
    .join(Invoice, col(Invoice.invoice_id) == Payment.invoice_id)
    .where(col(Payment.paid_at).is_(None))
    .order_by(col(Invoice.due_on), col(Invoice.district_code), col(Invoice.invoice_id))
)


async def ordered_unpaid(
    session: AsyncSession, programme_id: UUID, *, cause: Cause | None, rows_max: int
) -> list[Ordered]:
    """The invoices that were ordered and wait for money, the oldest due first. They are paid by
    `cause`, or by what told that they wait."""
    statement = _WAITS.where(Payment.programme_id == programme_id).limit(rows_max)
    return [
        Ordered(_owed(invoice), _order(payment, cause=cause))
        for payment, invoice in await session.execute(statement)
    ]


async def unpaid_count(session: AsyncSession, programme_id: UUID) -> int:
    """How many invoices of a programme were ordered and wait for money."""
    statement = select(func.count()).where(
        Payment.programme_id == programme_id, col(Payment.paid_at).is_(None)
    )
    return await session.scalar(statement) or 0


_KEPT = text("""
    SELECT due_on, sum(invoice.amount)::bigint
    FROM payments payment JOIN invoices invoice USING (invoice_id)
    WHERE payment.programme_id = :programme_id AND paid_at IS NULL
    GROUP BY due_on""")


async def kept_for_ordered(session: AsyncSession, programme_id: UUID) -> dict[date, int]:
    """Rupiah of the invoices that were ordered and wait for money, by due date."""
    found = await session.execute(_KEPT, {"programme_id": programme_id})
    return dict(found.all())


_NEXT_TO_PAY = text("""
    SELECT DISTINCT ON (payment.programme_id) payment.programme_id, invoice.amount
    FROM payments payment JOIN invoices invoice USING (invoice_id)
    WHERE paid_at IS NULL
    ORDER BY payment.programme_id, due_on, invoice.amount""")


async def could_pay(session: AsyncSession) -> list[UUID]:
    """The programmes of which an invoice waits that the money there is enough for: the smallest of
    those of the earliest due date."""
    wanted: dict[UUID, int] = dict((await session.execute(_NEXT_TO_PAY)).all())
    balances = select(Balance.account_id, col(Balance.balance) - col(Balance.held)).where(
        col(Balance.account_id).in_([fund_of(each) for each in wanted])
    )
    free: dict[UUID, int] = dict((await session.execute(balances)).all())
    return [each for each, amount in wanted.items() if free.get(fund_of(each), 0) >= amount]


class InvoiceRow(NamedTuple):
    """An invoice, and what became of it. Amounts in rupiah."""

    invoice_id: UUID
    programme_id: UUID
    month: str
    district_code: str
    amount: int
    due_on: date
    state: InvoiceState
    shortfall: int | None
    payment_order: str | None
    spp: str | None
    spm: str | None
    ordered_by: str | None
    paid_at: datetime | None


class InvoicesAsked(NamedTuple):
    """Which invoices."""

    area: str
    programme_id: UUID | None
    month: str | None
    state: InvoiceState | None


_INVOICES = text(f"""
    SELECT * FROM (
        SELECT invoice.invoice_id, invoice.programme_id, invoice.month, district_code,
               invoice.amount, due_on,
               CASE WHEN payment.invoice_id IS NULL THEN 'waiting'
                    WHEN paid_at IS NULL THEN 'unpaid' ELSE 'paid' END AS state,
               shortfall, payment_order, spp, spm, ordered_by, paid_at
        FROM invoices invoice LEFT JOIN payments payment USING (invoice_id)
        WHERE {within("district_code")}
          AND (CAST(:programme_id AS uuid) IS NULL OR invoice.programme_id = :programme_id)
          AND (CAST(:month AS text) IS NULL OR invoice.month = :month)) AS invoice
    WHERE (CAST(:state AS text) IS NULL OR state = :state)
      AND (CAST(:after AS uuid) IS NULL OR (due_on, district_code, invoice_id) >
           (SELECT last.due_on, last.district_code, last.invoice_id FROM invoices last
            WHERE last.invoice_id = :after))
    ORDER BY due_on, district_code, invoice_id LIMIT :rows_max""")  # noqa: S608  (no value is in it)


async def invoices(
    session: AsyncSession, asked: InvoicesAsked, *, after: UUID | None, rows_max: int
) -> list[InvoiceRow]:
    """Invoices of an area, the oldest due first, behind the one named."""
    bound = asked._asdict() | {"after": after, "rows_max": rows_max}
    return [InvoiceRow._make(row) for row in await session.execute(_INVOICES, bound)]


async def all_invoices(
    session: AsyncSession, asked: InvoicesAsked, *, portion: int
) -> AsyncIterator[InvoiceRow]:
    """All of them, a portion at a time."""
    after: UUID | None = None
    while True:
        found = await invoices(session, asked, after=after, rows_max=portion)
        for each in found:
            yield each
        if len(found) < portion:
            return
        after = found[-1].invoice_id


def _owed(invoice: Invoice) -> Owed:
    return Owed(
        invoice_id=InvoiceId(invoice.invoice_id),
        programme_id=ProgrammeId(invoice.programme_id),
        month=invoice.month,
        amount=invoice.amount,
        due_on=invoice.due_on,
    )


def _order(payment: Payment, *, cause: Cause | None) -> Order:
    return Order(
        document=payment.payment_order,
        officer=payment.ordered_by or "not recorded",
        cause=cause or Cause(payment.event_id, payment.correlation_id),
        spp=payment.spp,
        spm=payment.spm,
    )
