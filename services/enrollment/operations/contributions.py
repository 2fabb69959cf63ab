"""Bill months, take note of their payment, activate members."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from contracts.banking import InvoicePaid
from contracts.event import Cause, Event
from services.enrollment.operations.programmes import ProgrammeUnknown
from services.enrollment.queries import members, programmes
from services.enrollment.rules import members as rules


class Billed(BaseModel):
    """How many members a month was billed for."""

    members: int


async def bill_month(
    unit: Unit, programme_id: UUID, *, month: str, district_code: str, cause: Cause
) -> Billed:
    """Put a month of every member of a kecamatan on an invoice; return how many.

    Who was billed for the month before is left out. Raises: ProgrammeUnknown,
    MonthOutsideProgramme, MonthNotBegun.
    """
    terms = await programmes.billing_terms(unit.session, programme_id)
    if terms is None:
        raise ProgrammeUnknown(f"no programme {programme_id}: see the list of programmes")
    to_bill = await members.members_to_bill(
        unit.session, programme_id, month=month, district_code=district_code
    )
    await unit.record(rules.bill(terms, month, district_code, to_bill, cause=cause, now=unit.now))
    return Billed(members=len(to_bill))


async def take_payment(unit: Unit, paid: Sequence[InvoicePaid]) -> None:
    """Each month on these invoices is paid; who had no number gets one and is covered from now."""
    for invoice in paid:
        await unit.record(await _paid_months(unit, invoice))


async def _paid_months(unit: Unit, invoice: InvoicePaid) -> list[Event]:
    months = await members.months_unpaid(unit.session, invoice.invoice_id)
    fresh = await members.without_number(unit.session, months)
    kpj_last = await members.kpj_last(unit.session, first=rules.KPJ_FIRST)
    return [
        *rules.pay(months, invoice_id=invoice.invoice_id, cause=invoice.cause, now=unit.now),
        *rules.activate(fresh, kpj_last=kpj_last, cause=invoice.cause, now=unit.now),
    ]
