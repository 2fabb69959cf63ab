"""The archive as the source of a replay: that the record alone makes the tables."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from chassis import archive
from chassis.archive import ArchivedRecord, NotWhole
from chassis.bus.admission import Record, Stream
from chassis.bus.reading import event_of
from chassis.state.projections import Projections
from chassis.state.replay.cut import Cut, ReplayImpossible
from chassis.state.replay.sources import ROWS_MAX, Portion, Read, Row, own_events

WAIT_S = 60
"""The archive is a little behind the log: what was just recorded is on its way."""
POLL_S = 0.5


@dataclass(frozen=True)
class ArchivedOwn:
    """A service's own events out of the archive."""

    folder: Path
    topic: str
    projections: Projections

    async def up_to(self, cut: Cut) -> AsyncIterator[Portion]:
        """A portion at a time. Raises: ReplayImpossible."""
        for shard, last in cut.own.items():
            async for found in _records(self.folder, Stream(self.topic, shard), last):
                rows = [Row(r.shard, r.seq, r.type, r.key, r.event_id, r.body) for r in found]
                where = f"the archive's {self.topic}"
                yield Portion(own_events(rows, self.projections, where=where), len(rows))


@dataclass(frozen=True)
class ArchivedOthers:
    """The events of other services out of the archive."""

    folder: Path
    replicas: Projections

    async def up_to(self, cut: Cut) -> AsyncIterator[Portion]:
        """A portion at a time, without what was parked. Raises: ReplayImpossible, Unreadable."""
        known = self.replicas.event_types
        for stream, last in cut.heard.items():
            async for records in _records(self.folder, stream, last):
                events = []
                for r in records:
                    if (stream, r.seq) in cut.parked:
                        continue
                    record = Record(stream, r.seq, r.body, r.event_id, r.type, r.key)
                    event = event_of(record, known)
                    if event is not None:
                        events.append(Read(stream, r.key, event))
                yield Portion(events, len(records))


async def _records(folder: Path, stream: Stream, last: int) -> AsyncIterator[list[ArchivedRecord]]:
    """The records 1 to `last` of a shard, waiting for those that are not archived yet."""
    reached = 0
    try:
        for _ in range(int(WAIT_S / POLL_S)):
            records = archive.records(folder, *stream, after=reached)
            while found := list(islice(records, min(ROWS_MAX, last - reached))):
                yield found
                reached = found[-1].seq
            if reached == last:
                return
            await asyncio.sleep(POLL_S)
    except NotWhole as error:
        raise ReplayImpossible(str(error)) from error
    raise ReplayImpossible(
        f"the archive {folder} holds {stream.topic} {stream.shard} up to {reached} and not to "
        f"{last}: is the audit service running?"
    )
