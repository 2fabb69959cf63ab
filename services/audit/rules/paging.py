"""Pages of rows."""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

ROWS_A_PAGE = 100
Row = TypeVar("Row")


class Paging(NamedTuple):
    """Which rows of how many stand on a page."""

    page: int
    pages: int
    rows: int
    first: int
    """Counted from 1; 0 when there are none."""
    last: int

    @classmethod
    def of(cls, rows: int, page: int, size: int) -> "Paging":
        """A page of so many rows; beyond the last one it is the last."""
        pages = max(1, -(-rows // size))
        page = min(page, pages)
        return cls(page, pages, rows, min(rows, (page - 1) * size + 1), min(rows, page * size))

    def cut(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows of this page."""
        return rows[max(0, self.first - 1) : self.last]
