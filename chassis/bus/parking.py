"""Handle records in runs; what cannot be handled is set aside with all that follows of its key."""

import traceback
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus.admission import Record, Stream
from chassis.bus.handlers import Handlers
from chassis.bus.reading import Unreadable, event_of
from chassis.faults import is_passing
from chassis.state.runs import runs
from chassis.state.unit import Unit
from chassis.traces import described
from contracts.event import Event

BEHIND = "behind an earlier event of its key"
REASON_LENGTH_MAX = 500

_HELD = text("""
    SELECT DISTINCT topic, key FROM parked
    WHERE dropped_at IS NULL AND topic = ANY(cast(:topics AS text[]))""")
_PARK = text("""
    INSERT INTO parked (topic, shard, seq, event_id, type, key, body, reason, parked_at)
    VALUES (:topic, :shard, :seq, :event_id, :type, :key, :body, :reason, :parked_at)""")
_LINES = text("""
    SELECT topic, key, count(*), (array_agg(reason ORDER BY seq))[1] FROM parked
    WHERE dropped_at IS NULL GROUP BY topic, key ORDER BY min(parked_at)""")
_WAITING = text("""
    SELECT topic, shard, seq, body, event_id, type, key, reason FROM parked
    WHERE topic = :topic AND key = :key AND dropped_at IS NULL ORDER BY seq""")
_ONE = "WHERE topic = :topic AND shard = :shard AND seq = :seq"
_DELETE = text(f"DELETE FROM parked {_ONE}")  # noqa: S608  (the text is above)
_EXPLAIN = text(f"UPDATE parked SET reason = :reason {_ONE}")  # noqa: S608
_DROP = text(f"UPDATE parked SET dropped_at = :at {_ONE}")  # noqa: S608


class Line(NamedTuple):
    """What is kept in order: the events of one key in one topic."""

    topic: str
    key: str


def line_of(record: Record) -> Line:
    """The line that a record stands in."""
    return Line(record.stream.topic, record.key)


class Parking:
    """What one transaction sets aside."""

    def __init__(self, *, held: Iterable[Line]) -> None:
        self.reasons: dict[Record, str] = {}
        self._held = set(held)

    def add(self, record: Record, reason: str) -> None:
        """Set a record aside, and from now on all that follow of its key."""
        self.reasons[record] = reason[:REASON_LENGTH_MAX]
        self._held.add(line_of(record))

    def keeps_back(self, record: Record) -> bool:
        """Set the record aside if an earlier one of its key is; tell whether."""
        if self._held and line_of(record) in self._held:
            self.add(record, BEHIND)
            return True
        return False


async def handle(
    unit: Unit, handlers: Handlers, records: Sequence[Record], *, unhandled: str | None = None
) -> int:
    """Handle the records, each shard in order; return how many were parked.

    With `unhandled`, the reason, all are parked. Raises what passes by itself: the transaction is
    then tried again as a whole.
    """
    if unhandled is not None:
        return await _park(unit, dict.fromkeys(records, unhandled[:REASON_LENGTH_MAX]))
    parking = Parking(held=await _held_lines(unit, records))
    origin: dict[UUID, Record] = {}
    by_stream: dict[Stream, list[Event]] = {}
    known = handlers.event_types
    for record in records:
        event = _readable(record, known, parking)
        if event is not None:
            origin[event.event_id] = record
            by_stream.setdefault(record.stream, []).append(event)
    if not await _all_handled(unit, handlers, by_stream):
        for run in runs(by_stream):
            free = [event for event in run if not parking.keeps_back(origin[event.event_id])]
            for event, error in await _failures(unit, handlers, free):
                parking.add(origin[event.event_id], _told(error))
    return await _park(unit, parking.reasons)


