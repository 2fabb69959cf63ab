"""Member numbers (KPJ): eleven digits, no known check digit, from ranges that an office owns."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.enrollment import KpjRangeGranted
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from services.enrollment.rules.places import lies_in

KPJ_DIGITS = 11


class KpjRangeReversed(Refused):
    """The last number of a range lies before its first."""

    slug, status, retryable = "kpj-range-reversed", 422, False


class KpjRangeOverlaps(Refused):
    """A number belongs to one range: a member's number is unique (PP 44/2015 art. 1(12))."""

    slug, status, retryable = "kpj-range-overlaps", 409, False


class KpjRange(NamedTuple):
    """The numbers that one office may give, both ends included."""

    area: str
    """The region code of the office: it serves itself and everything under it."""
    first: int
    last: int

    def serves(self, village_code: str) -> bool:
        """Whether who lives there may get a number of it."""
        return lies_in(village_code, area=self.area)

    def overlaps(self, other: "KpjRange") -> bool:
        """Whether a number lies in both."""
        return self.first <= other.last and other.first <= self.last


FIRST_RANGE = KpjRange("53", 25_000_000_001, 25_999_999_999)
"""What the branch of Nusa Tenggara Timur gives from until an office is granted numbers of its own.
Real ranges are the insurer's to give; this one is ours to make numbers up in."""


@dataclass
class KpjRanges:
    """Gives numbers; the caller knows the highest that was given from each range."""

    ranges: tuple[KpjRange, ...]
    """The range of the smallest area first: an office's own before its province's."""
    given: dict[KpjRange, int] = field(default_factory=dict)

    def left(self, of: KpjRange) -> int:
        """How many numbers of a range were not given."""
        return of.last - self.given.get(of, of.first - 1)

    def areas_with_numbers(self) -> list[str]:
        """The areas whose people can be given a number."""
        return sorted({each.area for each in self.ranges if self.left(each)})

    def next(self, village_code: str) -> str | None:
        """The next number for whoever lives there; None when no range has one left."""
        for each in self.ranges:
            if each.serves(village_code) and self.left(each):
                self.given[each] = each.last - self.left(each) + 1
                return written(self.given[each])
        return None

    def issue(self, members: Iterable[tuple[UUID, str]]) -> dict[UUID, str]:
        """Numbers for these members (worker and village), in their order; whoever finds all
        ranges used up is absent and waits."""
        issued = {worker_id: self.next(village_code) for worker_id, village_code in members}
        return {worker_id: kpj for worker_id, kpj in issued.items() if kpj is not None}


def grant(
    fresh: KpjRange, ranges: KpjRanges, *, cause: Cause, by: str, now: datetime
) -> KpjRangeGranted:
    """Let an office give these numbers. Raises: KpjRangeReversed, KpjRangeOverlaps."""
    if fresh.last < fresh.first:
        raise KpjRangeReversed(
            f"{written(fresh.last)} is below {written(fresh.first)}: give the lower one first"
        )
    for other in ranges.ranges:
        if fresh.overlaps(other):
            raise KpjRangeOverlaps(
                f"{written(other.first)} to {written(other.last)} belong to {other.area}: "
                "give numbers outside of them"
            )
    return KpjRangeGranted(
        **cause.stamp("grant-kpj-range", at=now),
        range_id=derived_id(cause.cause_id, "kpj-range"),
        area=fresh.area,
        first=written(fresh.first),
        last=written(fresh.last),
        granted_by=by,
    )


def written(number: int) -> str:
    """A member number as it is printed: leading zeros count."""
    return f"{number:0{KPJ_DIGITS}}"
