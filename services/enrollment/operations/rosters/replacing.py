"""One worker takes the place of another whose membership ended."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.types import WorkerId
from services.enrollment.models import Membership, Roster
from services.enrollment.operations.rosters.working import Work
from services.enrollment.queries import rosters as queries
from services.enrollment.rules import rosters as rules


async def check_replaceable(session: AsyncSession, worker_id: UUID, by: Roster) -> None:
    """Check that the row of a roster may take the place of this worker.

    Raises: PlaceUnknown, also for one outside the session's area, PlaceNotFree, PlaceTaken.
    """
    rules.check_replaceable(await _leaving(session, worker_id, by))


async def note_replacement(work: Work, lineage: rules.Lineage, taken: Sequence[WorkerId]) -> None:
    """Put on record whose place it was, when the one row of a registration became a member.

    When the place went to somebody else meanwhile, the worker is a member all the same: places are
    counted by the quota.
    """
    left = work.staged.replaces
    if left is None or not taken:
        return
    leaving = await _leaving(work.unit.session, left, work.roster)
    if leaving is not None and leaving.is_free:
        (worker_id,) = taken
        replaced = rules.replace(lineage, WorkerId(left), by=worker_id, now=work.unit.now)
        await work.unit.record([replaced])


async def _leaving(session: AsyncSession, worker_id: UUID, by: Roster) -> rules.Leaving | None:
    key = (worker_id, by.programme_id)
    held = await session.get(Membership, key, populate_existing=True)
    if held is None:
        return None
    return rules.Leaving(
        ended=held.ended_on is not None,
        replaced=held.replaced_by is not None,
        waited_for=await queries.is_place_asked_for(session, worker_id, besides=by),
    )
