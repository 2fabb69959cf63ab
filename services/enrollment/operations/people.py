"""Who people are: opened with their keys, for whoever may read it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.subject_keys import keys_of
from services.enrollment.adapters.identities import Identities
from services.enrollment.queries import people
from services.enrollment.rules.applicants import Person


async def opened(
    session: AsyncSession, worker_ids: Sequence[UUID], *, identities: Identities
) -> dict[UUID, Person]:
    """Who these workers are; whoever was erased is absent.

    It puts nothing on record: whoever shows it to a person does.
    """
    if not worker_ids:
        return {}
    blocks = await people.identities(session, worker_ids)
    return identities.open(blocks, await keys_of(session, worker_ids))
