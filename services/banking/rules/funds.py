"""The province's money: deposits, and the invoices that are paid from them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from contracts.banking import FundsDeposited, InvoicePaid, InvoiceUnpaid
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import InvoiceId, ProgrammeId
from services.banking.rules import ledger as postings
from services.banking.rules.ledger import Ledger


class DocumentAlreadyUsed(Refused):
    """Money was deposited on this document before."""

    slug, status, retryable = "document-already-used", 409, False


class NoInvoiceWaiting(Refused):
    """The programme owes nothing for this month, as far as the bank knows."""

    slug, status, retryable = "no-invoice-waiting", 409, True


class Owed(NamedTuple):
    """An invoice that is not paid."""

    invoice_id: InvoiceId
    programme_id: ProgrammeId
    month: str
    amount: int
    due_on: date


class Order(NamedTuple):
    """What a province wants done with its money."""

    document: str
    """What it rests on, such as the number of the SP2D (PP 12/2019 art. 141)."""
    officer: str
    cause: Cause
    spp: str | None = None
    """The request for payment that came before the SP2D."""
    spm: str | None = None
    """The order to pay that came between."""


class Ordered(NamedTuple):
    """An invoice that was ordered to be paid and waits for money."""

    invoice: Owed
    order: Order


def deposit(
    programme_id: ProgrammeId, amount: int, order: Order, *, ledger: Ledger, now: datetime
) -> FundsDeposited:
    """Put the province's money on the programme's account."""
    return FundsDeposited(
        **order.cause.stamp("deposit", at=now),
        programme_id=programme_id,
        transfer=ledger.post(postings.deposit(programme_id, order.document, amount)),
        document=order.document,
        deposited_by=order.officer,
    )


def pay(
    ordered: Iterable[Ordered],
    *,
    ledger: Ledger,
    now: datetime,
    kept: Mapping[date, int] | None = None,
) -> Iterator[InvoicePaid | InvoiceUnpaid]:
    """Pay the invoices that the programme's account carries; the others wait.

    `ordered` begins with the oldest due. What is due later is only paid with money that all that is
    due earlier leaves over, `kept` included: rupiah of other invoices that wait, by their due date.
    No spending without the money for it (PP 12/2019 art. 124(1)).
    """
    before = 0
    for due_on, same_day in groupby(ordered, key=lambda each: each.invoice.due_on):
        others = sum(amount for due, amount in (kept or {}).items() if due < due_on)
        unpaid = 0
        for invoice, order in same_day:
            fund = postings.fund_of(invoice.programme_id)
            shortfall = ledger.shortfall(fund, others + before + invoice.amount)
            if shortfall:
                unpaid += invoice.amount
                yield _unpaid(invoice, order, shortfall=shortfall, now=now)
            else:
                yield _paid(invoice, order, ledger=ledger, now=now)
        before += unpaid


def _paid(invoice: Owed, order: Order, *, ledger: Ledger, now: datetime) -> InvoicePaid:
    posting = postings.contribution(invoice.programme_id, invoice.invoice_id, invoice.amount)
    return InvoicePaid(
        **order.cause.stamp(f"pay {invoice.invoice_id}", at=now),
        invoice_id=invoice.invoice_id,
        programme_id=invoice.programme_id,
        month=invoice.month,
        transfer=ledger.post(posting),
        payment_order=order.document,
        paid_by=order.officer,
        spp=order.spp,
        spm=order.spm,
    )


def _unpaid(invoice: Owed, order: Order, *, shortfall: int, now: datetime) -> InvoiceUnpaid:
    return InvoiceUnpaid(
        **order.cause.stamp(f"leave-unpaid {invoice.invoice_id}", at=now),
        invoice_id=invoice.invoice_id,
        programme_id=invoice.programme_id,
        month=invoice.month,
        shortfall=shortfall,
        payment_order=order.document,
        ordered_by=order.officer,
        spp=order.spp,
        spm=order.spm,
    )
