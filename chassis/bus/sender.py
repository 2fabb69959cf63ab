"""Sending log rows to their partitions, with a producer that can be thrown away."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]
from aiokafka.producer.message_accumulator import BatchBuilder  # type: ignore[import-untyped]

from chassis.bus import wire
from chassis.bus.brokers import Brokers
from chassis.bus.stopping import stopped
from chassis.state.event_log import LogRow

BATCH_BYTES_MAX = 262_144
REQUEST_TIMEOUT_MS = 10_000
START_TIMEOUT_S = 15.0
SEND_TIMEOUT_S = 15.0


class Span(NamedTuple):
    """Where rows stand in their partition: the lowest offset, and the one after the last."""

    first: int
    end: int


@asynccontextmanager
async def producing(brokers: Brokers) -> AsyncIterator[AIOKafkaProducer]:
    """An idempotent producer. It is never mended: whoever meets an error leaves and comes back."""
    producer = AIOKafkaProducer(
        **brokers.arguments(),
        enable_idempotence=True,
        acks="all",
        max_batch_size=BATCH_BYTES_MAX,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
    )
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            await producer.start()
        yield producer
    finally:
        await _discard(producer)


async def _discard(producer: AIOKafkaProducer) -> None:
    if not await stopped(producer.stop()):
        await stopped(_cut_off(producer))


async def _cut_off(producer: AIOKafkaProducer) -> None:
    """It waits for ever to deliver, and has no way to be told that it need not."""
    await producer._sender.close()  # noqa: SLF001
    await producer.client.close()


async def send(
    producer: AIOKafkaProducer, topic: str, rows: Mapping[int, Sequence[LogRow]], *, source: str
) -> dict[int, Span]:
    """Send each shard's rows to its partition, in order; return where they stand.

    A first offset below the partition's end, or -1, means that the broker took the batch for one
    that it has: after it lost its state it gives the ids of living producers to new ones.
    Raises: KafkaError or TimeoutError; what was sent then is unknown.
    """
    async with asyncio.timeout(SEND_TIMEOUT_S), asyncio.TaskGroup() as group:
        sending = {
            shard: group.create_task(_send_shard(producer, topic, shard_rows, source=source))
            for shard, shard_rows in rows.items()
        }
    return {shard: task.result() for shard, task in sending.items()}


async def _send_shard(
    producer: AIOKafkaProducer, topic: str, rows: Sequence[LogRow], *, source: str
) -> Span:
    """One batch after the other is acknowledged: a failure leaves no hole behind it."""
    spans: list[Span] = []
    for batch in _batches(producer, rows, source=source):
        acknowledged = await producer.send_batch(batch, topic, partition=rows[0].shard)
        first = (await acknowledged).offset
        spans.append(Span(first, first + batch.record_count()))
    return Span(min(span.first for span in spans), spans[-1].end)


def _batches(
    producer: AIOKafkaProducer, rows: Sequence[LogRow], *, source: str
) -> Iterator[BatchBuilder]:
    batch = producer.create_batch()
    for row in rows:
        while not _fits(batch, row, source=source):
            yield batch
            batch = producer.create_batch()
    yield batch


def _fits(batch: BatchBuilder, row: LogRow, *, source: str) -> bool:
    added = batch.append(
        timestamp=None,
        key=row.key.encode(),
        value=row.body,
        headers=wire.headers(row, source=source),
    )
    return added is not None
