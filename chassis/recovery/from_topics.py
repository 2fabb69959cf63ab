"""Events read again from the topics that they were sent to."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]

from chassis.bus import partitions, wire
from chassis.bus.admission import Record, Stream, admit
from chassis.bus.brokers import Brokers
from chassis.recovery import sources
from chassis.recovery.sources import SourceIncomplete

SILENCE_MAX_S = 30.0


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
                        *unread, timeout_ms=1_000, max_records=sources.RECORDS_MAX
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
