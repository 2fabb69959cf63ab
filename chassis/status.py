"""How a service stands: its log against its topic, its watermarks against what it has heard of."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.bus.consumer import Consumer
from chassis.bus.positions import START, Position
from chassis.bus.relay import Relay
from chassis.bus.subscription import Subscription
from chassis.clock import real_now
from chassis.metrics import Metrics
from chassis.state import event_log
from chassis.web.health import Check

UNSENT_AGE_MAX_S = 60
DATABASE_TIMEOUT_S = 2.0


class StreamStatus(BaseModel):
    """How far one shard of another service's topic was applied."""

    topic: str
    shard: int
    watermark: int
    lag: int
    """Records of the partition that are not applied yet, as its reader sees it."""
    behind_s: float
    """How long the oldest of them has waited, at most."""
    gap: bool
    parked: int


class ShardStatus(BaseModel):
    """How far one shard of the own log was sent."""

    shard: int
    head: int
    sent: int


class Status(BaseModel):
    """A service's place on the bus."""

    log: list[ShardStatus]
    streams: list[StreamStatus]
    oldest_unsent_s: float
    """Age of the oldest event of the log that Kafka does not have; 0: it has all."""
    relay_restarts: int
    closed: str | None
    """Why nothing is decided here any more; None when all is well."""


class _Parked(NamedTuple):
    topic: str
    shard: int


async def status(engine: AsyncEngine, relay: Relay, consumer: Consumer) -> Status:
    """How the service stands now. Raises: DBAPIError."""
    sent = relay.places  # before the heads: what Kafka has is then never ahead of the log
    async with engine.connect() as connection:
        heads = await event_log.heads(connection)
        unsent_s = await event_log.oldest_age_s(connection, _unsent_from(sent))
        parked = await connection.execute(
            text("SELECT topic, shard, count(*) FROM parked WHERE dropped_at IS NULL GROUP BY 1, 2")
        )
    waiting: Mapping[_Parked, int] = {_Parked(topic, shard): n for topic, shard, n in parked}
    marks, lag, now = await consumer.store.watermarks(), consumer.lag, real_now().timestamp()
    return Status(
        log=[
            ShardStatus(shard=shard, head=head, sent=sent.get(shard, START).seq)
            for shard, head in heads.items()
        ],
        streams=[
            StreamStatus(
                topic=stream.topic,
                shard=stream.shard,
                watermark=mark,
                lag=lag.records.get(stream, 0),
                behind_s=lag.age_s(stream, now=now),
                gap=stream in consumer.gaps,
                parked=waiting.get(_Parked(*stream), 0),
            )
            for stream, mark in sorted(marks.items())
        ],
        oldest_unsent_s=unsent_s,
        relay_restarts=relay.restarts,
        closed=relay.stopped_by,
    )


async def observe(
    metrics: Metrics, engine: AsyncEngine, relay: Relay, subscription: Subscription
) -> None:
    """Set the gauges as the service stands now: what it knows itself, then what its database tells;
    with that away, or hanging, the latter stay as they were."""
    consumer = subscription.consumer
    _show_what_is_known(metrics, relay, consumer)
    metrics.reader_restarts.set(subscription.rejoining.restarts)
    try:
        async with asyncio.timeout(DATABASE_TIMEOUT_S):
            found = await status(engine, relay, consumer)
    except (DBAPIError, OSError, PoolTimeout, TimeoutError):
        metrics.database_up.set(0)
        return
    metrics.database_up.set(1)
    for row in found.log:
        metrics.log_head.labels(str(row.shard)).set(row.head)
        metrics.log_sent.labels(str(row.shard)).set(row.sent)
    metrics.oldest_unsent_age_s.set(found.oldest_unsent_s)
    parked = Counter[str]()
    for stream in found.streams:
        metrics.watermark.labels(stream.topic, str(stream.shard)).set(stream.watermark)
        parked[stream.topic] += stream.parked
    for topic in consumer.sources:
        metrics.parked.labels(topic).set(parked[topic])


def _show_what_is_known(metrics: Metrics, relay: Relay, consumer: Consumer) -> None:
    lag, now = consumer.lag, real_now().timestamp()
    for stream, records in lag.records.items():
        place = stream.topic, str(stream.shard)
        metrics.lag.labels(*place).set(records)
        metrics.lag_age_s.labels(*place).set(lag.age_s(stream, now=now))
    gaps = Counter(stream.topic for stream in consumer.gaps.open)
    for topic in consumer.sources:
        metrics.gaps_open.labels(topic).set(gaps[topic])
    metrics.relay_restarts.set(relay.restarts)
    metrics.closed.set(relay.stopped_by is not None)


def _unsent_from(sent: Mapping[int, Position]) -> dict[int, int]:
    return {shard: place.seq + 1 for shard, place in sent.items()}


def readiness(engine: AsyncEngine, subscription: Subscription, relay: Relay) -> dict[str, Check]:
    """What a service needs to serve: its database, its partitions, a relay that keeps up."""

    async def database() -> str | None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        return None

    async def partitions() -> str | None:
        return subscription.trouble()

    async def sending() -> str | None:
        if relay.stopped_by:
            return relay.stopped_by
        if not relay.places:
            return "the relay has not found its place yet"
        async with engine.connect() as connection:
            age_s = await event_log.oldest_age_s(connection, _unsent_from(relay.places))
        return None if age_s < UNSENT_AGE_MAX_S else f"oldest unsent event is {age_s:.0f} s old"

    return {"database": database, "partitions": partitions, "relay": sending}
