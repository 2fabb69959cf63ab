"""Bring a log forward: the events that were sent from it come back as they were."""

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus import wire
from chassis.bus.admission import Record, Stream
from chassis.failpoints import failpoint
from chassis.recovery.sources import Source
from chassis.state import event_log
from chassis.state.event_log import SHARDS, LogRow
from chassis.state.projections import Projections
from chassis.state.statements import driver_of
from chassis.state.unit import EVERYWHERE, Units
from contracts.event import Event
from contracts.upcasting import UPCASTS

_HEADS = text("SELECT shard, seq FROM shard_head ORDER BY shard FOR UPDATE")
_MOVE = text("UPDATE shard_head SET seq = :seq WHERE shard = :shard AND seq < :seq")
_COLUMNS = (*LogRow._fields, "recorded_at")


class LogDiverged(RuntimeError):
    """The log holds another event than the one that was sent under the same number."""


class EventUnknown(RuntimeError):
    """The log holds an event that this version of the service does not know."""


async def bring_forward(units: Units, *, topic: str, source: Source) -> int:
    """Append what was sent after the log's heads, under the same numbers, and apply it; how many
    events that were. A portion a transaction: what was cut off goes on where it stood.

    The caller sees to it that nobody else writes. Raises: LogDiverged, EventUnknown,
    SourceIncomplete.
    """
    async with units.reading(area=EVERYWHERE) as session:
        heads = await event_log.heads(session)
        held = {row.shard: row for row in await event_log.rows_from(session, heads, rows_max=1)}
    brought, below = 0, dict[int, Record]()
    async for records in source.records({Stream(topic, shard): 0 for shard in range(SHARDS)}):
        rows = []
        for record in records:
            if record.seq > heads.get(record.stream.shard, 0):
                rows.append(wire.row_of(record))
                continue
            below[record.stream.shard] = record
            if record.seq == heads[record.stream.shard]:
                _check_same(record, held[record.stream.shard])
        if rows:
            async with units.bulk(area=EVERYWHERE) as unit:
                await _append(unit.session, rows)
                await units.projections.apply(unit.session, events_of(rows, units.projections))
            brought += len(rows)
            await failpoint("recovery.brought")
    await _check_below(units, below)
    return brought


async def _check_below(units: Units, below: Mapping[int, Record]) -> None:
    """The last number that both have is the same event in both, also where the log goes further."""
    places = {shard: record.seq for shard, record in below.items()}
    async with units.reading(area=EVERYWHERE) as session:
        for row in await event_log.rows_from(session, places, rows_max=1):
            _check_same(below[row.shard], row)


def _check_same(record: Record, row: LogRow) -> None:
    if (record.event_id, record.body) != (row.event_id, row.body):
        raise LogDiverged(
            f"shard {row.shard}: {row.seq} was sent as {record.event_id}, the log has "
            f"{row.event_id}: this database went on after it was set back, restore the backup anew"
        )


async def _append(session: AsyncSession, rows: Sequence[LogRow]) -> None:
    """Write rows under the numbers that they had. Raises: LogDiverged, when one does not follow."""
    heads: dict[int, int] = dict((await session.execute(_HEADS)).all())
    for row in rows:
        if row.seq != heads[row.shard] + 1:
            raise LogDiverged(f"shard {row.shard}: {row.seq} does not follow {heads[row.shard]}")
        heads[row.shard] = row.seq
    driver = await driver_of(session)
    records = [(*row, row.occurred_at) for row in rows]
    await driver.copy_records_to_table("event_log", records=records, columns=_COLUMNS)
    await session.execute(_MOVE, [{"shard": s, "seq": n} for s, n in heads.items()])


def events_of(rows: Sequence[LogRow], projections: Projections) -> dict[int, list[Event]]:
    """The events in these rows, by shard. Raises: EventUnknown."""
    events: dict[int, list[Event]] = {}
    for row in rows:
        event = UPCASTS.read(row.type, row.body, projections.event_types)
        if event is None:
            raise EventUnknown(
                f"shard {row.shard}: {row.seq} is a {row.type}, which this version does not know: "
                "recover with the version that was running last"
            )
        events.setdefault(row.shard, []).append(event)
    return events
