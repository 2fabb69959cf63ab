"""Put a month of a kecamatan on an invoice."""

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from contracts.event import Cause
from contracts.types import WorkerId
from services.enrollment.operations.contributions.payments import purse_of
from services.enrollment.operations.programmes import ProgrammeUnknown
from services.enrollment.queries import contributions as queries
from services.enrollment.queries import programmes
from services.enrollment.queries.contributions import Districts
from services.enrollment.rules import contributions as rules
from services.enrollment.rules.contributions import BillingTerms


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
    terms = await billing_terms(unit.session, programme_id)
    districts = Districts(district_code, district_code)
    found = await members_to_bill(unit, programme_id, month=month, districts=districts)
    to_bill = found.get(district_code, [])
    bill = rules.Bill(month, district_code, to_bill)
    await unit.record(rules.issue_invoice(terms, bill, cause=cause, now=unit.now))
    return Billed(members=len(to_bill))


async def members_to_bill(
    unit: Unit, programme_id: UUID, *, month: str, districts: Districts
) -> dict[str, list[WorkerId]]:
    """The members who are to be billed for a month, by kecamatan. Call it in a bulk unit.

    What was put aside for those who ended was given back at the end: they are billed as far as the
    programme's money still carries their months (PP 12/2019 art. 124(1)), the others when it does.
    """
    found = await queries.members_to_bill(
        unit.session, programme_id, month=month, districts=districts
    )
    if any(each.has_ended for each in found):
        purse = await purse_of(unit, programme_id)
        found = [each for each in found if not each.has_ended or purse.take_months(1)]
    by_district: dict[str, list[WorkerId]] = {}
    for each in found:
        by_district.setdefault(each.district_code, []).append(each.worker_id)
    return by_district


async def billing_terms(session: AsyncSession, programme_id: UUID) -> BillingTerms:
    """What billing needs to know of a programme. Raises: ProgrammeUnknown."""
    terms = await programmes.billing_terms(session, programme_id)
    if terms is None:
        raise ProgrammeUnknown(f"no programme {programme_id}: see the list of programmes")
    return terms
