"""How far a reader is behind the ends of its partitions, and since when. Pure.

Times are seconds since the epoch: those of the records are the sender's.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from chassis.bus.admission import Stream
from chassis.bus.rewinds import Reading


@dataclass
class Lag:
    """What the last look around saw."""

    records: dict[Stream, int] = field(default_factory=dict)
    """Not applied yet, of each partition that is read here."""
    _behind_since: dict[Stream, float] = field(default_factory=dict)
    _applied_sent_at: dict[Stream, float] = field(default_factory=dict)

    def applied(self, sent_at: Mapping[Stream, float]) -> None:
        """Note when the last record that was applied of each stream had been sent."""
        self._applied_sent_at |= sent_at

    def look(
        self, readings: Mapping[Stream, Reading], *, waiting: Container[Stream], now: float
    ) -> None:
        """Note how each partition stands; one that is `waiting`, as before a gap or with a poll
        that is not committed, is behind even when it was read to its end."""
        self.records = {
            stream: max(reading.end - reading.position, int(stream in waiting))
            for stream, reading in readings.items()
        }
        self._behind_since = {
            stream: self._behind_since.get(stream, now)
            for stream, left in self.records.items()
            if left
        }

    def age_s(self, stream: Stream, *, now: float) -> float:
        """How long the oldest record that is not applied has waited, at most; 0: none waits.

        It came after the reader was last at the end, and after the last one that was applied.
        """
        if stream not in self._behind_since:
            return 0.0
        return max(
            0.0, now - max(self._behind_since[stream], self._applied_sent_at.get(stream, 0.0))
        )
