"""Watch over due dates: which invoices the funder owes, which covers fall behind and lapse."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.local_time import local_day
from chassis.state.unit import Unit
from chassis.web.access import Caller
from services.enrollment.operations.programmes import known_programme
from services.enrollment.queries import arrears as queries
from services.enrollment.queries.arrears import START, Place
from services.enrollment.rules import arrears as rules
from services.enrollment.rules.arrears import AfterProgramme, NotInvoiced, Unpaid
from services.enrollment.rules.places import lies_in

PORTION_ROWS = 5_000
"""Memberships or invoices that are looked at in one transaction."""


class Round(NamedTuple):
    """How far the watch is on a local day.

    Only memory: a round that begins again after a restart finds nothing new in what it has told.
    """

    on: date = date.min
    invoices_done: bool = False
    after: Place = START
    done: bool = False


async def watch(unit: Unit, last: Round, *, after_programme: AfterProgramme) -> Round:
    """Look at the next portion of invoices, then of memberships, once each on a local day; tell
    how far that is, which holds when the transaction is committed."""
    today = local_day(unit.now)
    now = last if last.on == today else Round(today)
    if now.done:
        return now
    if not now.invoices_done:
        return now._replace(invoices_done=await _call_overdue(unit, on=today))
    found = await queries.next_standings(unit.session, now.after, rows_max=PORTION_ROWS)
    judged = rules.judge(found, on=today, after_programme=after_programme)
    await unit.record(rules.tell(judged, now=unit.now))
    if len(found) < PORTION_ROWS:
        return now._replace(done=True)
    return now._replace(after=Place(found[-1].worker_id, found[-1].programme_id))


async def _call_overdue(unit: Unit, *, on: date) -> bool:
    """Call the next invoices overdue; tell whether these were the last."""
    found = await queries.unpaid_unsaid(unit.session, on=on, rows_max=PORTION_ROWS)
    await unit.record(rules.overdue(found, now=unit.now))
    return len(found) < PORTION_ROWS


class OwedInvoice(BaseModel):
    """An invoice that the funder owes. Amounts in rupiah."""

    invoice_id: UUID
    district_code: str
    heads: int
    amount: int
    due_on: date
    since: date
    """The first day on which the funder was late with it."""


class OwedUninvoiced(BaseModel):
    """Members whose month the funder owes and nobody has billed: order a billing run. Amounts in
    rupiah."""

    district_code: str
    heads: int
    amount: int


class OwedMonth(BaseModel):
    """A month that the funder owes, in whole or in part; on invoices and not."""

    month: str
    heads: int
    amount: int
    since: date
    invoices: list[OwedInvoice]
    not_invoiced: list[OwedUninvoiced]


class FunderArrears(BaseModel):
    """What the funder of a programme owes, as far as the caller may see. Amounts in rupiah."""

    programme_id: UUID
    funder: str
    on: date
    heads: int
    """Members' months."""
    not_invoiced_heads: int
    """Of them, those on no invoice."""
    amount: int
    since: date | None
    """None when nothing is owed."""
    months: list[OwedMonth]


async def funder_arrears(
    session: AsyncSession, programme_id: UUID, *, on: date, by: Caller
) -> FunderArrears:
    """The invoices of the caller's area with which the funder is late, and the months past due that
    nobody has billed: what members owe by it is the same on an invoice or not, and the province is
    told first (domain 10 row 4). Raises: ProgrammeUnknown, OutsideArea."""
    held = await known_programme(session, programme_id)
    if not lies_in(by.area, area=held.province_code):
        by.check_area(held.province_code)
    found = await queries.unpaid(session, programme_id, on=on)
    late = [each for each in found if each.late_from <= on]
    past_due = rules.months_past_due(held.first_month, held.last_month, on)
    unbilled = await queries.not_invoiced(session, programme_id, past_due)
    months = [
        _owed_month(
            month,
            [each for each in late if each.month == month],
            [each for each in unbilled if each.month == month],
            contribution=held.jkk + held.jkm,
        )
        for month in sorted({each.month for each in late} | {each.month for each in unbilled})
    ]
    return FunderArrears(
        programme_id=programme_id,
        funder=held.funder,
        on=on,
        heads=sum(each.heads for each in months),
        not_invoiced_heads=sum(each.heads for each in unbilled),
        amount=sum(each.amount for each in months),
        since=min((each.since for each in months), default=None),
        months=months,
    )


def _owed_month(
    month: str, late: list[Unpaid], unbilled: list[NotInvoiced], *, contribution: int
) -> OwedMonth:
    sinces = [each.late_from for each in late]
    if unbilled:
        sinces.append(rules.owed_since(month))
    not_invoiced = [
        OwedUninvoiced(
            district_code=each.district_code, heads=each.heads, amount=each.heads * contribution
        )
        for each in unbilled
    ]
    return OwedMonth(
        month=month,
        heads=sum(each.heads for each in late) + sum(each.heads for each in not_invoiced),
        amount=sum(each.amount for each in late) + sum(each.amount for each in not_invoiced),
        since=min(sinces),
        invoices=[_owed_invoice(each) for each in late],
        not_invoiced=not_invoiced,
    )


def _owed_invoice(invoice: Unpaid) -> OwedInvoice:
    return OwedInvoice(
        invoice_id=invoice.invoice_id,
        district_code=invoice.district_code,
        heads=invoice.heads,
        amount=invoice.amount,
        due_on=invoice.due_on,
        since=invoice.late_from,
    )
