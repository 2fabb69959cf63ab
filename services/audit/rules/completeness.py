"""Whether everything that was published is archived and applied, topic by topic and shard by shard.

Who publishes says how far a shard goes; the archive and each reader say how far they have come.
What lies behind is marked, also when it is only on its way.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple


class Mark(NamedTuple):
    """How far somebody has come with one shard."""

    number: int | None
    """None: it is not known."""
    is_wrong: bool


class Reader(NamedTuple):
    """One line of a topic: who, and its marks by shard."""

    name: str
    marks: tuple[Mark, ...]

    @property
    def total(self) -> int:
        """All its numbers together."""
        return sum(mark.number or 0 for mark in self.marks)

    @property
    def is_wrong(self) -> bool:
        """Whether some shard of it is not as it should be."""
        return any(mark.is_wrong for mark in self.marks)


class TopicMarks(NamedTuple):
    """A topic: its own log first, then what was sent, archived and applied of it."""

    owner: str
    readers: tuple[Reader, ...]

    @property
    def is_complete(self) -> bool:
        """Nothing of it is missing anywhere."""
        return not any(reader.is_wrong for reader in self.readers)


class Place(NamedTuple):
    """A shard of a service's topic."""

    owner: str
    shard: int


ARCHIVE = "audit"
"""Who applies a topic by keeping it."""


class Told(NamedTuple):
    """What a service says of itself."""

    heads: Mapping[int, int]
    sent: Mapping[int, int]
    applied: Mapping[Place, int]
    stuck: frozenset[Place]
    """Where it has a gap, or events that are parked."""


def topics(shards: Sequence[int], told: Mapping[str, Told | None]) -> Iterator[TopicMarks]:
    """Each service's topic. `told`: what each service says, None when it does not answer."""
    for owner, said in told.items():
        heads = [said.heads.get(shard, 0) if said else None for shard in shards]
        sent = [said.sent.get(shard, 0) if said else None for shard in shards]
        recorded = Reader("recorded", tuple(Mark(head, is_wrong=head is None) for head in heads))
        places = [Place(owner, shard) for shard in shards]
        readers = (
            _applied(name, other, places, heads)
            for name, other in _archive_first(told)
            if other and any(place.owner == owner for place in other.applied)
        )
        yield TopicMarks(owner, (recorded, _reader("sent", sent, heads), *readers))


def _archive_first(told: Mapping[str, Told | None]) -> list[tuple[str, Told | None]]:
    return sorted(told.items(), key=lambda each: each[0] != ARCHIVE)


def _applied(
    name: str, other: Told, places: Sequence[Place], heads: Sequence[int | None]
) -> Reader:
    words = "archived" if name == ARCHIVE else f"applied by {name}"
    found = _reader(words, [other.applied.get(place, 0) for place in places], heads)
    marks = (
        mark._replace(is_wrong=mark.is_wrong or place in other.stuck)
        for place, mark in zip(places, found.marks, strict=True)
    )
    return Reader(found.name, tuple(marks))


def _reader(name: str, numbers: Sequence[int | None], heads: Sequence[int | None]) -> Reader:
    """Behind the head is wrong; where the head is not known, so is what it should be."""
    marks = (
        Mark(number, is_wrong=number is None or (head is not None and number < head))
        for number, head in zip(numbers, heads, strict=True)
    )
    return Reader(name, tuple(marks))
