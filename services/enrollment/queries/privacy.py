"""The register of processing, members' requests, amendments; what is destroyed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.state.unit import AREA_SETTING, EVERYWHERE
from services.enrollment.models import Amendment, DataRequest, Reading, Worker

RequestState = Literal["open", "late", "answered"]
_LIFT = text(f"SELECT set_config('{AREA_SETTING}', '{EVERYWHERE}', true)")


class ReadingsAsked(NamedTuple):
    """Which readings: of one worker, by one reader, from an instant on, before another."""

    worker_id: UUID | None = None
    read_by: str | None = None
    since: datetime | None = None
    before: datetime | None = None


async def lift_area(session: AsyncSession) -> None:
    """Work for everywhere until the transaction ends.

    For what concerns one person who was found in the caller's area: what is kept of him may belong
    to places where he lived before, or to a roster of a whole regency, and a correction may move
    him out of the area.
    """
    await session.execute(_LIFT)


async def worker(session: AsyncSession, worker_id: UUID) -> Worker | None:
    """A worker of the session's area."""
    return await session.get(Worker, worker_id)


async def worker_locked(session: AsyncSession, worker_id: UUID) -> Worker | None:
    """A worker of the session's area, locked until the transaction ends."""
    return await session.get(Worker, worker_id, with_for_update=True)


async def readings(
    session: AsyncSession, asked: ReadingsAsked, *, after: UUID | None, rows_max: int
) -> Sequence[Reading]:
    """Readings of the session's area, the latest first, behind the one named by `after`."""
    conditions: list[ColumnElement[bool]] = []
    if asked.worker_id is not None:
        conditions.append(col(Reading.worker_id) == asked.worker_id)
    if asked.read_by is not None:
        conditions.append(col(Reading.read_by) == asked.read_by)
    if asked.since is not None:
        conditions.append(col(Reading.read_at) >= asked.since)
    if asked.before is not None:
        conditions.append(col(Reading.read_at) < asked.before)
    place = tuple_(col(Reading.read_at), col(Reading.event_id))
    if after is not None:
        last = select(col(Reading.read_at), col(Reading.event_id)).where(
            col(Reading.event_id) == after
        )
        conditions.append(place < last.scalar_subquery())
    ordered = select(Reading).where(*conditions).order_by(
        col(Reading.read_at).desc(), col(Reading.event_id).desc()
    )  # fmt: skip
    return (await session.scalars(ordered.limit(rows_max))).all()


async def data_requests(
    session: AsyncSession,
    *,
    state: RequestState | None,
    now: datetime,
    after: UUID | None,
    rows_max: int,
) -> Sequence[DataRequest]:
    """Requests of the session's area, the one with the least time left first. No state: all that
    wait for an answer."""
    unanswered, due_at = col(DataRequest.answered_at).is_(None), col(DataRequest.due_at)
    wanted: dict[RequestState | None, tuple[ColumnElement[bool], ...]] = {
        None: (unanswered,),
        "open": (unanswered, due_at >= now),
        "late": (unanswered, due_at < now),
        "answered": (~unanswered,),
    }
    conditions = list(wanted[state])
    if after is not None:
        last = select(due_at, col(DataRequest.request_id)).where(
            col(DataRequest.request_id) == after
        )
        conditions.append(tuple_(due_at, col(DataRequest.request_id)) > last.scalar_subquery())
    ordered = select(DataRequest).where(*conditions).order_by(due_at, col(DataRequest.request_id))
    return (await session.scalars(ordered.limit(rows_max))).all()


async def data_request(session: AsyncSession, request_id: UUID) -> DataRequest | None:
    """A request of the session's area."""
    return await session.get(DataRequest, request_id)


async def data_request_locked(session: AsyncSession, request_id: UUID) -> DataRequest | None:
    """A request of the session's area, locked until the transaction ends."""
    return await session.get(DataRequest, request_id, with_for_update=True)


async def unanswered(session: AsyncSession, worker_id: UUID) -> Sequence[DataRequest]:
    """What the worker asked and waits for, the oldest first."""
    found = await session.scalars(
        select(DataRequest)
        .where(col(DataRequest.worker_id) == worker_id, col(DataRequest.answered_at).is_(None))
        .order_by(col(DataRequest.due_at), col(DataRequest.request_id))
    )
    return found.all()


async def amendments_of(session: AsyncSession, worker_id: UUID) -> Sequence[Amendment]:
    """The corrections of a worker, the oldest first."""
    found = await session.scalars(
        select(Amendment)
        .where(col(Amendment.worker_id) == worker_id)
        .order_by(col(Amendment.amended_at), col(Amendment.event_id))
    )
    return found.all()


_OWNER = text("SELECT worker_id FROM person_lookup WHERE nik_hash = :nik_hash")


async def worker_of_nik(session: AsyncSession, nik_hash: bytes) -> UUID | None:
    """Whose NIK this is."""
    found: UUID | None = await session.scalar(_OWNER, {"nik_hash": nik_hash})
    return found


_FORGET_ANSWERS = text("""
    DELETE FROM idempotency_key WHERE (principal, key) IN (
        SELECT principal, key FROM idempotency_key
        WHERE stored_at < now() - make_interval(days => :days) LIMIT :rows_max)
    RETURNING 1""")


async def forget_answers(session: AsyncSession, *, days: int, rows_max: int) -> int:
    """Delete stored answers that are older, at most so many at a time; how many there were.

    Older by the clock of the database, which stamped them.
    """
    deleted = await session.execute(_FORGET_ANSWERS, {"days": days, "rows_max": rows_max})
    return len(deleted.all())
