"""Rows of three columns as a table with two sides: places down, kinds across, numbers inside."""

from collections.abc import Iterable
from typing import NamedTuple


class Pivot(NamedTuple):
    """A table with two sides."""

    across: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    totals: tuple[int, ...]


def pivot(cells: Iterable[tuple[str, str, int]]) -> Pivot:
    """Turn (down, across, number) into a table; what is absent counts nothing."""
    found = {(down, across): number for down, across, number in cells}
    across = tuple(sorted({name for _, name in found}))
    rows = tuple(
        (down, tuple(found.get((down, name), 0) for name in across))
        for down in sorted({name for name, _ in found})
    )
    totals = tuple(sum(numbers[place] for _, numbers in rows) for place in range(len(across)))
    return Pivot(across, rows, totals)
