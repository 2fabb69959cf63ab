"""Handle again what others sent, where it is not known whether all that came of it is in the log.

A backup knows how far it had applied the topics of others; the service it was taken of went on. An
own event that one of theirs caused proves that the service had come at least there. Up to that
number their events are copied and handled again, in order, with the log ahead of them: what the
handlers decide a second time has the id that it had, and is passed over; what was lost with the end
of the log is decided anew. Behind it nothing of theirs has left a trace: the consumer goes on.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus import parking, watermarks
from chassis.bus.admission import Record, Stream
from chassis.bus.handlers import Handlers
from chassis.bus.parking import Line
from chassis.bus.store import Database
from chassis.failpoints import failpoint
from chassis.recovery.sources import Source, SourceIncomplete
from chassis.state.event_log import SHARDS
from chassis.state.statements import Statement, driver_of
from chassis.state.unit import EVERYWHERE, NO_KEYS, Unit, Units
from chassis.subject_keys import keys_of
from contracts.event import Event
from contracts.shared import ParkedDropped

DROPPED = "given up before the recovery"
_KNOWN = Statement("SELECT event_id FROM event_log WHERE event_id = ANY(cast(:ids AS uuid[]))")
_HEARD = text(
    "CREATE TEMPORARY TABLE heard (event_id uuid, topic text, shard smallint, seq bigint) "
    "ON COMMIT DROP"
)
_PROVEN = text("""
    SELECT topic, heard.shard, max(heard.seq)
    FROM heard JOIN event_log log ON log.causation_id = heard.event_id GROUP BY 1, 2""")
_RETRIED = text("""
    SELECT DISTINCT topic, key FROM parked
    WHERE dropped_at IS NULL
      AND event_id IN (SELECT causation_id FROM event_log)""")
_DROPPED = text("SELECT body FROM event_log WHERE type = ANY(cast(:types AS text[]))")
_DROP = text("""
    UPDATE parked SET dropped_at = :at
    WHERE topic = :topic AND shard = :shard AND seq = :seq AND dropped_at IS NULL""")


class OnceOnly(Unit):
    """A transaction that passes over what the log holds: deciding again is not recording again."""

    async def record(
        self, events: Iterable[Event], *, keys: Mapping[UUID, bytes] = NO_KEYS
    ) -> None:
        """Record those of the events that were not."""
        wanted = list(events)
        found = await _KNOWN.rows(self.session, ids=[event.event_id for event in wanted])
        known = {row[0] for row in found}
        fresh = [event for event in wanted if event.event_id not in known]
        held = await keys_of(self.session, keys) if fresh else keys
        await super().record(fresh, keys={s: key for s, key in keys.items() if s not in held})


class Place(NamedTuple):
    """A record of another service."""

    stream: Stream
    seq: int


@dataclass(frozen=True)
class Again:
    """What it takes to handle events of others again."""

    units: Units
    """Which make `OnceOnly`."""
    handlers: Handlers
    topics: Sequence[str]
    source: Source

    async def run(self) -> int:
        """Bring watermarks, copies and parked events up to what the own log proves; how many events
        of others were handled again. Raises: SourceIncomplete; what passes by itself.
        """
        dropped = await self._take_drops()
        await self._retry()
        proven = await self._proven()
        store, handled = Database(self.units, self.handlers), 0
        if not proven:
            return 0
        reached = await store.watermarks()
        async for records in self.source.records({s: reached.get(s, 0) for s in proven}):
            wanted = [each for each in records if each.seq <= proven[each.stream]]
            for given_up, run in groupby(wanted, lambda each: _place(each) in dropped):
                portion = list(run)
                if given_up:
                    await self._pass_over(portion, dropped)
                else:
                    await store.apply(portion)
                handled += len(portion)
            await failpoint("recovery.handled")
        return handled

    async def _proven(self) -> dict[Stream, int]:
        """The number up to which each stream was handled, as the causes of own events show, where
        that is more than the watermark. Raises: SourceIncomplete, when less is there than that.
        """
        async with self.units.bulk(area=EVERYWHERE) as unit:
            reached = await watermarks.reached(unit.session)
            streams = [Stream(topic, shard) for topic in self.topics for shard in range(SHARDS)]
            after = {stream: max(0, reached.get(stream, 0) - 1) for stream in streams}
            await unit.session.execute(_HEARD)
            ends = await _note(unit.session, self.source.records(after))
            for stream, seq in reached.items():
                if ends.get(stream, 0) < seq:
                    raise SourceIncomplete(
                        f"{stream.topic} {stream.shard} ends at {ends.get(stream, 0)}, and {seq} "
                        "was applied from it: have its owner send first, or name the archive"
                    )
            found = await unit.session.execute(_PROVEN)
            proven = {Stream(topic, shard): seq for topic, shard, seq in found}
        return {s: seq for s, seq in proven.items() if seq > reached.get(s, 0)}

    async def _take_drops(self) -> Mapping[Place, datetime]:
        """What somebody gave up, as the log says; what waits of it is given up again."""
        async with self.units.bulk(area=EVERYWHERE) as unit:
            known = self.units.projections.event_types
            types = {name: kind for name, kind in known.items() if issubclass(kind, ParkedDropped)}
            bodies = await unit.session.scalars(_DROPPED, {"types": list(types)})
            events = [kind.read(body) for body in bodies for kind in types.values()]
            for each in events:
                place = {"topic": each.topic, "shard": each.shard, "seq": each.seq}
                await unit.session.execute(_DROP, place | {"at": each.occurred_at})
        return {Place(Stream(e.topic, e.shard), e.seq): e.occurred_at for e in events}

    async def _retry(self) -> None:
        """What the backup still has as parked, and was handled since."""
        async with self.units.bulk(area=EVERYWHERE) as unit:
            for topic, key in (await unit.session.execute(_RETRIED)).all():
                await parking.retry(unit, self.handlers, Line(topic, key))

    async def _pass_over(self, records: Sequence[Record], at: Mapping[Place, datetime]) -> None:
        """Keep what was given up as that, and go on behind it."""
        async with self.units.bulk(area=EVERYWHERE) as unit:
            marks = await watermarks.lock(unit.session, (each.stream for each in records))
            await parking.handle(unit, self.handlers, records, unhandled=DROPPED)
            for each in records:
                place = {"topic": each.stream.topic, "shard": each.stream.shard, "seq": each.seq}
                await unit.session.execute(_DROP, place | {"at": at[_place(each)]})
            after = {each.stream: each.seq for each in records}
            await watermarks.advance(unit.session, marks, marks | after)


async def _note(
    session: AsyncSession, portions: AsyncIterator[list[Record]]
) -> Mapping[Stream, int]:
    """Note which events others sent; how far each stream goes."""
    ends: dict[Stream, int] = {}
    driver = await driver_of(session)
    async for records in portions:
        rows: list[tuple[UUID, str, int, int]] = [
            (each.event_id, *each.stream, each.seq) for each in records
        ]
        await driver.copy_records_to_table("heard", records=rows)
        ends |= {each.stream: each.seq for each in records}
    return ends


def _place(record: Record) -> Place:
    return Place(record.stream, record.seq)
