"""How a service stands: its log against its topic, its watermarks against what it has heard of."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.bus.admission import Admission
from chassis.bus.consumer import Consumer
from chassis.bus.relay import Relay
from chassis.bus.subscription import Subscription
from chassis.metrics import Metrics
from chassis.state import event_log
from chassis.web.health import Check

UNSENT_AGE_MAX_S = 60


class StreamStatus(BaseModel):
    """How far one shard of another service's topic was applied."""

    topic: str
    shard: int
    watermark: int
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
    relay_restarts: int
    closed: str | None
    """Why nothing is decided here any more; None when all is well."""


class _Parked(NamedTuple):
    topic: str
    shard: int


class Counting:
    """Counts what a consumer hears."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def __call__(self, admission: Admission, foreign: int) -> None:
        """Count one poll."""
        applied = Counter((record.stream.topic, record.type) for record in admission.applied)
        for (topic, kind), number in applied.items():
            self._metrics.events_applied.labels(topic, kind).inc(number)
        for record in admission.duplicates:
            self._metrics.events_duplicate.labels(record.stream.topic).inc()
        if foreign:
            self._metrics.events_foreign.inc(foreign)
        if admission.parked:
            self._metrics.events_parked.inc(admission.parked)


async def status(engine: AsyncEngine, relay: Relay, consumer: Consumer) -> Status:
    """How the service stands now. Raises: DBAPIError."""
    async with engine.connect() as connection:
        heads = await event_log.heads(connection)
        parked = await connection.execute(
            text("SELECT topic, shard, count(*) FROM parked WHERE dropped_at IS NULL GROUP BY 1, 2")
        )
    waiting: Mapping[_Parked, int] = {_Parked(topic, shard): n for topic, shard, n in parked}
    return Status(
        log=[
            ShardStatus(shard=shard, head=head, sent=relay.sent(shard))
            for shard, head in heads.items()
        ],
        streams=[
            StreamStatus(
                topic=stream.topic,
                shard=stream.shard,
                watermark=mark,
                gap=stream in consumer.gaps,
                parked=waiting.get(_Parked(*stream), 0),
            )
            for stream, mark in sorted((await consumer.store.watermarks()).items())
        ],
        relay_restarts=relay.restarts,
        closed=relay.stopped_by,
    )


async def observe(metrics: Metrics, engine: AsyncEngine, relay: Relay, consumer: Consumer) -> None:
    """Set the gauges as the service stands now; with the database away they stay as they were."""
    try:
        found = await status(engine, relay, consumer)
        age_s = await _unsent_age_s(engine, relay)
    except (DBAPIError, OSError, PoolTimeout):
        return
    for row in found.log:
        metrics.log_head.labels(str(row.shard)).set(row.head)
        metrics.log_sent.labels(str(row.shard)).set(row.sent)
    gaps = Counter(stream.topic for stream in found.streams if stream.gap)
    for stream in found.streams:
        metrics.watermark.labels(stream.topic, str(stream.shard)).set(stream.watermark)
        metrics.gaps_open.labels(stream.topic).set(gaps[stream.topic])
    metrics.oldest_unsent_age_s.set(age_s)
    metrics.relay_restarts.set(found.relay_restarts)


async def _unsent_age_s(engine: AsyncEngine, relay: Relay) -> float:
    places = {shard: place.seq + 1 for shard, place in relay.places.items()}
    async with engine.connect() as connection:
        return await event_log.oldest_age_s(connection, places)


def readiness(engine: AsyncEngine, subscription: Subscription, relay: Relay) -> dict[str, Check]:
    """What a service needs to serve: its database, its partitions, a relay that keeps up."""

    async def database() -> str | None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        return None

    async def partitions() -> str | None:
        return None if subscription.assigned() else "no partitions assigned yet"

    async def sending() -> str | None:
        if relay.stopped_by:
            return relay.stopped_by
        if not relay.places:
            return "the relay has not found its place yet"
        age_s = await _unsent_age_s(engine, relay)
        return None if age_s < UNSENT_AGE_MAX_S else f"oldest unsent event is {age_s:.0f} s old"

    return {"database": database, "partitions": partitions, "relay": sending}
