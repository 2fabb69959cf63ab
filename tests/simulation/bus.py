"""One shard of one service: its log, its partition, what readers asked for; and all their faults.

Faults are those that can be recovered from: the broker may lose any part of a partition, and the
owner's database may be set back, but not while the other has not healed.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from chassis.bus.admission import Record, Stream
from chassis.bus.rewinds import Rewind
from chassis.state.event_log import LogRow

NOW = datetime(2025, 7, 21, tzinfo=UTC)
NOBODY = UUID(int=0)
STREAM = Stream("enrollment.events", 0)
KEYS = ("anna", "budi", "citra")
BAD_ONE_IN = 25
OFFSETS_LOST = 0.3
RECORDS_LOST = 0.6
LOOK_AGAIN_RECORDS = 16
"""What an idle reader reads again: fewer than in life, as the histories are shorter."""
BURIED_MAX = 6
"""Strangers bury the owner's last record less deep than a reader looks again."""


class Violated(AssertionError):
    """A promise of the bus was broken."""


class Handled(NamedTuple):
    """What a reader's database holds of an event."""

    seq: int
    event_id: UUID
    key: str
    parked: bool


@dataclass
class Bus:
    """What outlives every process: databases, partition, offsets."""

    chance: random.Random
    log: list[LogRow] = field(default_factory=list)
    partition: list[LogRow | None] = field(default_factory=list)
    """None stands for a record that is no event of the owner."""
    requests: list[Rewind] = field(default_factory=list)
    committed: int = 0
    watermark: int = 0
    handled: list[Handled] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    """Keys of which an event is parked."""
    closed: bool = False
    """A relay saw that the database was set back."""
    restores: int = 0
    diverged: int = 0
    now: float = 0.0
    _ids: int = 0
    _sent: dict[int, UUID] = field(default_factory=dict)
    _set_back: bool = False
    """Numbers that were sent are missing from the log."""

    def write(self) -> None:
        """The service records an event, unless it is closed."""
        if not self.closed:
            self._ids += 1
            self._append(UUID(int=self._ids), self.chance.choice(KEYS))

    def _append(self, event_id: UUID, key: str) -> None:
        seq = len(self.log) + 1
        self.log.append(LogRow(0, seq, event_id, "any.v1", key, NOW, NOBODY, NOBODY, b""))

    def is_bad(self, record: Record) -> bool:
        """Whether the reader cannot handle this event."""
        return record.event_id.int % BAD_ONE_IN == 0

    def take(self, row: LogRow) -> None:
        """The partition takes a record. Raises: Violated when its number stood for another."""
        if self._sent.setdefault(row.seq, row.event_id) != row.event_id:
            raise Violated(f"{row.seq} was sent as two events")
        self.partition.append(row)

    def own(self) -> list[LogRow]:
        """The owner's events in the partition."""
        return [row for row in self.partition if row is not None]

    def disturb(self) -> None:
        """The broker loses records, with or without the readers' offsets, or takes in others'."""
        own = self.own()
        if not self._set_back and self.chance.random() < RECORDS_LOST:
            kept = self.chance.choice((0, self.chance.randint(0, len(self.partition))))
            del self.partition[kept:]
            if self.chance.random() < OFFSETS_LOST:
                self.committed = 0
        elif self._buried < BURIED_MAX:
            strange = self.chance.choice((None, *own))
            self.partition += [strange] * self.chance.randint(1, BURIED_MAX - self._buried)

    @property
    def _buried(self) -> int:
        """How many records stand behind the highest of the owner's."""
        places = {row.seq: place for place, row in enumerate(self.partition) if row is not None}
        return len(self.partition) - 1 - places.get(max(places, default=0), -1)

    def restore(self) -> bool:
        """The owner's database is set back to an earlier state. Tell whether it could be."""
        if self._set_back or {row.seq for row in self.own()} != set(self._sent):
            return False  # the partition has not healed: what it lost could come from nowhere
        self.restores += 1
        del self.log[self.chance.randint(0, len(self.log)) :]
        self._set_back = max(self._sent, default=0) > len(self.log)
        return True

    @property
    def sent(self) -> int:
        """The highest number that was ever sent."""
        return max(self._sent, default=0)

    def close(self) -> None:
        """A relay stopped. Raises: Violated when the log holds all that was sent."""
        if not self._set_back:
            raise Violated("the relay stopped though nothing is missing")
        self.closed = True
        self.diverged += 1

    def recover(self) -> None:
        """Import the topic's tail into the log; what was recorded meanwhile comes behind it."""
        sent = {row.seq: row for row in self.own()}
        fresh = [row for row in self.log if self._sent.get(row.seq) != row.event_id]
        self.log = [sent[seq] for seq in sorted(sent)]
        for row in fresh:
            self._append(row.event_id, row.key)
        self.closed = self._set_back = False

    def check(self) -> None:
        """Everything logged was handled once and in order. Raises: Violated."""
        if [(h.seq, h.event_id) for h in self.handled] != [(r.seq, r.event_id) for r in self.log]:
            raise Violated(f"{len(self.handled)} handled, {len(self.log)} logged, or not in order")
        stopped: set[str] = set()
        for each in self.handled:
            if each.key in stopped and not each.parked:
                raise Violated(f"{each.seq} overtook a parked event of its key")
            if each.parked:
                stopped.add(each.key)

    def is_healed(self) -> bool:
        """Whether all that was logged was handled."""
        return not self._set_back and len(self.handled) == len(self.log)
