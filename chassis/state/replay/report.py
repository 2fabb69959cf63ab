"""What a replay found."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chassis.state.replay.comparing import DIFFERENCES_MAX, Difference, Digest
from chassis.state.replay.cut import Cut


@dataclass
class Report:
    """Of one service: the tables of both sides, and the rows that differ."""

    cut: Cut
    source: str = "log"
    against: str | None = "tables"
    """What the rebuilt tables were laid beside."""
    events: int = 0
    """How many were gone through: all that this service had recorded and heard."""
    applied: int = 0
    """Of these, those that a table follows."""
    tables: dict[str, tuple[Digest, Digest]] = field(default_factory=dict)
    """Live (or the other source's) and replayed digest of each table."""
    made: dict[str, Digest] = field(default_factory=dict)
    """The digests, where nothing was compared."""
    log_compared: int = 0
    """Rows of the log that were laid beside their archived records."""
    differing: dict[str, int] = field(default_factory=dict)
    """How many rows of a table differ, where some do."""
    differences: list[Difference] = field(default_factory=list)
    """The first of them, in full."""
    kept: str | None = None
    """The schema that was left for looking at."""

    @property
    def same(self) -> bool:
        """Whether nothing that was compared differs."""
        equal = all(live == replayed for live, replayed in self.tables.values())
        return equal and not self.differing

    def add(self, table: str, rows: int, first: Sequence[Difference]) -> None:
        """Take note of rows that differ."""
        self.differing[table] = self.differing.get(table, 0) + rows
        left = DIFFERENCES_MAX - sum(each.table == table for each in self.differences)
        self.differences += first[:left]
