"""Account numbers: digits with leading zeros, given from the ranges that the bank set aside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID

from contracts.banking import NumberRangeAdded
from contracts.event import Cause, derived_id
from contracts.refusal import Refused


class NumberRangeReversed(Refused):
    """The last number of a range lies before its first."""

    slug, status, retryable = "number-range-reversed", 422, False


class NumberRangeUneven(Refused):
    """The ends of a range have not the same number of digits: leading zeros count."""

    slug, status, retryable = "number-range-uneven", 422, False


class NumberRangeOverlaps(Refused):
    """A number belongs to one range: an account is known by it alone."""

    slug, status, retryable = "number-range-overlaps", 409, False


class NumberRange(NamedTuple):
    """Numbers of one length, both ends included."""

    range_id: UUID
    first: str
    last: str

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return int(self.last) - int(self.first) + 1

    def number(self, place: int) -> str:
        """The number at a place, the first being 0, as it is printed."""
        return f"{int(self.first) + place:0{len(self.first)}}"

    def overlaps(self, other: "NumberRange") -> bool:
        """Whether a number lies in both. Numbers of different lengths are different ones."""
        return (
            len(self.first) == len(other.first)
            and self.first <= other.last
            and other.first <= self.last
        )


FIRST_RANGE = NumberRange(
    derived_id(NAMESPACE_URL, "tameng:account-number-range:first"),
    "0130250000000001",
    "0130250099999999",
)
"""What numbers are given from until the bank has set real ones aside. This one is ours to make
numbers up in (domain 5.6: the bank's format is not published)."""


class GivenNumber(NamedTuple):
    """A number that was given, and the range that it is from."""

    number: str
    range_id: UUID


@dataclass
class NumberRanges:
    """Gives numbers; the caller holds the locks of how many were given of each range."""

    added: Sequence[NumberRange]
    """The bank's own, the oldest first."""
    given: dict[UUID, int] = field(default_factory=dict)

    @property
    def all(self) -> Sequence[NumberRange]:
        """The bank's own and the one from the start."""
        return (*self.added, FIRST_RANGE)

    @property
    def giving(self) -> Sequence[NumberRange]:
        """What is given from: nothing is made up once the bank has set numbers of its own aside."""
        return self.added or (FIRST_RANGE,)

    def left(self, of: NumberRange) -> int:
        """How many numbers of a range were not given."""
        return of.size - self.given.get(of.range_id, 0)

    def has_left(self) -> bool:
        """Whether one can be given."""
        return any(self.left(each) > 0 for each in self.giving)

    def next(self) -> GivenNumber | None:
        """The next number; None when no range has one left."""
        for each in self.giving:
            place = self.given.get(each.range_id, 0)
            if place < each.size:
                self.given[each.range_id] = place + 1
                return GivenNumber(each.number(place), each.range_id)
        return None


def add(
    first: str, last: str, *, ranges: Iterable[NumberRange], cause: Cause, by: str, now: datetime
) -> NumberRangeAdded:
    """Set numbers aside for the programme, both ends included. The range has the event's own id.

    Raises: NumberRangeUneven, NumberRangeReversed, NumberRangeOverlaps.
    """
    stamp = cause.stamp("add-number-range", at=now)
    fresh = NumberRange(stamp["event_id"], first, last)
    if len(first) != len(last):
        raise NumberRangeUneven(
            f"{first} has {len(first)} digits, {last} has {len(last)}: give both with all zeros"
        )
    if last < first:
        raise NumberRangeReversed(f"{last} is below {first}: give the lower one first")
    for other in ranges:
        if fresh.overlaps(other):
            raise NumberRangeOverlaps(
                f"{other.first} to {other.last} are set aside already: give numbers outside of them"
            )
    return NumberRangeAdded(**stamp, range_id=fresh.range_id, first=first, last=last, added_by=by)
