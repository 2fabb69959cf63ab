"""Where the events of a replay come from: portions of events, each shard in its own order."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.state.projections import Projections
from chassis.state.replay.cut import Cut, ReplayImpossible
from chassis.state.statements import Statement
from contracts.event import Event
from contracts.upcasting import UPCASTS

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


class OwnEvents(Protocol):
    """Where a service's own events come from, up to what the cut had recorded."""

    def up_to(self, cut: Cut) -> AsyncIterator[Portion]:
        """A portion at a time."""


class ReplicaEvents(Protocol):
    """Where the events of other services come from, up to what the cut had heard."""

    def up_to(self, cut: Cut) -> AsyncIterator[Portion]:
        """A portion at a time."""


class Row(NamedTuple):
    """What a replay reads of a logged event."""

    shard: int
    seq: int
    type: str
    key: str
    event_id: Any
    body: bytes


_ROWS = Statement(f"""
    SELECT {", ".join(Row._fields)} FROM public.event_log
    WHERE shard = :shard AND seq > :after AND seq <= :last ORDER BY seq LIMIT :rows_max
""")  # noqa: S608  (the names are this module's own)
"""One shard: the index has its order. All of them in one statement were sorted, on disk, in longer
than they took to be read."""


async def log_rows(owner: AsyncEngine, ends: Mapping[int, int]) -> AsyncIterator[list[Row]]:
    """The rows of a log up to these numbers, a portion at a time."""
    reached = dict.fromkeys(ends, 0)
    async with AsyncSession(owner) as session:
        while True:
            portion: list[Row] = []
            for shard, last in ends.items():
                rows = await _ROWS.rows(
                    session, shard=shard, after=reached[shard], last=last, rows_max=ROWS_MAX
                )
                portion += map(Row._make, rows)
                reached[shard] = portion[-1].seq if rows else last
            await session.rollback()
            if not portion:
                return
            yield portion


def own_events(rows: Sequence[Row], projections: Projections, *, where: str) -> list[Read]:
    """The events in these rows that change something. Raises: ReplayImpossible, naming the row."""
    known, silent = projections.event_types, projections.silent_types
    found = []
    for row in rows:
        if row.type in silent:
            continue
        try:
            event = UPCASTS.read(row.type, row.body, known)
        except ValidationError as error:
            fields = sorted({".".join(map(str, e["loc"])) for e in error.errors()})
            raise _unreadable(row, where, f"cannot be read: {', '.join(fields)}") from error
        if event is None:
            raise _unreadable(row, where, "is of a type that nothing here applies")
        found.append(Read(row.shard, row.key, event))
    return found


def _unreadable(row: Row, where: str, why: str) -> ReplayImpossible:
    return ReplayImpossible(f"{where}, shard {row.shard}, number {row.seq}: {row.type} {why}")
