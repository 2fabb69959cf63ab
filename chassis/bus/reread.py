"""Read the topics of others again from the start, up to what a database has applied."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial

from aiokafka import ConsumerRecord, TopicPartition  # type: ignore[import-untyped]

from chassis.bus import partitions, wire
from chassis.bus.admission import Record, Stream
from chassis.bus.brokers import Brokers
from chassis.bus.reading import Unreadable, concerns, event_of
from chassis.state.projections import Projections
from chassis.state.replay import Cut, Portion, Read
from contracts.event import Event

RECORDS_MAX = 10_000
NOT_AN_EVENT = (0, "")
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

    async def up_to(self, cut: Cut) -> AsyncIterator[Portion]:
        """The events that the cut had applied, each stream in its order; parked ones it had not.

        Raises: TopicIncomplete.
        """
        async for records, passed in self._read(cut.heard):
            events = [
                Read(record.stream, record.key, event)
                for record in records
                if (record.stream, record.seq) not in cut.parked
                and (event := self._event(record)) is not None
            ]
            yield Portion(events, passed)

    def _event(self, record: Record) -> Event | None:
        try:
            return event_of(record, self.replicas.event_types)
        except Unreadable as error:
            raise TopicIncomplete(
                f"{record.stream.topic} {record.stream.shard} holds another {record.seq} than the "
                f"one that was applied: {error}"
            ) from error

    async def _read(self, wanted: Mapping[Stream, int]) -> AsyncIterator[tuple[list[Record], int]]:
        """The records to apply, and how many were gone through for them: every wanted number once
        and in order, whatever else stands in the partitions."""
        reached = dict.fromkeys(wanted, 0)
        is_heard = cache(partial(concerns, known=self.replicas.event_types))
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
                found: list[Record] = []
                before = sum(reached.values())
                for partition, records in arrived.items():
                    stream = Stream(*partition)
                    heard, reached[stream] = following(
                        records,
                        source=self.sources[stream.topic],
                        after=reached[stream],
                        last=wanted[stream],
                        is_heard=is_heard,
                    )
                    found += heard
                yield found, sum(reached.values()) - before


def following(
    arrived: Iterable[ConsumerRecord],
    *,
    source: str,
    after: int,
    last: int,
    is_heard: Callable[[str], bool],
) -> tuple[list[Record], int]:
    """The records of a stream that follow on the number `after`, up to `last`, of the types that
    are heard; and how far it goes with them. The others are only counted: of ten events that
    banking reads again it applies one.
    """
    found: list[Record] = []
    for each in arrived:
        seq, kind = wire.numbered(each, source=source) or NOT_AN_EVENT
        if seq != after + 1 or seq > last:
            continue
        if is_heard(kind):
            record = wire.read(each, source=source)
            if record is None:
                continue
            found.append(record)
        after = seq
    return found, after


def _told(missing: Mapping[Stream, int], reached: Mapping[Stream, int]) -> str:
    return ", ".join(
        f"{stream.topic} {stream.shard} from {reached[stream] + 1} to {last}"
        for stream, last in missing.items()
    )
