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
from services.enrollment.rules.arrears import AfterProgramme, Unpaid
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


class OwedMonth(BaseModel):
    """A month that the funder owes, in whole or in part."""

    month: str
    heads: int
    amount: int
    since: date
    invoices: list[OwedInvoice]


class FunderArrears(BaseModel):
    """What the funder of a programme owes, as far as the caller may see. Amounts in rupiah."""

    programme_id: UUID
    funder: str
    on: date
    heads: int
    """Members' months."""
    amount: int
    since: date | None
    """None when nothing is owed."""
    months: list[OwedMonth]


async def funder_arrears(
    session: AsyncSession, programme_id: UUID, *, on: date, by: Caller
) -> FunderArrears:
    """The invoices of the caller's area with which the funder is late. Raises: ProgrammeUnknown,
    OutsideArea."""
    held = await known_programme(session, programme_id)
    if not lies_in(by.area, area=held.province_code):
        by.check_area(held.province_code)
    found = await queries.unpaid(session, programme_id, on=on)
    late = [each for each in found if each.late_from <= on]
    by_month: dict[str, list[Unpaid]] = {}
    for each in late:
        by_month.setdefault(each.month, []).append(each)
    return FunderArrears(
        programme_id=programme_id,
        funder=held.funder,
        on=on,
        heads=sum(each.heads for each in late),
        amount=sum(each.amount for each in late),
        since=min((each.late_from for each in late), default=None),
        months=[_owed_month(month, invoices) for month, invoices in by_month.items()],
    )


def _owed_month(month: str, invoices: list[Unpaid]) -> OwedMonth:
    return OwedMonth(
        month=month,
        heads=sum(each.heads for each in invoices),
        amount=sum(each.amount for each in invoices),
        since=min(each.late_from for each in invoices),
        invoices=[
            OwedInvoice(
                invoice_id=each.invoice_id,
                district_code=each.district_code,
                heads=each.heads,
                amount=each.amount,
                due_on=each.due_on,
                since=each.late_from,
            )
            for each in invoices
        ],
    )
