"""Where the numbered events of a service are read again: its topic, or the archive."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]

from chassis import archive
from chassis.bus import partitions, wire
from chassis.bus.admission import Record, Stream, admit
from chassis.bus.brokers import Brokers

RECORDS_MAX = 2_000
"""Of one portion: each becomes one transaction."""
SILENCE_MAX_S = 30.0


class SourceIncomplete(RuntimeError):
    """What was to be read again does not hold every number; the text says what is missing."""


class Source(Protocol):
    """Numbered events, as they were sent."""

    def records(self, after: Mapping[Stream, int]) -> AsyncIterator[list[Record]]:
        """The records of these streams behind the numbers given, each once and each stream in its
        order, a portion at a time, to the ends as they are now. Raises: SourceIncomplete.
        """


@dataclass(frozen=True)
class FromTopics:
    """The topics themselves. They are read from their beginnings: a record that was sent twice may
    stand anywhere."""

    brokers: Brokers
    sources: Mapping[str, str]
    """Which service owns each topic."""
    ended_at: dict[TopicPartition, int] | None = None
    """Given, each reading begins where the one before it ended."""

    async def records(self, after: Mapping[Stream, int]) -> AsyncIterator[list[Record]]:
        """As `Source` says."""
        async with partitions.reading(self.brokers) as consumer:
            missing = {stream.topic for stream in after} - set(await consumer.topics())
            if missing:
                raise SourceIncomplete(f"not on the broker: {', '.join(sorted(missing))}")
            reached, highest = dict(after), dict[Stream, int]()
            async for arrived in self._arriving(consumer, after):
                admission = admit(arrived, watermarks=reached)
                reached = admission.watermarks
                highest |= {s: max(n, highest.get(s, 0)) for s, n in admission.highest.items()}
                yield admission.applied
        for stream, seq in highest.items():
            if seq > reached[stream]:
                raise SourceIncomplete(
                    f"{stream.topic} {stream.shard}: number {reached[stream] + 1} is missing, "
                    f"{seq} is there"
                )

    async def _arriving(
        self, consumer: AIOKafkaConsumer, after: Mapping[Stream, int]
    ) -> AsyncIterator[list[Record]]:
        wanted = [TopicPartition(*stream) for stream in after]
        consumer.assign(wanted)
        ends = await consumer.end_offsets(wanted)
        await consumer.seek_to_beginning()
        for partition, offset in (self.ended_at or {}).items():
            consumer.seek(partition, offset)
        while unread := [p for p, end in ends.items() if await consumer.position(p) < end]:
            try:
                async with asyncio.timeout(SILENCE_MAX_S):
                    arrived = await consumer.getmany(
                        *unread, timeout_ms=1_000, max_records=RECORDS_MAX
                    )
            except TimeoutError:
                raise SourceIncomplete(f"{unread[0].topic}: the broker gives no more") from None
            read = [
                wire.read(each, source=self.sources[each.topic])
                for records in arrived.values()
                for each in records
            ]
            yield [record for record in read if record is not None]
        if self.ended_at is not None:
            self.ended_at.update(ends)


@dataclass(frozen=True)
class FromArchive:
    """The archive that the audit service keeps of every topic."""

    folder: Path

    async def records(self, after: Mapping[Stream, int]) -> AsyncIterator[list[Record]]:
        """As `Source` says."""
        for stream, seq in after.items():
            found = self._records(stream, seq)
            while portion := await asyncio.to_thread(lambda: list(islice(found, RECORDS_MAX))):  # noqa: B023
                yield portion

    def _records(self, stream: Stream, seq: int) -> Iterator[Record]:
        try:
            for each in archive.records(self.folder, *stream, after=seq):
                yield Record(
                    stream, each.seq, each.body, each.event_id, each.type, each.key, each.headers
                )
        except archive.NotWhole as error:
            raise SourceIncomplete(str(error)) from error


@dataclass(frozen=True)
class InTurn:
    """One source, and from where it ends the next."""

    sources: Sequence[Source]

    async def records(self, after: Mapping[Stream, int]) -> AsyncIterator[list[Record]]:
        """As `Source` says."""
        reached = dict(after)
        for source in self.sources:
            async for records in source.records(dict(reached)):
                reached |= {each.stream: each.seq for each in records}
                yield records
