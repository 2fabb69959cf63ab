"""Decide which records of a poll to apply. Pure: the watermarks come in, the new ones go out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID


class Stream(NamedTuple):
    """One shard of one topic."""

    topic: str
    shard: int


class Record(NamedTuple):
    """A numbered record as it came from Kafka."""

    stream: Stream
    seq: int
    body: bytes
    event_id: UUID
    type: str
    key: str
    headers: tuple[tuple[str, bytes | None], ...] = ()
    """As they came, for whoever keeps the record as it is."""


@dataclass
class Admission:
    """What a poll brings: records to apply in order, new watermarks, and what is amiss."""

    applied: list[Record] = field(default_factory=list)
    watermarks: dict[Stream, int] = field(default_factory=dict)
    highest: dict[Stream, int] = field(default_factory=dict)
    """The highest number that came of each stream."""
    duplicates: list[Record] = field(default_factory=list)
    parked: int = 0

    @property
    def gaps(self) -> dict[Stream, int]:
        """Streams with a hole, and the number to ask for."""
        reached = self.watermarks
        return {
            stream: reached.get(stream, 0) + 1
            for stream, highest in self.highest.items()
            if highest > reached.get(stream, 0)
        }

    def followed_by(self, later: "Admission") -> "Admission":
        """This and the next, as one: the later knows better how far each stream has come."""
        return Admission(
            applied=self.applied + later.applied,
            watermarks=self.watermarks | later.watermarks,
            highest=later.highest
            | {s: max(n, later.highest.get(s, 0)) for s, n in self.highest.items()},
            duplicates=self.duplicates + later.duplicates,
            parked=self.parked + later.parked,
        )


def admit(records: Iterable[Record], *, watermarks: Mapping[Stream, int]) -> Admission:
    """Keep the records that follow on; drop the ones seen before; name the gaps.

    Nothing beyond a gap is applied: its owner sends again from the number that is missing.
    """
    admission = Admission(watermarks=dict(watermarks))
    reached, highest = admission.watermarks, admission.highest
    for record in records:
        highest[record.stream] = max(record.seq, highest.get(record.stream, 0))
        expected = reached.get(record.stream, 0) + 1
        if record.seq < expected:
            admission.duplicates.append(record)
        elif record.seq == expected:
            admission.applied.append(record)
            reached[record.stream] = record.seq
    return admission
