"""A member pays months with his own money."""

from uuid import UUID

from pydantic import BaseModel

from chassis.local_time import local_day
from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.event import Cause
from contracts.types import ProgrammeId
from services.enrollment.models import Membership
from services.enrollment.operations.contributions.settling import settle, tell_again
from services.enrollment.operations.people import seen_worker
from services.enrollment.queries import arrears as owing
from services.enrollment.queries import contributions as queries
from services.enrollment.rules import own_money, reactivation
from services.enrollment.rules.arrears import AfterProgramme
from services.enrollment.rules.months import month_of
from services.enrollment.rules.own_money import OwnPayment, ReceiptUsed
from services.enrollment.rules.reactivation import Purse


class OwnPaid(BaseModel):
    """The months that were paid. Amounts in rupiah."""

    worker_id: UUID
    programme_id: UUID
    months: list[str]
    amount: int
    receipt_id: UUID
    reactivated: bool
    """Whether the cover had lapsed and began anew."""


async def pay_own(
    unit: Unit,
    worker_id: UUID,
    payment: OwnPayment,
    *,
    by: Caller,
    cause: Cause,
    after_programme: AfterProgramme,
) -> OwnPaid:
    """Take note of months that a member paid himself, or his family after a death; a cover that
    lapsed begins anew, one that ended does not. Call it in a bulk unit: nobody bills the member
    meanwhile.

    Raises: WorkerUnknown, OutsideArea, ReceiptUsed, MembershipEnded, NeverCovered,
    MonthsNotInARow, MonthPaid, MonthOnInvoice, FunderPays, TariffUnknown, TariffUnverified.
    """
    await seen_worker(unit.session, worker_id, by=by)
    held = await queries.payable_membership(unit.session, worker_id)
    if await queries.is_recorded(unit.session, payment.first_event_id):
        raise ReceiptUsed("this receipt was recorded before: check its number")
    today = local_day(unit.now)
    running = await settle(unit, {worker_id: today}, after_programme=after_programme)
    await unit.session.refresh(held)
    payable = await queries.payable(unit.session, held)
    paid = list(own_money.pay_own(payable, payment, cause=cause, now=unit.now))
    await unit.record(paid)
    await _reactivate(unit, held, cause=cause)
    months, causes = {worker_id: payment.months}, {worker_id: cause}
    await tell_again(unit, running, months, causes=causes, own_money=True)
    return OwnPaid(
        worker_id=worker_id,
        programme_id=held.programme_id,
        months=[each.month for each in paid],
        amount=sum(each.amount for each in paid),
        receipt_id=payment.receipt_id,
        reactivated=payable.lapsed and payable.ended_on is None,
    )


async def _reactivate(unit: Unit, held: Membership, *, cause: Cause) -> None:
    """Begin the cover anew when it lapsed; nothing is put aside for months to come."""
    key = (held.worker_id, held.programme_id)
    this_month = month_of(local_day(unit.now))
    lapsed = await owing.lapsed(unit.session, [key], this_month=this_month)
    purse = Purse("self", held.last_month, month=1, money=0)
    purses = {ProgrammeId(held.programme_id): purse}
    await unit.record(reactivation.reactivate(lapsed, purses, causes={key: cause}, now=unit.now))
