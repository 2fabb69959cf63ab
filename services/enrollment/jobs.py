"""What enrollment does by itself."""

from collections.abc import Sequence

from chassis.jobs import Job
from chassis.service import Running
from services.enrollment.operations import rosters
from services.enrollment.settings import Settings

ROSTER_REST_S = 0.25


def jobs(running: Running[Settings]) -> Sequence[Job]:
    """Working through rosters."""

    async def work_through() -> bool:
        async with running.units.bulk() as unit:
            return await rosters.work_through(unit, running.tools.identities)

    return (Job("rosters", work_through, rest_s=ROSTER_REST_S),)
