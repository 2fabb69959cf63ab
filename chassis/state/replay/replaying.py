"""The replay as a whole: cut, rebuild, compare."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.state.projections import Projections
from chassis.state.replay.applying import Done, Sources, side_by_side
from chassis.state.replay.comparing import differences, digest
from chassis.state.replay.cut import Cut, Part, Source, cut_at_event, cut_of
from chassis.state.replay.log import Log
from chassis.state.replay.report import Report
from chassis.state.replay.scratch import keep, scratch, seen, snapshot
from chassis.state.replay.sources import ReplicaEvents
from chassis.state.replay.workers import Here, Workers

Told = Callable[[int, int], None]
"""Told how many events were gone through, and of how many."""


@dataclass(frozen=True)
class Asked:
    """What to rebuild the tables from, up to when, and what to lay them beside."""

    source: Source = "log"
    against: Literal["tables", "log", "archive"] | None = "tables"
    """The live tables, which are those of now; or what the other source makes; or nothing."""
    until: datetime | None = None
    until_event: UUID | None = None
    keep: bool = False
    """Whether the schema stays, for whoever wants to look at the tables of that moment."""


async def replay(
    owner: AsyncEngine,
    *,
    tables: MetaData,
    projections: Projections,
    replicas: Projections | None = None,
    replica_events: ReplicaEvents | None = None,
) -> Report:
    """Apply every event of the log again beside the live tables and compare. Changes nothing."""
    log = Log(owner, projections)
    sources = Sources(projections, log, replicas or Projections(), replica_events)
    return await replayed(owner, tables, Here(owner, lambda _part: sources))


async def replayed(
    owner: AsyncEngine,
    tables: MetaData,
    workers: Workers,
    *,
    asked: Asked = Asked(),
    told: Told = lambda _done, _most: None,
) -> Report:
    """Rebuild the tables by these workers as asked, and compare. Changes nothing.

    Raises: ReplayImpossible, and what the workers do.
    """
    async with snapshot(owner) as live, scratch(owner, tables) as schema:
        report = Report(await _cut(live, asked), asked.source, asked.against)
        filling = _Filling(workers, report, told)
        await filling.fill(schema, asked.source)
        async with seen(owner, schema) as made:
            if asked.against == "tables":
                await _compare(live, made, tables, report)
            elif asked.against is not None:
                async with scratch(owner, tables) as second, seen(owner, second) as other:
                    await filling.fill(second, asked.against)
                    await _compare(other, made, tables, report)
            else:
                report.made = {t.name: await digest(made, t) for t in tables.sorted_tables}
        if asked.keep:
            report.kept = await keep(owner, schema)
    return report


async def _cut(live: AsyncSession, asked: Asked) -> Cut:
    cut = await cut_of(live)
    if asked.until_event is not None:
        return await cut_at_event(live, cut, asked.until_event)
    return replace(cut, until=asked.until)


@dataclass
class _Filling:
    workers: Workers
    report: Report
    told: Told

    async def fill(self, schema: str, source: Source) -> None:
        """Have the workers fill a schema, each its share of the shards."""
        self.report.events = self.report.applied = 0
        parts = [Part(schema, cut, source) for cut in self.report.cut.parts(self.workers.number)]
        await side_by_side(self._apply(number, part) for number, part in enumerate(parts))

    async def _apply(self, number: int, part: Part) -> None:
        found = await self.workers.apply(part, number=number, tell=self._count)
        self.report.log_compared += found.log_compared
        if found.log_differing:
            self.report.add("event_log", found.log_differing, found.first)

    def _count(self, done: Done) -> None:
        self.report.events += done.events
        self.report.applied += done.applied
        self.told(self.report.events, self.report.cut.events)


async def _compare(
    live: AsyncSession, made: AsyncSession, tables: MetaData, report: Report
) -> None:
    for table in tables.sorted_tables:
        sides = await asyncio.gather(digest(live, table), digest(made, table))
        report.tables[table.name] = (sides[0], sides[1])
        if sides[0] != sides[1]:
            found = await differences(live, made, table)
            report.add(table.name, found.rows, found.first)
