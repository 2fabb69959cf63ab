"""Looking at the partitions of a topic from outside any consumer group."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]

from chassis.bus import tolerance, wire
from chassis.bus.admission import Record
from chassis.bus.brokers import Brokers
from chassis.bus.positions import START, Position
from chassis.bus.stopping import stopped
from chassis.state.event_log import SHARDS

LOOK_TIMEOUT_S = 30.0
SPAN_FIRST_RECORDS = 1_024
SPAN_FACTOR = 16
READ_RECORDS_MAX = 1_000
FETCH_WAIT_MS = 500
"""How long Kafka keeps a fetch that finds nothing. A seek waits for it."""
REQUEST_TIMEOUT_MS = 10_000


class Tail(NamedTuple):
    """A partition's end, and the last event of the topic's owner in it."""

    end: int
    position: Position
    highest: Position
    """The highest number beside the last: the last may be an old one that was sent again."""


@asynccontextmanager
async def reading(
    brokers: Brokers, *, fetch_wait_ms: int = FETCH_WAIT_MS
) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer without a group, that finds its place again when a partition lost its end."""
    tolerance.install()
    consumer = AIOKafkaConsumer(
        **brokers.arguments(),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=fetch_wait_ms,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
    )
    try:
        async with asyncio.timeout(LOOK_TIMEOUT_S):
            await consumer.start()
        yield consumer
    finally:
        await stopped(consumer.stop())


def partitions_of(topic: str) -> list[TopicPartition]:
    """The partitions of a service's topic."""
    return [TopicPartition(topic, shard) for shard in range(SHARDS)]


async def tails(
    brokers: Brokers, topic: str, *, source: str, span_records: int = SPAN_FIRST_RECORDS
) -> dict[int, Tail]:
    """Where each partition ends, and its last event of `source`, looked for backwards.

    It looks through `span_records` first, and through more where none of `source` is among them.
    Records of others and control records do not stop the search. Raises: TimeoutError.
    """
    async with reading(brokers) as consumer, asyncio.timeout(LOOK_TIMEOUT_S):
        consumer.assign(partitions_of(topic))
        starts = await consumer.beginning_offsets(partitions_of(topic))
        finish = await consumer.end_offsets(partitions_of(topic))
        found: dict[TopicPartition, _Own] = {}
        above = dict(finish)
        span = span_records
        while above := {p: end for p, end in above.items() if end > starts[p] and p not in found}:
            below = {p: max(starts[p], end - span) for p, end in above.items()}
            found |= await _own_between(consumer, below, above, source=source)
            above = below
            span *= SPAN_FACTOR
    return {
        p.partition: Tail(end, *map(_position, found.get(p, (None, None))))
        for p, end in finish.items()
    }


class _Own(NamedTuple):
    """Of the owner's events that were looked at."""

    last: Record
    highest: Record


async def _own_between(
    consumer: AIOKafkaConsumer,
    below: Mapping[TopicPartition, int],
    above: Mapping[TopicPartition, int],
    *,
    source: str,
) -> dict[TopicPartition, _Own]:
    for partition, offset in below.items():
        consumer.seek(partition, offset)
    own: dict[TopicPartition, _Own] = {}
    unread = set(below)
    while unread:
        arrived = await consumer.getmany(*unread, timeout_ms=100, max_records=READ_RECORDS_MAX)
        for partition, records in arrived.items():
            for record in records:
                event = wire.read(record, source=source)
                if event is not None and record.offset < above[partition]:
                    known = own.get(partition, _Own(event, event))
                    own[partition] = _Own(event, max(known.highest, event, key=_number))
        unread = {p for p in unread if await consumer.position(p) < above[p]}
    return own


def _number(record: Record) -> int:
    return record.seq


def _position(record: Record | None) -> Position:
    return START if record is None else Position(record.seq, record.event_id)
