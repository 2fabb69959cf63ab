"""Rebuild a service's tables from events in a scratch schema, and compare them with the live ones.

All in one consistent cut: the live side is read in a single REPEATABLE READ snapshot while the
service goes on, and the scratch schema lives in a transaction that is rolled back.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple, Protocol

from sqlalchemy import MetaData, Table, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.state import event_log
from chassis.state.event_log import LogRow
from chassis.state.projections import Projections
from contracts.event import Event

ROWS_MAX = 1_000
"""How many rows of a shard are read at once."""
DIFFERENCES_MAX = 10
_SCRATCH = "replay"


class ReplicaEvents(Protocol):
    """Where the events of other services come from, up to what the snapshot had applied."""

    def up_to(self, live: AsyncSession) -> AsyncIterator[Mapping[Any, Sequence[Event]]]:
        """Events by stream, a portion at a time, each stream in its own order."""


class Digest(NamedTuple):
    """A table's content as a number of rows and one digest."""

    rows: int
    md5: str


class Difference(NamedTuple):
    """A row that is not the same on both sides; None where it is missing."""

    table: str
    key: str
    live: Mapping[str, Any] | None
    replayed: Mapping[str, Any] | None


@dataclass
class Report:
    """What a replay found."""

    events: int = 0
    tables: dict[str, tuple[Digest, Digest]] = field(default_factory=dict)
    """Live and replayed digest of each table."""
    differences: list[Difference] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether every table came out as it is."""
        return all(live == replayed for live, replayed in self.tables.values())


async def replay(
    owner: AsyncEngine,
    *,
    tables: MetaData,
    projections: Projections,
    replicas: Projections | None = None,
    replica_events: ReplicaEvents | None = None,
) -> Report:
    """Apply every event again beside the live tables and compare. Changes nothing."""
    report = Report()
    async with _snapshot(owner) as live, _scratch(owner, tables) as scratch:
        async for rows in _log(live):
            await projections.apply(scratch, _events(rows, projections))
            report.events += len(rows)
        if replicas is not None and replica_events is not None:
            async for portion in replica_events.up_to(live):
                await replicas.apply(scratch, portion)
                report.events += sum(map(len, portion.values()))
        for table in tables.sorted_tables:
            sides = await _digest(live, table), await _digest(scratch, table)
            report.tables[table.name] = sides
            if sides[0] != sides[1]:
                report.differences += await _differences(live, scratch, table)
    return report


@asynccontextmanager
async def _snapshot(owner: AsyncEngine) -> AsyncIterator[AsyncSession]:
    snapshot = owner.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with AsyncSession(snapshot) as session:
        yield session


@asynccontextmanager
async def _scratch(owner: AsyncEngine, tables: MetaData) -> AsyncIterator[AsyncSession]:
    async with AsyncSession(owner) as session:
        await session.execute(text(f"CREATE SCHEMA {_SCRATCH}"))
        for table in tables.sorted_tables:
            copy = f"CREATE TABLE {_SCRATCH}.{table.name} (LIKE public.{table.name} INCLUDING ALL)"
            await session.execute(text(copy))
        await session.execute(text(f"SET LOCAL search_path = {_SCRATCH}"))
        yield session
        await session.rollback()


async def _log(live: AsyncSession) -> AsyncIterator[list[LogRow]]:
    """The whole log, by shard and number, a portion at a time."""
    places = dict.fromkeys(range(event_log.SHARDS), 1)
    while rows := await event_log.rows_from(live, places, rows_max=ROWS_MAX):
        yield rows
        places |= {row.shard: row.seq + 1 for row in rows}


def _events(rows: Sequence[LogRow], projections: Projections) -> dict[int, list[Event]]:
    known = projections.event_types
    return {
        shard: [known[row.type].read(row.body) for row in found]
        for shard, found in groupby(rows, key=lambda row: row.shard)
    }


async def _digest(session: AsyncSession, table: Table) -> Digest:
    found = await session.execute(
        text(  # the name is a table's own
            "SELECT count(*), coalesce(md5(string_agg(row_md5, '' ORDER BY row_md5)), '') "  # noqa: S608
            f'FROM (SELECT md5(t::text) COLLATE "C" AS row_md5 FROM {table.name} t) AS hashed'
        )
    )
    return Digest._make(found.one())


async def _differences(live: AsyncSession, scratch: AsyncSession, table: Table) -> list[Difference]:
    sides = [await _rows(session, table) for session in (live, scratch)]
    keys = sorted(sides[0].keys() | sides[1].keys())
    return [
        Difference(table.name, key, sides[0].get(key), sides[1].get(key))
        for key in keys
        if sides[0].get(key) != sides[1].get(key)
    ][:DIFFERENCES_MAX]


async def _rows(session: AsyncSession, table: Table) -> dict[str, Mapping[str, Any]]:
    """The rows as JSON by their primary key. Read whole: only a table that differs gets here."""
    found = await session.scalars(text(f"SELECT to_jsonb(t) FROM {table.name} t"))  # noqa: S608
    names = [column.name for column in table.primary_key]
    return {" ".join(f"{name} {row[name]}" for name in names): row for row in found}
