"""The register of processing, and what members asked about their data."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import insert_rows, update_rows
from contracts.enrollment import (
    DataRequestAnswered,
    DataRequestReceived,
    ListExported,
    ParkedEventDropped,
    PersonalDataRead,
    SubjectKeyRead,
    WorkerErased,
)
from services.enrollment.models import DataRequest, Export, Reading, Worker
from services.enrollment.projections.registered import projections

projections.changes_nothing(ParkedEventDropped)


@projections.applies(SubjectKeyRead)
async def keys_read(session: AsyncSession, events: Sequence[SubjectKeyRead]) -> None:
    """Another service opened the record."""
    await insert_rows(
        session,
        Reading,
        [
            {
                "event_id": e.event_id,
                "worker_id": e.subject_id,
                "read_by": e.read_by,
                "role": e.role,
                "reason": e.reason,
                "what": "key",
                "read_at": e.occurred_at,
            }
            for e in events
        ],
    )


@projections.applies(PersonalDataRead)
async def data_read(session: AsyncSession, events: Sequence[PersonalDataRead]) -> None:
    """Somebody looked."""
    await insert_rows(
        session,
        Reading,
        [
            {
                "event_id": e.event_id,
                "worker_id": e.worker_id,
                "read_by": e.read_by,
                "role": e.role,
                "reason": e.reason,
                "what": e.what,
                "read_at": e.occurred_at,
            }
            for e in events
        ],
    )


@projections.applies(ListExported)
async def lists_exported(session: AsyncSession, events: Sequence[ListExported]) -> None:
    """A list went out."""
    await insert_rows(
        session,
        Export,
        [
            {
                "export_id": e.export_id,
                "exported_by": e.exported_by,
                "role": e.role,
                "reason": e.reason,
                "what": e.what,
                "row_count": e.rows,
                "masked": e.masked,
                "exported_at": e.occurred_at,
            }
            for e in events
        ],
    )


@projections.applies(DataRequestReceived)
async def requests_received(session: AsyncSession, events: Sequence[DataRequestReceived]) -> None:
    """A wish with a clock."""
    await insert_rows(
        session,
        DataRequest,
        [
            {
                "request_id": e.request_id,
                "worker_id": e.worker_id,
                "kind": e.kind,
                "fields": list(e.fields),
                "wanted": None if e.wanted is None else e.wanted.model_dump_json(),
                "due_at": e.due_at,
                "received_by": e.received_by,
                "received_at": e.occurred_at,
            }
            for e in events
        ],
    )


@projections.applies(DataRequestAnswered)
async def requests_answered(session: AsyncSession, events: Sequence[DataRequestAnswered]) -> None:
    """The answer, with its ground."""
    rows = [
        {
            "request_id": e.request_id,
            "outcome": e.outcome,
            "legal_ground": e.legal_ground,
            "reason": e.reason,
            "answered_by": e.answered_by,
            "answered_at": e.occurred_at,
        }
        for e in events
    ]
    await update_rows(session, DataRequest, rows, keys=("request_id",))


@projections.applies(WorkerErased)
async def workers_erased(session: AsyncSession, events: Sequence[WorkerErased]) -> None:
    """Nobody can read who it was."""
    rows = [{"worker_id": e.worker_id, "erased_at": e.occurred_at} for e in events]
    await update_rows(session, Worker, rows, keys=("worker_id",))
