"""The bad day while it goes on: what was counted since it began, beside the rules in the book."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from simulators.rail import bad_day
from simulators.rail.bad_day import BadDay
from simulators.rail.book import Book


@dataclass
class Weather:
    """The rules of the day, and how far it is. Counts begin anew when the process does."""

    book: Book
    day: BadDay | None = field(init=False)
    requests: int = field(init=False, default=0)
    """SNAP requests since the day began."""
    began_at_s: float = field(init=False, default=0.0)
    tries: Counter[tuple[str, str]] = field(init=False, default_factory=Counter)
    """Inquiries and status queries that got no clear answer, by service and reference."""

    def __post_init__(self) -> None:
        """Go on with the day that the book knows."""
        self._turn(self.book.bad_day())

    def begin(self, day: BadDay) -> None:
        """Let a bad day begin; it goes on after a restart."""
        self.book.begin_bad_day(day)
        self._turn(day)

    def end(self) -> None:
        """Let all be well."""
        self.book.end_bad_day()
        self._turn(None)

    def outage(self) -> Literal["cut", "unavailable"] | None:
        """Count a request; tell whether the rail is away for it, and how."""
        if self.day is None:
            return None
        so_far = {"requests": self.requests, "seconds": time.monotonic() - self.began_at_s}
        self.requests += 1
        for outage in self.day.outages:
            if outage.after <= so_far[outage.unit] < outage.after + outage.lasts:
                return outage.how
        return None

    def unclear(self, reference: str, service: str) -> bool:
        """Count an inquiry or status query that gets no clear answer; tell whether this is one."""
        key = (service, reference)
        if self.day is None or not bad_day.unclear(
            self.day, reference, service, tries=self.tries[key]
        ):
            return False
        self.tries[key] += 1
        return True

    def _turn(self, day: BadDay | None) -> None:
        self.day = day
        self.requests = 0
        self.began_at_s = time.monotonic()
        self.tries.clear()
