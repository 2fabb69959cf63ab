"""Up to where a replay goes: what a snapshot of the database had recorded and heard."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus import watermarks
from chassis.bus.admission import Stream
from chassis.state import event_log

_PARKED = text("SELECT topic, shard, seq FROM parked")
_PLACE = text("SELECT shard, seq, occurred_at FROM event_log WHERE event_id = :event_id")


class ReplayImpossible(RuntimeError):
    """It cannot be replayed; the text says what is amiss, and where."""


Source = Literal["log", "archive"]
"""`log`: the service's own log and the topics of others."""


@dataclass(frozen=True)
class Cut:
    """The last number of each shard and stream, and what of it was never applied.

    With `until` each shard and stream ends before its first event that was recorded later (by
    `occurred_at`, which log, topic and archive all hold). A shard is never applied with a hole: of
    two that were decided together, the one that was numbered first comes first.
    """

    own: Mapping[int, int]
    heard: Mapping[Stream, int]
    parked: frozenset[tuple[Stream, int]]
    until: datetime | None = None

    @property
    def events(self) -> int:
        """How many events are to be gone through."""
        return sum(self.own.values()) + sum(self.heard.values())

    def parts(self, workers: int) -> "list[Cut]":
        """The same, shared out by shard. No key is in two shards, so no two parts share a row,
        totals aside."""
        return [
            replace(
                self,
                own={shard: seq for shard, seq in self.own.items() if shard % workers == number},
                heard={s: seq for s, seq in self.heard.items() if s.shard % workers == number},
            )
            for number in range(workers)
        ]


@dataclass(frozen=True)
class Part:
    """What one worker applies, and to which schema."""

    schema: str
    cut: Cut
    source: Source = "log"


async def cut_of(live: AsyncSession) -> Cut:
    """Everything that this snapshot had applied."""
    return Cut(
        own={shard: seq for shard, seq in (await event_log.heads(live)).items() if seq},
        heard={stream: seq for stream, seq in (await watermarks.reached(live)).items() if seq},
        parked=frozenset(
            (Stream(topic, shard), seq) for topic, shard, seq in await live.execute(_PARKED)
        ),
    )


async def cut_at_event(live: AsyncSession, cut: Cut, event_id: UUID) -> Cut:
    """The cut of the moment when this event had just been recorded: its shard ends with it, the
    others with what was recorded by then.

    Raises: ReplayImpossible.
    """
    found = (await live.execute(_PLACE, {"event_id": event_id})).one_or_none()
    if found is None:
        raise ReplayImpossible(f"no event {event_id} in this service's log")
    return replace(cut, own={**cut.own, found.shard: found.seq}, until=found.occurred_at)
