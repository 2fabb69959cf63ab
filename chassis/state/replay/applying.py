"""Apply a worker's part of the events to the scratch schema: a run a transaction."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.state.projections import Projections
from chassis.state.replay.cut import Cut, Part
from chassis.state.replay.scratch import scratch_engine
from chassis.state.replay.sources import OwnEvents, Portion, Read, ReplicaEvents
from chassis.state.runs import runs_by_key
from contracts.event import Event

LANES = 2
"""Own events and those of others are applied side by side: neither reads what the other writes."""
TRIES_MAX = 10
_ROLLED_BACK = ("40001", "40P01")


class Done(NamedTuple):
    """Of a portion: how many events were gone through, and how many of them a table follows."""

    events: int
    applied: int


Tell = Callable[[Done], None]


@dataclass(frozen=True)
class Sources:
    """What a service's tables are made of."""

    projections: Projections
    own: OwnEvents
    replicas: Projections
    others: ReplicaEvents | None = None


async def apply_part(owner: AsyncEngine, part: Part, sources: Sources, *, tell: Tell) -> None:
    """Apply all of a part; `tell` is told of each portion.

    Raises: what the sources do, and what the database says.
    """
    engine = scratch_engine(owner, part.schema, connections=LANES)
    cut, own = part.cut, sources.own.up_to(part.cut)
    works = [_apply(engine, own, sources.projections, cut, tell)]
    if sources.others is not None and sources.replicas.event_types and cut.heard:
        works.append(_apply(engine, sources.others.up_to(cut), sources.replicas, cut, tell))
    try:
        await side_by_side(works)
    finally:
        await engine.dispose()


async def side_by_side(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all at once; when one fails, the others are stopped and its error is raised."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _apply(
    engine: AsyncEngine,
    portions: AsyncIterator[Portion],
    projections: Projections,
    cut: Cut,
    tell: Tell,
) -> None:
    ended: set[Any] = set()
    async with AsyncSession(engine) as session:
        async for portion in portions:
            events = portion.events if cut.until is None else _early(portion.events, cut, ended)
            for run in runs_by_key(_by_key(events)):
                await _apply_run(session, projections, run)
            tell(Done(portion.records, len(events)))


def _early(events: Iterable[Read], cut: Cut, ended: set[Any]) -> list[Read]:
    """Those before the end of the cut: a stream ends with its first event that is too late."""
    found = []
    for read in events:
        if cut.until is not None and read.event.occurred_at > cut.until:
            ended.add(read.stream)
        elif read.stream not in ended:
            found.append(read)
    return found


def _by_key(events: Iterable[Read]) -> Iterable[deque[Event]]:
    found: dict[tuple[Any, str], deque[Event]] = {}
    for stream, key, event in events:
        queue = found.get((stream, key))
        if queue is None:
            found[stream, key] = deque((event,))
        else:
            queue.append(event)
    return found.values()


async def _apply_run(session: AsyncSession, projections: Projections, run: list[Event]) -> None:
    """In a transaction of its own: the totals that workers share are locked no longer than that.
    Where two still met crosswise, the one that was rolled back is tried again."""
    for left in reversed(range(TRIES_MAX)):
        try:
            async with session.begin():
                await projections.apply_run(session, run)
        except Exception as error:
            state = getattr(getattr(error, "orig", error), "sqlstate", None)
            if state not in _ROLLED_BACK or not left:
                raise
        else:
            return
