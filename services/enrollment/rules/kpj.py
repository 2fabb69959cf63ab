"""Member numbers (KPJ): eleven digits, no known check digit, from ranges that an office owns."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

KPJ_DIGITS = 11


class KpjRange(NamedTuple):
    """The numbers that one office may give, both ends included."""

    area: str
    """The region code of the office: it serves itself and everything under it."""
    first: int
    last: int


FIRST_RANGE = KpjRange("53", 25_000_000_001, 25_999_999_999)
"""What the branch of Nusa Tenggara Timur gives from until an office is granted numbers of its own.
Real ranges are the insurer's to give; this one is ours to make numbers up in."""


@dataclass
class KpjRanges:
    """Gives numbers; the caller knows the highest that was given from each range."""

    ranges: tuple[KpjRange, ...]
    """The range of the smallest area first: an office's own before its province's."""
    given: dict[KpjRange, int] = field(default_factory=dict)

    def next(self, village_code: str) -> str | None:
        """The next number for whoever lives there; None when no range has one left."""
        for each in self.ranges:
            if village_code == each.area or village_code.startswith(f"{each.area}."):
                number = self.given.get(each, each.first - 1) + 1
                if number <= each.last:
                    self.given[each] = number
                    return written(number)
        return None

    def issue(self, members: Iterable[tuple[UUID, str]]) -> dict[UUID, str]:
        """Numbers for these members (worker and village), in their order; whoever finds all
        ranges used up is absent and waits."""
        issued = {worker_id: self.next(village_code) for worker_id, village_code in members}
        return {worker_id: kpj for worker_id, kpj in issued.items() if kpj is not None}


def written(number: int) -> str:
    """A member number as it is printed: leading zeros count."""
    return f"{number:0{KPJ_DIGITS}}"
