"""What enrollment does by itself."""

from collections.abc import Awaitable, Callable, Sequence

from chassis.jobs import Job, Step
from chassis.service import Running
from chassis.state.unit import EVERYWHERE, Unit
from services.enrollment.operations import (
    arrears,
    contributions,
    members,
    renewals,
    retention,
    reviews,
    rosters,
)
from services.enrollment.operations.rosters.enrolling import Prepared
from services.enrollment.operations.rosters.meeting import Passes
from services.enrollment.operations.rosters.working import Ahead
from services.enrollment.settings import Settings

ROSTER_REST_S = 0.25
BILLING_REST_S = 0.5
ARREARS_REST_S = 30.0
ACTIVATIONS_REST_S = 15.0
RENEWALS_REST_S = 5.0
AGE_REST_S = 60.0
PURGE_REST_S = 3600.0


def jobs(running: Running[Settings]) -> Sequence[Job]:
    """Checking and working through rosters; billing; watching due dates and birthdays; numbers that
    were waited for; renewals; forgetting.

    What goes by the day waits for a quiet moment of it: a round over due dates looks at every
    member, which takes 5 s of CPU for 100,000.
    """
    tools, passes = running.tools, Passes()
    prepared: Ahead[Prepared] = Ahead()

    def recorded() -> int:
        return running.units.commits

    def step(work: Callable[[Unit], Awaitable[bool]]) -> Step:
        async def stepped() -> bool:
            async with running.units.bulk(area=EVERYWHERE) as unit:
                return await work(unit)

        return stepped

    async def rows(unit: Unit) -> bool:
        return await rosters.enroll_rows(
            unit, tools=tools, ahead=prepared
        ) or await rosters.validate_rows(unit, tools=tools, passes=passes)

    last = arrears.Round()

    async def due_dates() -> bool:
        nonlocal last
        async with running.units.bulk(area=EVERYWHERE) as unit:
            now = await arrears.watch(unit, last, after_programme=tools.after_programme)
        last = now
        return not now.done

    async def forget(unit: Unit) -> bool:
        return await rosters.purge(unit) or await retention.forget_answers(unit)

    return (
        Job("rosters", step(rows), rest_s=ROSTER_REST_S, recorded=recorded),
        Job("billing", step(contributions.bill_next), rest_s=BILLING_REST_S, recorded=recorded),
        Job("arrears", due_dates, rest_s=ARREARS_REST_S, in_quiet=True),
        Job("activations", step(members.activate_waiting), rest_s=ACTIVATIONS_REST_S),
        Job("renewals", step(renewals.carry_over), rest_s=RENEWALS_REST_S),
        Job("age", step(reviews.raise_age_limits), rest_s=AGE_REST_S, in_quiet=True),
        Job("retention", step(forget), rest_s=PURGE_REST_S),
    )
