"""Take the province's money in, and pay invoices from it."""

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.banking import InvoicePaid
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import ProgrammeId
from services.banking.models import Programme
from services.banking.queries import funds as queries
from services.banking.queries.ledger import is_posted, ledger_locked
from services.banking.rules import funds as rules
from services.banking.rules import ledger as postings
from services.banking.rules.funds import DocumentAlreadyUsed, NoInvoiceWaiting, Order


class ProgrammeUnknown(Refused):
    """The bank has not heard of this programme."""

    slug, status, retryable = "programme-unknown", 404, True


class Deposited(BaseModel):
    """Money that reached a programme's account."""

    programme_id: UUID
    transfer_id: UUID
    balance: int
    """What the programme's account holds now, in rupiah."""


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


async def deposit(
    unit: Unit, programme_id: UUID, amount: int, *, document: str, by: Caller, cause: Cause
) -> Deposited:
    """Put the province's money on the programme's account, once for each document.

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
    return Deposited(
        programme_id=programme_id,
        transfer_id=deposited.transfer.transfer_id,
        balance=ledger.balances[fund],
    )


async def pay_invoices(
    unit: Unit, programme_id: UUID, *, month: str, payment_order: str, by: Caller, cause: Cause
) -> Paid:
    """Pay the waiting invoices of a month, oldest due first, as far as the money goes.

    Raises: ProgrammeUnknown, OutsideArea, NoInvoiceWaiting.
    """
    await _programme(unit.session, programme_id, by=by)
    fund = postings.fund_of(programme_id)
    ledger = await ledger_locked(unit.session, fund)
    owed = await queries.owed(unit.session, programme_id, month=month)
    if not owed:
        raise NoInvoiceWaiting(f"no invoice of {month} waits: bill the month first")
    order = Order(document=payment_order, officer=by.name, cause=cause)
    outcomes = list(rules.pay(owed, order, ledger=ledger, now=unit.now))
    await unit.record(outcomes)
    paid = [outcome.transfer.amount for outcome in outcomes if isinstance(outcome, InvoicePaid)]
    return Paid(
        programme_id=programme_id,
        month=month,
        invoices_paid=len(paid),
        amount_paid=sum(paid),
        invoices_unpaid=len(owed) - len(paid),
        amount_unpaid=sum(invoice.amount for invoice in owed) - sum(paid),
        balance=ledger.balances[fund],
    )


async def _programme(session: AsyncSession, programme_id: UUID, *, by: Caller) -> Programme:
    held = await queries.programme(session, programme_id)
    if held is None:
        raise ProgrammeUnknown(f"the bank does not know {programme_id}: wait until it has heard")
    by.check_area(held.province_code)
    return held
