"""What is owed around a payment: what had lapsed before it, what is still owed after it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from chassis.local_time import local_day
from chassis.state.unit import Unit
from contracts.event import Cause
from services.enrollment.queries import arrears as queries
from services.enrollment.rules import arrears as rules
from services.enrollment.rules.arrears import AfterProgramme, Standing


async def settle(
    unit: Unit, days: Mapping[UUID, date], *, after_programme: AfterProgramme = "arrears"
) -> list[Standing]:
    """The covers of these workers that still run on the day on which each paid.

    One that had lapsed by then is recorded first: a payment never repairs cover at a past event,
    and whether the watch over due dates came by in between makes no difference.
    """
    standings = await queries.standings(unit.session, days)
    running: list[Standing] = []
    for day in sorted(set(days.values())):
        of_day = [each for each in standings if days[each.worker_id] == day]
        judged = rules.judge(of_day, on=day, after_programme=after_programme)
        lapsed = [each for each in judged if each.arrears.lapsed_on is not None]
        running += [each.standing for each in judged if each.arrears.lapsed_on is None]
        await unit.record(rules.tell(lapsed, now=unit.now))
    return running


async def tell_again(
    unit: Unit,
    running: Sequence[Standing],
    paid: Mapping[UUID, Collection[str]],
    *,
    causes: Mapping[UUID, Cause],
    own_money: bool = False,
) -> None:
    """What those who were in arrears owe after the payment, if anything; `paid` are the months
    and `causes` the payments of each worker."""
    behind = [
        each.after_payment(paid[each.worker_id], own_money=own_money)
        for each in running
        if each.told_months
    ]
    await unit.record(
        told
        for judged in rules.judge(behind, on=local_day(unit.now))
        for told in rules.tell([judged], cause=causes[judged.standing.worker_id], now=unit.now)
    )
