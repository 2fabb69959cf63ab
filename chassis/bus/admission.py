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
    gaps: dict[Stream, int] = field(default_factory=dict)
    """Streams with a hole, and the number to ask for."""
    duplicates: list[Record] = field(default_factory=list)
    parked: int = 0

    def followed_by(self, later: "Admission") -> "Admission":
        """This and the next, as one: where both know a stream, the later knows better."""
        gaps = {s: n for s, n in self.gaps.items() if s not in later.watermarks} | later.gaps
        return Admission(
            applied=self.applied + later.applied,
            watermarks=self.watermarks | later.watermarks,
            gaps=gaps,
            duplicates=self.duplicates + later.duplicates,
            parked=self.parked + later.parked,
        )


def admit(records: Iterable[Record], *, watermarks: Mapping[Stream, int]) -> Admission:
    """Keep the records that follow on; drop the ones seen before; name the gaps.

    Nothing beyond a gap is applied: its owner sends again from the number that is missing. The gap
    is closed only when the highest number seen has been applied.
    """
    admission = Admission(watermarks=dict(watermarks))
    reached = admission.watermarks
    seen = dict(watermarks)
    for record in records:
        seen[record.stream] = max(record.seq, seen.get(record.stream, 0))
        expected = reached.get(record.stream, 0) + 1
        if record.seq < expected:
            admission.duplicates.append(record)
        elif record.seq == expected:
            admission.applied.append(record)
            reached[record.stream] = record.seq
    admission.gaps = {
        stream: reached.get(stream, 0) + 1
        for stream, highest in seen.items()
        if highest > reached.get(stream, 0)
    }
    return admission
