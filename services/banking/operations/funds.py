"""Take the province's money in, and pay invoices from it."""

from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import EVERYWHERE, Unit, Units
from chassis.web.access import Caller
from contracts.banking import InvoicePaid, InvoiceUnpaid
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import ProgrammeId
from services.banking.models import Programme
from services.banking.queries import funds as queries
from services.banking.queries.ledger import is_posted, ledger_locked
from services.banking.rules import funds as rules
from services.banking.rules import ledger as postings
from services.banking.rules.funds import DocumentAlreadyUsed, NoInvoiceWaiting, Order, Ordered
from services.banking.rules.ledger import Ledger

PORTION = 400
"""Invoices that are paid in one transaction: a month of the province, and more."""


class ProgrammeUnknown(Refused):
    """The bank has not heard of this programme."""

    slug, status, retryable = "programme-unknown", 404, True


class Deposited(BaseModel):
    """Money that reached a programme's account, and the invoices that had waited for it. Amounts in
    rupiah."""

    programme_id: UUID
    transfer_id: UUID
    balance: int
    """What the programme's account holds now."""
    invoices_paid: int
    amount_paid: int
    invoices_waiting: int
    """How many that were ordered still wait; when the money is enough for them, they are paid
    within seconds."""


class Paid(BaseModel):
    """What a payment order came to. Amounts in rupiah."""

    programme_id: UUID
    month: str
    invoices_paid: int
    amount_paid: int
    invoices_unpaid: int
    amount_unpaid: int
    balance: int
    """What the programme's account holds now."""


class PaymentOrder(NamedTuple):
    """The papers by which a province orders a month to be paid (PP 12/2019 art. 141)."""

    month: str
    payment_order: str
    """The SP2D."""
    spp: str | None = None
    spm: str | None = None


async def deposit(
    unit: Unit, programme_id: UUID, amount: int, *, document: str, by: Caller, cause: Cause
) -> Deposited:
    """Put the province's money on the programme's account, once for each document, and pay what was
    ordered and waited for it, the oldest due first; of a long list the first portion.

    Raises: ProgrammeUnknown, OutsideArea, DocumentAlreadyUsed.
    """
    await _programme(unit.session, programme_id, by=by)
    if await is_posted(unit.session, postings.deposit(programme_id, document, amount)):
        raise DocumentAlreadyUsed(f"{document} was deposited before: give the new document")
    fund = postings.fund_of(programme_id)
    ledger = await ledger_locked(unit.session, postings.TREASURY, fund)
    deposited = rules.deposit(
        ProgrammeId(programme_id),
        amount,
        Order(document=document, officer=by.name, cause=cause),
        ledger=ledger,
        now=unit.now,
    )
    await unit.record([deposited])
    outcomes = await _pay_waiting(unit, programme_id, ledger=ledger, cause=deposited.cause)
    await unit.record(outcomes)
    paid = [each.transfer.amount for each in outcomes if isinstance(each, InvoicePaid)]
    return Deposited(
        programme_id=programme_id,
        transfer_id=deposited.transfer.transfer_id,
        balance=ledger.balances[fund],
        invoices_paid=len(paid),
        amount_paid=sum(paid),
        invoices_waiting=await queries.unpaid_count(unit.session, programme_id),
    )


async def pay_invoices(
    unit: Unit, programme_id: UUID, order: PaymentOrder, *, by: Caller, cause: Cause
) -> Paid:
    """Pay the waiting invoices of a month, oldest due first, as far as the money goes. Invoices
    that were due earlier and ordered before have the first right to it, and keep the papers and the
    officer of their own order.

    A month has one invoice for each kecamatan: some 320. Raises: ProgrammeUnknown, OutsideArea,
    NoInvoiceWaiting.
    """
    await _programme(unit.session, programme_id, by=by)
    fund = postings.fund_of(programme_id)
    ledger = await ledger_locked(unit.session, fund)
    owed = await queries.waiting(unit.session, programme_id, month=order.month)
    if not owed:
        raise NoInvoiceWaiting(
            f"no invoice of {order.month} waits for an order: bill the month first; what was "
            "ordered and is unpaid is paid by the next deposit, under the papers of its own order"
        )
    kept = await queries.kept_for_ordered(unit.session, programme_id)
    papers = Order(order.payment_order, by.name, cause, order.spp, order.spm)
    ordered = (Ordered(invoice, papers) for invoice in owed)
    outcomes = list(rules.pay(ordered, ledger=ledger, now=unit.now, kept=kept))
    await unit.record(outcomes)
    paid = [outcome.transfer.amount for outcome in outcomes if isinstance(outcome, InvoicePaid)]
    return Paid(
        programme_id=programme_id,
        month=order.month,
        invoices_paid=len(paid),
        amount_paid=sum(paid),
        invoices_unpaid=len(owed) - len(paid),
        amount_unpaid=sum(invoice.amount for invoice in owed) - sum(paid),
        balance=ledger.balances[fund],
    )


async def pay_ordered(units: Units) -> bool:
    """Pay a portion of the invoices that were ordered and whose money is there by now; tell whether
    any was. Nobody is held up while there is none."""
    async with units.reading(area=EVERYWHERE) as session:
        programmes = await queries.could_pay(session)
    paid = False
    for programme_id in programmes:
        async with units.bulk(area=EVERYWHERE) as unit:
            ledger = await ledger_locked(unit.session, postings.fund_of(programme_id))
            outcomes = await _pay_waiting(unit, programme_id, ledger=ledger, cause=None)
            settled = [each for each in outcomes if isinstance(each, InvoicePaid)]
            await unit.record(settled)
            paid = paid or bool(settled)
    return paid


async def _pay_waiting(
    unit: Unit, programme_id: UUID, *, ledger: Ledger, cause: Cause | None
) -> list[InvoicePaid | InvoiceUnpaid]:
    ordered = await queries.ordered_unpaid(
        unit.session, programme_id, cause=cause, rows_max=PORTION
    )
    return list(rules.pay(ordered, ledger=ledger, now=unit.now))


async def _programme(session: AsyncSession, programme_id: UUID, *, by: Caller) -> Programme:
    held = await queries.programme(session, programme_id)
    if held is None:
        raise ProgrammeUnknown(f"the bank does not know {programme_id}: wait until it has heard")
    by.check_area(held.province_code)
    return held
