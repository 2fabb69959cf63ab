"""The replay as a whole: cut, rebuild, compare."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.state.projections import Projections
from chassis.state.replay.applying import Sources, Tell, apply_part, side_by_side
from chassis.state.replay.comparing import Difference, Digest, differences, digest
from chassis.state.replay.cut import Cut, Part, cut_of
from chassis.state.replay.scratch import scratch, scratch_engine
from chassis.state.replay.sources import ReplicaEvents


@dataclass
class Report:
    """What a replay found."""

    cut: Cut
    events: int = 0
    tables: dict[str, tuple[Digest, Digest]] = field(default_factory=dict)
    """Live and replayed digest of each table."""
    differing: dict[str, int] = field(default_factory=dict)
    """How many rows of a table differ, where some do."""
    differences: list[Difference] = field(default_factory=list)
    """The first of them, in full."""

    @property
    def same(self) -> bool:
        """Whether every table came out as it is."""
        return all(live == replayed for live, replayed in self.tables.values())


class Workers(Protocol):
    """Who applies the parts of a replay, at the same time."""

    @property
    def number(self) -> int:
        """How many there are."""

    async def apply(self, part: Part, *, number: int, tell: Tell) -> None:
        """Have worker `number` apply a part; `tell` is told of each portion."""


@dataclass(frozen=True)
class Here:
    """This process, in so many parts."""

    owner: AsyncEngine
    sources: Sources
    number: int = 1

    async def apply(self, part: Part, *, number: int, tell: Tell) -> None:  # noqa: ARG002
        """Apply a part here."""
        await apply_part(self.owner, part, self.sources, tell=tell)


async def replay(
    owner: AsyncEngine,
    *,
    tables: MetaData,
    projections: Projections,
    replicas: Projections | None = None,
    replica_events: ReplicaEvents | None = None,
) -> Report:
    """Apply every event again beside the live tables and compare. Changes nothing."""
    sources = Sources(projections, replicas or Projections(), replica_events)
    return await replayed(owner, tables, Here(owner, sources))


async def replayed(
    owner: AsyncEngine, tables: MetaData, workers: Workers, *, tell: Tell = lambda _events: None
) -> Report:
    async with snapshot(owner) as live, scratch(owner, tables) as schema:
        report = Report(await cut_of(live))

        def count(events: int) -> None:
            report.events += events
            tell(events)

        parts = report.cut.parts(workers.number)
        await side_by_side(
            workers.apply(Part(schema, cut), number=number, tell=count)
            for number, cut in enumerate(parts)
        )
        engine = scratch_engine(owner, schema, connections=1)
        try:
            async with AsyncSession(engine) as made:
                await _compare(live, made, tables, report)
        finally:
            await engine.dispose()
    return report


@asynccontextmanager
async def snapshot(owner: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """The database as it is now, whatever happens to it meanwhile."""
    settings = owner.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with AsyncSession(settings) as session:
        yield session


async def _compare(
    live: AsyncSession, made: AsyncSession, tables: MetaData, report: Report
) -> None:
    for table in tables.sorted_tables:
        sides = await asyncio.gather(digest(live, table), digest(made, table))
        report.tables[table.name] = (sides[0], sides[1])
        if sides[0] != sides[1]:
            found = await differences(live, made, table)
            report.differing[table.name] = found.rows
            report.differences += found.first
