"""Read other services' topics: every number once and in order, or ask for what is missing."""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition  # type: ignore[import-untyped]
from aiokafka.errors import IllegalStateError, KafkaError  # type: ignore[import-untyped]
from faststream.kafka import KafkaBroker

from chassis.bus import wire
from chassis.bus.admission import Admission, Record, Stream
from chassis.bus.lag import Lag
from chassis.bus.rewinds import Gaps, Reading
from chassis.bus.store import Store
from chassis.clock import real_now
from chassis.failpoints import failpoint

COMMIT_TIMEOUT_S = 10.0
ASK_TIMEOUT_S = 5.0
READINGS_TIMEOUT_S = 1.0
BACK_OFF_FIRST_S = 0.1
BACK_OFF_MAX_S = 5.0
LOOK_AGAIN_RECORDS = 50
IDLE_S = 10.0
log = logging.getLogger(__name__)


def _unheard(_admission: Admission, _foreign: int) -> None:
    """Nobody counts."""


@dataclass
class Consumer:
    """Applies the events of the topics to one store; `subscription.py` connects it to Kafka."""

    store: Store
    sources: Mapping[str, str]
    """Which service owns each topic."""
    rewinds_topic: str
    idle_s: float = IDLE_S
    gaps: Gaps = field(default_factory=Gaps)
    lag: Lag = field(default_factory=Lag)
    heard: Callable[[Admission, int], None] = _unheard
    """Told of every poll that was applied, and how many of its records, when they were read for the
    first time, were not an event: the ends of silent partitions are read again and again."""
    _failures: int = 0
    _heard_at: dict[Stream, float] = field(default_factory=dict)
    _read_to: dict[Stream, int] = field(default_factory=dict)
    """The offset after the last one of each partition that was ever read."""
    _in_hand: set[Stream] = field(default_factory=set)
    """Of the poll that is not applied yet: they have been read to their end, and are behind."""

    async def poll(self, consumer: AIOKafkaConsumer, arrived: Sequence[ConsumerRecord]) -> None:
        """Apply one poll in one transaction, then commit its offsets. Never raises: FastStream
        would swallow the error and read on.
        """
        records, strangers = self._read(arrived)
        # The last of each partition stands for it: what is done for every record adds up.
        last = {wire.stream_of(record): record for record in arrived}
        now = asyncio.get_running_loop().time()
        self._heard_at |= dict.fromkeys(last, now)
        self._in_hand |= last.keys()
        try:
            admission = await self.store.apply(records)
        except Exception:
            log.exception("a poll of %d records is tried again", len(arrived))
            _seek_back(consumer, arrived)
            await asyncio.sleep(self._back_off_s())
            return
        self._failures = 0
        self._in_hand.clear()
        self.lag.applied({stream: record.timestamp / 1000 for stream, record in last.items()})
        self.heard(admission, self._fresh(strangers, last))
        self.gaps.after_poll(reached=admission.watermarks, highest=admission.highest)
        await failpoint("consumer.applied")
        await self._commit(consumer, last)

    def _read(self, arrived: Sequence[ConsumerRecord]) -> tuple[list[Record], list[ConsumerRecord]]:
        """The events, and the records that are none."""
        records, strangers = [], []
        for each in arrived:
            record = wire.read(each, source=self.sources[each.topic])
            if record is None:
                strangers.append(each)
            else:
                records.append(record)
        return records, strangers

    def _fresh(
        self, strangers: Iterable[ConsumerRecord], last: Mapping[Stream, ConsumerRecord]
    ) -> int:
        """How many of the strangers are new; from now on everything that arrived is old."""
        read_to = self._read_to
        fresh = sum(each.offset >= read_to.get(wire.stream_of(each), 0) for each in strangers)
        for stream, record in last.items():
            read_to[stream] = max(record.offset + 1, read_to.get(stream, 0))
        return int(fresh)

    def _back_off_s(self) -> float:
        self._failures += 1
        longest: float = min(BACK_OFF_MAX_S, BACK_OFF_FIRST_S * 2 ** min(self._failures, 10))
        return longest * random.uniform(0.5, 1)  # noqa: S311

    async def _commit(
        self, consumer: AIOKafkaConsumer, last: Mapping[Stream, ConsumerRecord]
    ) -> None:
        """Never past a hole. Losing a commit is harmless: the watermark drops what comes again."""
        offsets = {
            TopicPartition(*stream): record.offset + 1
            for stream, record in last.items()
            if stream not in self.gaps
        }
        if not offsets:
            return
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(COMMIT_TIMEOUT_S):
                await consumer.commit(offsets)

    async def look_around(self, consumer: AIOKafkaConsumer, broker: KafkaBroker) -> None:
        """Ask for what is missing; read the ends of silent partitions again. Called every second:
        a poll that brings nothing calls nobody.
        """
        now = asyncio.get_running_loop().time()
        readings = await _readings(consumer)
        waiting = self._in_hand | self.gaps.open.keys()
        self.lag.look(readings, waiting=waiting, now=real_now().timestamp())
        for stream in self._silent(readings, now=now):
            offset = max(0, readings[stream].end - LOOK_AGAIN_RECORDS)
            with suppress(IllegalStateError):
                consumer.seek(TopicPartition(*stream), offset)
        for request in self.gaps.requests(readings, now=now):
            log.warning("number missing: asking %s for it", request.model_dump())
            async with asyncio.timeout(ASK_TIMEOUT_S):
                await broker.publish(request, topic=self.rewinds_topic)

    def _silent(self, readings: Mapping[Stream, Reading], *, now: float) -> list[Stream]:
        """The streams read to their end from which nothing came for `idle_s`."""
        silent = [
            stream
            for stream, reading in readings.items()
            if now - self._heard_at.setdefault(stream, now) >= self.idle_s
            and reading.position >= reading.end > 0
        ]
        self._heard_at |= dict.fromkeys(silent, now)
        return silent


def _seek_back(consumer: AIOKafkaConsumer, arrived: Iterable[ConsumerRecord]) -> None:
    first: dict[TopicPartition, int] = {}
    for record in arrived:
        first.setdefault(TopicPartition(record.topic, record.partition), record.offset)
    for partition, offset in first.items():
        with suppress(IllegalStateError):  # it may be another's by now
            consumer.seek(partition, offset)


async def _readings(consumer: AIOKafkaConsumer) -> dict[Stream, Reading]:
    found: dict[Stream, Reading] = {}
    with suppress(IllegalStateError, TimeoutError):
        async with asyncio.timeout(READINGS_TIMEOUT_S):
            for partition in consumer.assignment():
                end = consumer.highwater(partition)
                if end is not None:
                    position = await consumer.position(partition)
                    found[Stream(*partition)] = Reading(position, end)
    return found
