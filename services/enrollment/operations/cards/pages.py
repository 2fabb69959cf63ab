"""Long lists a page at a time: where the next one begins, as clients are told."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from services.enrollment.queries.cards import Place

ROWS_MAX = 1_000
SHEET_ROWS = 10_000
"""Read at a time for a list that goes out whole."""
CURSOR = r"^\d{2}\.\d{2}\.\d{2}\.\d{4}~[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class Page(NamedTuple):
    """Which page is asked for."""

    after: str | None
    """What the page before told as `next_after`; none for the first page."""
    limit: int

    @property
    def place(self) -> Place | None:
        """Where it begins."""
        if self.after is None:
            return None
        village_code, _, of = self.after.partition("~")
        return Place(village_code, UUID(of))

    def next_after(self, found: Sequence[Place]) -> str | None:
        """What to ask for the page behind what was found; none when this is the last."""
        if len(found) < self.limit:
            return None
        return f"{found[-1].village_code}~{found[-1].of}"
