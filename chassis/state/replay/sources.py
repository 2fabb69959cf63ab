"""Where the events of a replay come from: portions of events, each shard in its own order."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple, Protocol

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.state.projections import Projections
from chassis.state.replay.cut import Cut
from chassis.state.statements import Statement
from contracts.event import Event

ROWS_MAX = 2_000
"""How many rows of a shard are read at once."""


class Read(NamedTuple):
    """An event, and where it was read."""

    stream: Any
    """Its shard of the own log, or of another's topic."""
    key: str
    event: Event


class Portion(NamedTuple):
    """Some events, those of each stream in its order, and how many records they were among."""

    events: Sequence[Read]
    records: int


class ReplicaEvents(Protocol):
    """Where the events of other services come from, up to what the cut had heard."""

    def up_to(self, cut: Cut) -> AsyncIterator[Sequence[Read]]:
        """The events of each stream in its order, a portion at a time."""


_ROWS = Statement("""
    SELECT logged.shard, logged.type, logged.seq, logged.key, logged.body
    FROM unnest(cast(:shards AS smallint[]), cast(:after AS bigint[]), cast(:last AS bigint[]))
      AS place(shard, after, last)
    CROSS JOIN LATERAL (
        SELECT shard, type, seq, key, body FROM public.event_log
        WHERE shard = place.shard AND seq > place.after AND seq <= place.last
        ORDER BY seq LIMIT :rows_max) AS logged
    ORDER BY logged.shard, logged.seq""")


async def from_log(
    owner: AsyncEngine, projections: Projections, cut: Cut
) -> AsyncIterator[Portion]:
    """A service's own events out of its log."""
    reached = dict.fromkeys(cut.own, 0)
    async with AsyncSession(owner) as session:
        while rows := await _ROWS.rows(
            session,
            shards=list(cut.own),
            after=[reached[shard] for shard in cut.own],
            last=list(cut.own.values()),
            rows_max=ROWS_MAX,
        ):
            reached |= {row["shard"]: row["seq"] for row in rows}
            await session.rollback()
            yield Portion(_events(rows, projections), len(rows))


def _events(rows: Sequence[Any], projections: Projections) -> list[Read]:
    known, silent = projections.event_types, projections.silent_types
    return [
        Read(shard, key, known[name].read(body))
        for shard, name, _seq, key, body in rows
        if name not in silent
    ]
