"""What a what-if found, as tables of a terminal and of a report."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from rich.table import Table

from tameng.reports import Section

Answer = Mapping[str, Any]
ROWS_SHOWN_MAX = 50
"""Of the terminal; the JSON and the report hold all."""
NUMBERS = frozenset(
    ("Recorded", "What if", "In force", "Difference", "Months", "Memberships", "A month",
     "Reserved", "Left", "Members", "Months still carried")
)  # fmt: skip


class Kind(NamedTuple):
    """How a row becomes cells, and the names of these."""

    cells: Callable[[Answer], Sequence[str]]
    columns: tuple[str, ...]


class Shown(NamedTuple):
    """Rows of one kind under a title; none, no table."""

    title: str
    rows: Sequence[Answer]
    kind: Kind
    note: str = ""
    only_filed: bool = False
    """Too long for a terminal."""


def table(shown: Shown) -> Table:
    """For the terminal: the first rows."""
    found = Table(title=shown.title, title_style="bold", title_justify="left")
    for place, column in enumerate(shown.kind.columns):
        is_number = column in NUMBERS
        found.add_column(
            column, justify="right" if is_number else "left", no_wrap=is_number or not place
        )
    for row in shown.rows[:ROWS_SHOWN_MAX]:
        found.add_row(*shown.kind.cells(row))
    if len(shown.rows) > ROWS_SHOWN_MAX:
        found.caption = f"and {len(shown.rows) - ROWS_SHOWN_MAX:,} more: see --json or --report"
    return found


def sections(tables: Iterable[Shown]) -> list[Section]:
    """For a report: all rows."""
    return [
        Section(each.title, each.kind.columns, [each.kind.cells(row) for row in each.rows],
                each.note)
        for each in tables if each.rows
    ]  # fmt: skip


def sums(line: Answer) -> tuple[str, ...]:
    """A line of money in cells."""
    before, after = line["before"], line["after"]
    return line["name"], rupiah(before), rupiah(after), rupiah(after - before, signed=True)


def rupiah(amount: int, *, signed: bool = False) -> str:
    """`Rp42,000,000`, `+Rp5,000,000`, `-Rp32,000,000`."""
    sign = "-" if amount < 0 else "+" if signed and amount > 0 else ""
    return f"{sign}Rp{abs(amount):,}"


MONEY = Kind(sums, ("Money", "Recorded", "What if", "Difference"))
