"""What enrollment does by itself."""

from collections.abc import Awaitable, Callable, Sequence

from chassis.jobs import Job
from chassis.service import Running
from chassis.state.unit import EVERYWHERE, Unit
from services.enrollment.operations import rosters
from services.enrollment.operations.rosters.validating import Passes
from services.enrollment.settings import Settings

ROSTER_REST_S = 0.25
PURGE_REST_S = 3600.0


def jobs(running: Running[Settings]) -> Sequence[Job]:
    """Checking and working through rosters; forgetting them."""
    tools, passes = running.tools, Passes()

    def step(work: Callable[[Unit], Awaitable[bool]]) -> Callable[[], Awaitable[bool]]:
        async def stepped() -> bool:
            async with running.units.bulk(area=EVERYWHERE) as unit:
                return await work(unit)

        return stepped

    async def rows(unit: Unit) -> bool:
        return await rosters.enroll_rows(unit, tools=tools) or await rosters.validate_rows(
            unit, tools=tools, passes=passes
        )

    return (
        Job("rosters", step(rows), rest_s=ROSTER_REST_S),
        Job("retention", step(rosters.purge), rest_s=PURGE_REST_S),
    )
