"""Read the topics of others again from the start, up to what a database has applied."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from aiokafka import TopicPartition  # type: ignore[import-untyped]

from chassis.bus import partitions, wire
from chassis.bus.admission import Record, Stream, admit
from chassis.bus.brokers import Brokers
from chassis.bus.reading import Unreadable, event_of
from chassis.state.projections import Projections
from chassis.state.replay import Cut, Read
from contracts.event import Event

RECORDS_MAX = 2_000
SILENCE_MAX_MS = 10_000


class TopicIncomplete(RuntimeError):
    """A topic does not hold what was applied from it: its owner has to send it again."""


@dataclass(frozen=True)
class Reread:
    """The events that a service's replica tables are made of."""

    brokers: Brokers
    sources: Mapping[str, str]
    """Which service owns each topic."""
    replicas: Projections

    async def up_to(self, cut: Cut) -> AsyncIterator[Sequence[Read]]:
        """The events that the cut had applied, each stream in its order; parked ones it had not.

        Raises: TopicIncomplete.
        """
        parked = cut.parked
        async for records in self._read(cut.heard):
            portion: list[Read] = []
            for record in records:
                if (record.stream, record.seq) in parked:
                    continue
                event = self._event(record)
                if event is not None:
                    portion.append(Read(record.stream, record.key, event))
            yield portion

    def _event(self, record: Record) -> Event | None:
        try:
            return event_of(record, self.replicas.event_types)
        except Unreadable as error:
            raise TopicIncomplete(
                f"{record.stream.topic} {record.stream.shard} holds another {record.seq} than the "
                f"one that was applied: {error}"
            ) from error

    async def _read(self, wanted: Mapping[Stream, int]) -> AsyncIterator[list[Record]]:
        """Every wanted number once and in order, whatever else stands in the partitions."""
        reached = dict.fromkeys(wanted, 0)
        async with partitions.reading(self.brokers) as consumer:
            consumer.assign([TopicPartition(*stream) for stream in wanted])
            await consumer.seek_to_beginning()
            while missing := {s: n for s, n in wanted.items() if reached[s] < n}:
                arrived = await consumer.getmany(
                    *(TopicPartition(*stream) for stream in missing),
                    timeout_ms=SILENCE_MAX_MS,
                    max_records=RECORDS_MAX,
                )
                if not arrived:
                    raise TopicIncomplete(f"not in the topics: {_told(missing, reached)}")
                read = (
                    wire.read(each, source=self.sources[each.topic])
                    for records in arrived.values()
                    for each in records
                )
                fits = [r for r in read if r is not None and r.seq <= wanted[r.stream]]
                admission = admit(fits, watermarks=reached)
                reached = admission.watermarks
                yield admission.applied


def _told(missing: Mapping[Stream, int], reached: Mapping[Stream, int]) -> str:
    return ", ".join(
        f"{stream.topic} {stream.shard} from {reached[stream] + 1} to {last}"
        for stream, last in missing.items()
    )
