"""Who people are: opened with their keys, for whoever may read it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.subject_keys import keys_of
from chassis.web.access import Caller
from contracts.refusal import Refused
from contracts.sealed import Sealed
from contracts.types import WorkerId
from services.enrollment.adapters.identities import Identities
from services.enrollment.models import DataRequest, Worker
from services.enrollment.queries import people, privacy
from services.enrollment.rules.applicants import Person
from services.enrollment.rules.privacy import Waiting


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


def sealed_in(stored: Mapping[str, Any]) -> Sealed:
    """A sealed block as a table holds it."""
    return Sealed.model_validate_json(json.dumps(stored))


class WorkerUnknown(Refused):
    """No worker in the caller's area has this id."""

    slug, status, retryable = "worker-unknown", 404, False


class WorkerIsErased(Refused):
    """The data of this worker were destroyed."""

    slug, status, retryable = "worker-erased", 410, False


async def seen_worker(session: AsyncSession, worker_id: UUID, *, by: Caller) -> Worker:
    """A worker in the caller's area. Raises: WorkerUnknown, OutsideArea."""
    return _within(await privacy.worker(session, worker_id), worker_id, by=by)


async def held_worker(session: AsyncSession, worker_id: UUID, *, by: Caller) -> Worker:
    """A worker in the caller's area, locked. Raises: WorkerUnknown, OutsideArea, WorkerIsErased."""
    held = _within(await privacy.worker_locked(session, worker_id), worker_id, by=by)
    if held.erased_at is not None:
        raise WorkerIsErased(f"worker {worker_id} was erased on {held.erased_at:%d-%m-%Y}")
    return held


def waiting_of(held: DataRequest) -> Waiting:
    """A request as the rules see it."""
    kind: Any = held.kind
    return Waiting(
        request_id=held.request_id,
        worker_id=WorkerId(held.worker_id),
        kind=kind,
        received_by=held.received_by,
        answered=held.answered_at is not None,
    )


def _within(held: Worker | None, worker_id: UUID, *, by: Caller) -> Worker:
    if held is None:
        raise WorkerUnknown(f"no worker {worker_id} in your area: find the member first")
    by.check_area(held.village_code)
    return held
