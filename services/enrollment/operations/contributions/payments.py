"""Months on invoices are paid: covers begin, go on, or begin anew."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain
from typing import NamedTuple, cast
from uuid import UUID

from chassis.local_time import local_day
from chassis.meanwhile import meanwhile
from chassis.state.unit import Unit
from contracts.banking import InvoicePaid
from contracts.enrollment import Payer
from contracts.event import Cause
from services.enrollment.operations.contributions.settling import settle, tell_again
from services.enrollment.operations.programmes import held_programme
from services.enrollment.queries import arrears as owing
from services.enrollment.queries import contributions as queries
from services.enrollment.queries import covers, programmes
from services.enrollment.rules import contributions as rules
from services.enrollment.rules import cover, reactivation
from services.enrollment.rules.cover import Unactivated
from services.enrollment.rules.months import month_of
from services.enrollment.rules.reactivation import Purse

Key = tuple[UUID, UUID]
"""A membership: worker and programme."""


class Due(NamedTuple):
    """An invoice that was paid, and the months on it that were not paid before."""

    invoice: InvoicePaid
    months: Sequence[rules.Month]


async def take_payment(unit: Unit, paid: Sequence[InvoicePaid]) -> None:
    """Each month on these invoices is paid. Whoever has no cover yet is covered from now on, and
    so is, anew, whoever's cover lapsed before the money came."""
    months = await queries.months_unpaid(unit.session, [invoice.invoice_id for invoice in paid])
    due = [
        Due(invoice, months[invoice.invoice_id])
        for invoice in paid
        if months.get(invoice.invoice_id)
    ]
    if not due:
        return
    causes = _causes(due)
    paying = (rules.pay(each.months, each.invoice, now=unit.now) for each in due)
    running, paid_now = await meanwhile(settle(unit, _days(due)), chain.from_iterable(paying))
    await unit.record(rules.by_type(paid_now))
    await _activate(unit, causes)
    await _reactivate(unit, causes)
    by_worker = {worker_id: cause for (worker_id, _), cause in causes.items()}
    await tell_again(unit, running, _months(due), causes=by_worker)


def _causes(due: Sequence[Due]) -> dict[Key, Cause]:
    """The first payment for each membership."""
    causes: dict[Key, Cause] = {}
    for invoice, months in due:
        for month in months:
            causes.setdefault((month.worker_id, month.programme_id), invoice.cause)
    return causes


def _days(due: Sequence[Due]) -> dict[UUID, date]:
    """The first day on which the bank took money for each worker; it may be heard of later."""
    days: dict[UUID, date] = {}
    for invoice, months in due:
        day = local_day(invoice.occurred_at)
        for month in months:
            days[month.worker_id] = min(day, days.get(month.worker_id, day))
    return days


def _months(due: Sequence[Due]) -> dict[UUID, set[str]]:
    """The months of each worker that were paid."""
    months: dict[UUID, set[str]] = {}
    for month in (month for each in due for month in each.months):
        months.setdefault(month.worker_id, set()).add(month.month)
    return months


async def _activate(unit: Unit, causes: Mapping[Key, Cause]) -> None:
    waiting = await covers.unactivated(unit.session, [worker_id for worker_id, _ in causes])
    fresh: dict[Cause, list[Unactivated]] = {}
    for each in waiting:
        if (each.worker_id, each.programme_id) in causes:
            fresh.setdefault(causes[each.worker_id, each.programme_id], []).append(each)
    if not fresh:
        return
    ranges = await covers.kpj_ranges(unit.session)
    numbers = ranges.issue(
        (each.worker_id, each.village_code)
        for members in fresh.values()
        for each in members
        if each.kpj is None
    )
    await unit.record(
        activated
        for cause, members in fresh.items()
        for activated in cover.activate(members, numbers=numbers, cause=cause, now=unit.now)
    )


async def _reactivate(unit: Unit, causes: Mapping[Key, Cause]) -> None:
    this_month = month_of(local_day(unit.now))
    lapsed = await owing.lapsed(unit.session, causes, this_month=this_month)
    purses = {
        programme_id: await purse_of(unit, programme_id)
        for programme_id in sorted({each.programme_id for each in lapsed})
    }
    await unit.record(reactivation.reactivate(lapsed, purses, causes=causes, now=unit.now))


async def purse_of(unit: Unit, programme_id: UUID) -> Purse:
    """What a programme's money still carries; the programme is locked until the end."""
    held = await held_programme(unit.session, programme_id)
    capacity = await programmes.capacity(unit.session, programme_id)
    return Purse(cast("Payer", held.payer), held.last_month, capacity.month, capacity.money)
