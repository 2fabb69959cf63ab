"""Make a service's tables anew from its log while it goes on with the old ones, and swap them."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import stamina
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from chassis.bus import watermarks
from chassis.bus.admission import Record, Stream
from chassis.bus.reading import event_of
from chassis.faults import is_passing
from chassis.recovery.own_log import events_of
from chassis.recovery.sources import Source
from chassis.state import event_log
from chassis.state.event_log import SHARDS
from chassis.state.projections import Projections
from contracts.event import Event

SCHEMA = "rebuilt"
ROWS_MAX = 1_000
NEAR_EVENTS = 2_000
"""So few left, the service is asked to wait for the rest."""
TRIES_MAX = 5
TRY_AGAIN_S = 1.0
LOCK_TIMEOUT = "3s"
_PARKED = text("SELECT topic, shard, seq FROM parked")


@dataclass(frozen=True)
class Rebuilt:
    """What was made, and how long others waited, in seconds of real time."""

    events: int
    rows: int
    listening_paused_s: float
    """What works over many keys: the consumer, jobs, bulk commands."""
    all_paused_s: float
    """Every command and every question about these tables."""


@dataclass
class Rebuilding:
    """The fresh tables, and how far they are."""

    owner: AsyncEngine
    tables: MetaData
    projections: Projections
    replicas: Projections
    topics: Sequence[str]
    source: Source
    """Of the events of others; it goes on where it ended."""
    events: int = 0
    _places: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(SHARDS), 1))
    _read: dict[Stream, int] = field(default_factory=dict)
    _ahead: list[Record] = field(default_factory=list)
    """What the topics hold and the service has not applied yet."""

    async def run(self) -> Rebuilt:
        """Fill fresh tables, catch up, and put them in the place of the old ones.

        Raises: DBAPIError, when a lock cannot be had; then nothing has changed.
        """
        names = ", ".join(table.name for table in self.tables.sorted_tables)
        await self._execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", f"CREATE SCHEMA {SCHEMA}")
        await self._execute(
            *(
                f"CREATE TABLE {SCHEMA}.{table.name} (LIKE public.{table.name} INCLUDING ALL)"
                for table in self.tables.sorted_tables
            )
        )
        self._read = {Stream(topic, shard): 0 for topic in self.topics for shard in range(SHARDS)}
        async with self._fresh() as fresh:
            while await self._follow(fresh) > NEAR_EVENTS:
                pass
            done = await self._swapped(fresh, names)
        await self._execute(f"DROP SCHEMA {SCHEMA} CASCADE")
        return done

    async def _swapped(self, fresh: AsyncEngine, names: str) -> Rebuilt:
        async for attempt in stamina.retry_context(
            on=is_passing, attempts=TRIES_MAX, wait_initial=TRY_AGAIN_S
        ):
            with attempt:
                return await self._swap(fresh, names)
        raise AssertionError("stamina returns or raises")

    async def _swap(self, fresh: AsyncEngine, names: str) -> Rebuilt:
        """One transaction: who works over many keys waits for the last events of others, then
        everybody waits for the last own ones and for the copy."""
        rows = 0
        async with self.owner.begin() as connection:
            await connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
            await connection.execute(text("SELECT pg_advisory_xact_lock(1)"))
            began = time.monotonic()
            await self._follow(fresh)
            await connection.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))
            locked = time.monotonic()
            await self._follow_log(fresh)
            await connection.execute(text(f"TRUNCATE {names}"))
            for table in self.tables.sorted_tables:
                columns = ", ".join(f'"{column.name}"' for column in table.columns)
                for statement in (
                    f"ALTER TABLE {table.name} DISABLE TRIGGER USER",  # they judged the events once
                    f"INSERT INTO {table.name} ({columns}) SELECT {columns} "  # noqa: S608
                    f"FROM {SCHEMA}.{table.name}",
                    f"ALTER TABLE {table.name} ENABLE TRIGGER USER",
                ):
                    rows += max(0, (await connection.execute(text(statement))).rowcount)
        ended = time.monotonic()
        return Rebuilt(self.events, rows, round(ended - began, 3), round(ended - locked, 3))

    async def _follow(self, fresh: AsyncEngine) -> int:
        """Apply what came since; how many events that were."""
        before = self.events
        await self._follow_log(fresh)
        if self.replicas.event_types:
            await self._follow_topics(fresh)
        return self.events - before

    async def _follow_log(self, fresh: AsyncEngine) -> None:
        while True:
            async with AsyncSession(fresh) as session, session.begin():
                rows = await event_log.rows_from(session, self._places, rows_max=ROWS_MAX)
                if not rows:
                    return
                await self.projections.apply(session, events_of(rows, self.projections))
            self._places |= {row.shard: row.seq + 1 for row in rows}
            self.events += len(rows)

    async def _follow_topics(self, fresh: AsyncEngine) -> None:
        """Up to what the service has applied now, without what it parked."""
        await self._apply_heard(fresh, [])
        async for records in self.source.records(self._read):
            self._read |= {each.stream: each.seq for each in records}
            await self._apply_heard(fresh, records)

    async def _apply_heard(self, fresh: AsyncEngine, records: Sequence[Record]) -> None:
        async with AsyncSession(fresh) as session, session.begin():
            reached = await watermarks.reached(session)
            parked = {(Stream(t, shard), seq) for t, shard, seq in await session.execute(_PARKED)}
            heard = self._ahead + list(records)
            applied = [each for each in heard if each.seq <= reached.get(each.stream, 0)]
            events: dict[Stream, list[Event]] = {}
            for each in applied:
                if (each.stream, each.seq) not in parked:
                    event = event_of(each, self.replicas.event_types)
                    if event is not None:
                        events.setdefault(each.stream, []).append(event)
            await self.replicas.apply(session, events)
        self._ahead = [each for each in heard if each.seq > reached.get(each.stream, 0)]
        self.events += sum(map(len, events.values()))

    async def _execute(self, *statements: str) -> None:
        async with self.owner.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))

    @asynccontextmanager
    async def _fresh(self) -> AsyncIterator[AsyncEngine]:
        """Connections that see the fresh tables, and of the others what has no fresh one."""
        settings: Mapping[str, str] = {"timezone": "UTC", "search_path": f"{SCHEMA}, public"}
        engine = create_async_engine(
            self.owner.url, hide_parameters=True, connect_args={"server_settings": settings}
        )
        try:
            yield engine
        finally:
            await engine.dispose()