async def _all_handled(
    unit: Unit, handlers: Handlers, by_stream: Mapping[Stream, Sequence[Event]]
) -> bool:
    """Handle everything under one savepoint, as nearly always works; False: nothing was done."""
    try:
        async with unit.savepoint():
            for run in runs(by_stream):
                await handlers.handle_run(unit, run)
    except Exception as error:
        if is_passing(error):
            raise
        return False
    return True


def _readable(record: Record, known: Mapping[str, type[Event]], parking: Parking) -> Event | None:
    try:
        event = event_of(record, known)
    except Unreadable as unreadable:
        if not parking.keeps_back(record):
            parking.add(record, str(unreadable))
        return None
    if event is None or parking.keeps_back(record):
        return None
    return event


async def _failures(
    unit: Unit, handlers: Handlers, run: Sequence[Event]
) -> list[tuple[Event, Exception]]:
    """Handle a run as one, or, if that fails, one by one; return what still failed."""
    if not run:
        return []
    try:
        async with unit.savepoint():
            await handlers.handle_run(unit, run)
    except Exception as error:
        if is_passing(error):
            raise
        if len(run) == 1:
            return [(run[0], error)]
        return [failure for event in run for failure in await _failures(unit, handlers, [event])]
    return []


async def _held_lines(unit: Unit, records: Sequence[Record]) -> set[Line]:
    """All that wait in these topics: there are few, ever, and to name the keys costs more."""
    topics = sorted({record.stream.topic for record in records})
    return {Line._make(row) for row in await unit.session.execute(_HELD, {"topics": topics})}


async def _park(unit: Unit, reasons: Mapping[Record, str]) -> int:
    rows = [
        {
            "topic": record.stream.topic,
            "shard": record.stream.shard,
            "seq": record.seq,
            "event_id": record.event_id,
            "type": record.type,
            "key": record.key,
            "body": record.body,
            "reason": reason,
            "parked_at": unit.now,
        }
        for record, reason in reasons.items()
    ]
    if rows:
        await unit.session.execute(_PARK, rows)
    return len(rows)


class Parked(NamedTuple):
    """A record that waits, and why."""

    record: Record
    reason: str


async def lines(session: AsyncSession) -> list[tuple[Line, int, str]]:
    """The lines that wait: how many records each, and what the first met."""
    rows = await session.execute(_LINES)
    return [(Line(topic, key), number, reason) for topic, key, number, reason in rows]


async def waiting(session: AsyncSession, line: Line) -> list[Parked]:
    """The records of a line, in order."""
    rows = await session.execute(_WAITING, line._asdict())
    return [
        Parked(
            Record(
                Stream(row.topic, row.shard), row.seq, row.body, row.event_id, row.type, row.key
            ),
            row.reason,
        )
        for row in rows
    ]


async def retry(unit: Unit, handlers: Handlers, line: Line) -> tuple[int, int]:
    """Handle a line again in order, up to the first that fails; return how many were handled and
    how many are left. The caller holds the one-writer lock.
    """
    parked = await waiting(unit.session, line)
    for place, each in enumerate(parked):
        try:
            event = event_of(each.record, handlers.event_types)
            failed = await _failures(unit, handlers, [event] if event else [])
            reason = _told(failed[0][1]) if failed else None
        except Unreadable as unreadable:
            reason = str(unreadable)
        if reason is not None:
            await unit.session.execute(_EXPLAIN, _named(each.record) | {"reason": reason})
            return place, len(parked) - place
        await unit.session.execute(_DELETE, _named(each.record))
    return len(parked), 0


async def drop(unit: Unit, record: Record) -> None:
    """Never handle this record. It stays, so that a replay leaves it out too."""
    await unit.session.execute(_DROP, _named(record) | {"at": unit.now})


def _named(record: Record) -> dict[str, Any]:
    return {"topic": record.stream.topic, "shard": record.stream.shard, "seq": record.seq}


def _told(error: Exception) -> str:
    """What failed and where; never the error's own text, which may quote a row."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{described(error)} in {place.name} ({Path(place.filename).name}:{place.lineno})"
