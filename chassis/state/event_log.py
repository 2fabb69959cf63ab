"""The append-only log of a service: its outbox, its audit trail, the source of its replay."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from aiokafka.partitioner import murmur2  # type: ignore[import-untyped]
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.failpoints import failpoint
from chassis.state.statements import Statement, driver_of
from contracts.event import Event

SHARDS = 12
"""Shards of a log and partitions of its topic: fixed for life, because keys map to them."""


BODY_BYTES_MAX = 1_000_000
"""What fits one Kafka record of 1 MiB with its headers: a larger one would stop the relay."""


class EventTooLarge(ValueError):
    """An event that no record can carry."""


SHARDS_REMEMBERED = 131_072
"""As many as a province has members, who come one after the other, and all again next month."""


class LogRow(NamedTuple):
    """What the relay reads of a logged event."""

    shard: int
    seq: int
    event_id: UUID
    type: str
    key: str
    occurred_at: datetime
    causation_id: UUID
    correlation_id: UUID
    body: bytes


_COLUMNS = (*LogRow._fields, "recorded_at")
_TAKE_NUMBERS = Statement("""
    WITH locked AS (
        SELECT shard FROM shard_head WHERE shard = ANY(:shards) ORDER BY shard FOR UPDATE)
    UPDATE shard_head head SET seq = head.seq + wanted.n
    FROM locked
    JOIN unnest(cast(:shards AS smallint[]), cast(:counts AS bigint[])) AS wanted(shard, n)
      USING (shard)
    WHERE head.shard = locked.shard
    RETURNING head.shard, head.seq - wanted.n""")

_ROWS_FROM = text(f"""
    SELECT logged.* FROM unnest(cast(:shards AS smallint[]), cast(:seqs AS bigint[])) AS place(s, n)
    CROSS JOIN LATERAL (
        SELECT {", ".join(LogRow._fields)} FROM event_log
        WHERE shard = place.s AND seq >= place.n ORDER BY seq LIMIT :rows_max) AS logged
    ORDER BY logged.shard, logged.seq""")  # noqa: S608  (the names are this module's own)


@lru_cache(maxsize=SHARDS_REMEMBERED)
def shard_of(key: str) -> int:
    """The partition that Kafka's default partitioner gives this key.

    Remembered: it is 6 µs of Python, and a member comes again and again.
    """
    return int(murmur2(key.encode()) & 0x7FFFFFFF) % SHARDS


def by_shard(events: Iterable[Event]) -> dict[int, list[Event]]:
    """Split events by shard, order kept."""
    split: dict[int, list[Event]] = {}
    for event in events:
        split.setdefault(shard_of(event.key), []).append(event)
    return split


async def append(
    session: AsyncSession, events: Mapping[int, Sequence[Event]], *, now: datetime
) -> None:
    """Number the events densely per shard and write them. The last statements before COMMIT:
    the heads stay locked until then, so the order of numbers is the order of commits.

    Raises: EventTooLarge.
    """
    if not events:
        return
    shards = sorted(events)
    counts = [len(events[shard]) for shard in shards]
    last = dict(await _TAKE_NUMBERS.rows(session, shards=shards, counts=counts))
    await failpoint("log.numbered")
    rows = [
        (shard, last[shard] + place, event.event_id, event.type, event.key, event.occurred_at,
         event.causation_id, event.correlation_id, _body(event), now)
        for shard in shards
        for place, event in enumerate(events[shard], start=1)
    ]  # fmt: skip
    driver = await driver_of(session)
    await driver.copy_records_to_table("event_log", records=rows, columns=_COLUMNS)


def _body(event: Event) -> bytes:
    if len(event.body) > BODY_BYTES_MAX:
        raise EventTooLarge(f"{event.type}: {len(event.body)} bytes, at most {BODY_BYTES_MAX}")
    return event.body


async def rows_from(
    connection: AsyncConnection | AsyncSession, places: Mapping[int, int], *, rows_max: int
) -> list[LogRow]:
    """The rows of each shard from the number given for it on, at most `rows_max` a shard."""
    found = await connection.execute(
        _ROWS_FROM,
        {"shards": list(places), "seqs": list(places.values()), "rows_max": rows_max},
    )
    return [LogRow._make(row) for row in found]


async def heads(connection: AsyncConnection | AsyncSession) -> dict[int, int]:
    """The highest number of each shard; 0 for an empty one."""
    found = await connection.execute(text("SELECT shard, seq FROM shard_head ORDER BY shard"))
    return dict(found.all())


async def has_caused(connection: AsyncConnection | AsyncSession, cause_id: UUID) -> bool:
    """Whether this command or event led to a logged one. Reads the whole log: seldom asked."""
    found = await connection.scalar(
        text("SELECT EXISTS (SELECT FROM event_log WHERE causation_id = :cause_id)"),
        {"cause_id": cause_id},
    )
    return bool(found)


async def oldest_age_s(connection: AsyncConnection, places: Mapping[int, int]) -> float:
    """How long the oldest row at or after these numbers has stood in the log, by the database's
    clock and the row's own commit order; 0 when there is none. Seconds of real time.
    """
    found = await connection.scalar(
        _OLDEST_AGE, {"shards": list(places), "seqs": list(places.values())}
    )
    return float(found or 0)


_OLDEST_AGE = text("""
    SELECT extract(epoch FROM now() - min(logged_at))
    FROM unnest(cast(:shards AS smallint[]), cast(:seqs AS bigint[])) AS place(s, n)
    JOIN event_log ON shard = place.s AND seq = place.n""")
