"""Where the events of a replay come from: portions of events, each shard in its own order."""

from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple, Protocol

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.bus.admission import Stream
from chassis.state.projections import Projections
from chassis.state.replay.cut import Cut
from chassis.state.statements import Statement
from contracts.event import Event

ROWS_MAX = 2_000
"""How many rows of a shard are read at once."""


class Portion(NamedTuple):
    """Some events of each stream, and how many records they were among."""

    events: Mapping[Any, Sequence[Event]]
    records: int


class ReplicaEvents(Protocol):
    """Where the events of other services come from, up to what the cut had heard."""

    def up_to(self, cut: Cut) -> AsyncIterator[Mapping[Stream, Sequence[Event]]]:
        """Events by stream, a portion at a time, each stream in its own order."""


_ROWS = Statement("""
    SELECT logged.shard, logged.type, logged.seq, logged.body
    FROM unnest(cast(:shards AS smallint[]), cast(:after AS bigint[]), cast(:last AS bigint[]))
      AS place(shard, after, last)
    CROSS JOIN LATERAL (
        SELECT shard, type, seq, body FROM public.event_log
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


def _events(rows: Sequence[Any], projections: Projections) -> dict[int, list[Event]]:
    known, silent = projections.event_types, projections.silent_types
    return {
        shard: [known[row["type"]].read(row["body"]) for row in found if row["type"] not in silent]
        for shard, found in groupby(rows, key=lambda row: row["shard"])
    }
