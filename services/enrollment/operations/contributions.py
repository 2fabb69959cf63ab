"""Bill months, take note of their payment, activate members."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from contracts.banking import InvoicePaid
from contracts.event import Cause
from services.enrollment.operations.programmes import ProgrammeUnknown
from services.enrollment.queries import contributions as queries
from services.enrollment.queries import covers, programmes
from services.enrollment.rules import contributions as rules
from services.enrollment.rules import cover


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
    to_bill = await queries.members_to_bill(
        unit.session, programme_id, month=month, district_code=district_code
    )
    bill = rules.Bill(month, district_code, to_bill)
    await unit.record(rules.issue_invoice(terms, bill, cause=cause, now=unit.now))
    return Billed(members=len(to_bill))


async def take_payment(unit: Unit, paid: Sequence[InvoicePaid]) -> None:
    """Each month on these invoices is paid; whoever has no cover yet is covered from now on."""
    months = await queries.months_unpaid(unit.session, [invoice.invoice_id for invoice in paid])
    for invoice in paid:
        due = months.get(invoice.invoice_id, [])
        await unit.record(rules.pay(due, invoice, now=unit.now))
        fresh = await covers.unactivated(unit.session, [month.worker_id for month in due])
        ranges = await covers.kpj_ranges(unit.session)
        numbers = ranges.issue(
            (each.worker_id, each.village_code) for each in fresh if each.kpj is None
        )
        await unit.record(cover.activate(fresh, numbers=numbers, cause=invoice.cause, now=unit.now))
