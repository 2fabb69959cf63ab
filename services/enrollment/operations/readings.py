"""The register of processing, for those who supervise it and for the member who asks."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from chassis.web.reading import Notes
from chassis.web.sheets import Cell
from services.enrollment.models import Reading
from services.enrollment.operations.people import seen_worker
from services.enrollment.queries import privacy as queries
from services.enrollment.queries.privacy import ReadingsAsked

COLUMNS = ("read_at", "worker_id", "read_by", "role", "what", "reason", "reading_id")
PAGE_ROWS = 5_000


class ReadingLine(BaseModel):
    """One reading of one worker's data."""

    reading_id: UUID
    worker_id: UUID
    read_by: str
    role: str
    what: str
    """What was shown: `look-up`, `card`, `access report` …; `key`: another service opened the
    record."""
    reason: str
    read_at: datetime


class Readings(BaseModel):
    """A page of readings, the latest first; ask again with `after` for the next."""

    readings: list[ReadingLine]
    next_after: UUID | None


async def readings_of(
    session: AsyncSession, asked: ReadingsAsked, *, after: UUID | None, limit: int, by: Caller
) -> Readings:
    """Readings of workers in the caller's area; of one worker when `asked` names him.

    Raises: WorkerUnknown, OutsideArea.
    """
    await _check(session, asked, by=by)
    found = await queries.readings(session, asked, after=after, rows_max=limit)
    return Readings(
        readings=[_line(each) for each in found],
        next_after=found[-1].event_id if len(found) == limit else None,
    )


async def readings_sheet(
    notes: Notes, asked: ReadingsAsked, *, by: Caller
) -> AsyncIterator[Sequence[Cell]]:
    """All of them as rows of COLUMNS, each page in a transaction of its own, however slowly the
    client reads. Raises: WorkerUnknown, OutsideArea.
    """
    await notes.run(lambda unit: _check(unit.session, asked, by=by))
    return _rows(notes, asked)


async def _check(session: AsyncSession, asked: ReadingsAsked, *, by: Caller) -> None:
    if asked.worker_id is not None:
        await seen_worker(session, asked.worker_id, by=by)


async def _rows(notes: Notes, asked: ReadingsAsked) -> AsyncIterator[Sequence[Cell]]:
    after: UUID | None = None
    while found := await notes.run(partial(_page, asked=asked, after=after)):
        for line in found:
            yield [getattr(line, name) for name in COLUMNS]
        after = found[-1].reading_id


async def _page(unit: Unit, *, asked: ReadingsAsked, after: UUID | None) -> list[ReadingLine]:
    found = await queries.readings(unit.session, asked, after=after, rows_max=PAGE_ROWS)
    return [_line(each) for each in found]


def _line(held: Reading) -> ReadingLine:
    return ReadingLine(
        reading_id=held.event_id,
        worker_id=held.worker_id,
        read_by=held.read_by,
        role=held.role,
        what=held.what,
        reason=held.reason,
        read_at=held.read_at,
    )
