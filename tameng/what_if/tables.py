"""What a what-if found, as tables of a terminal and of a report."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from rich.console import JustifyMethod
from rich.table import Table

from tameng.reports import Section

Answer = Mapping[str, Any]
ROWS_SHOWN_MAX = 50
"""Of the terminal; the JSON and the report hold all."""
NUMBERS = frozenset({"Recorded", "What if", "In force", "Difference", "Memberships", "Months"})
WHOLE = NUMBERS | {"Claim"}
"""Never broken into lines."""


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
    for column in shown.kind.columns:
        justify: JustifyMethod = "right" if column in NUMBERS else "left"
        found.add_column(column, justify=justify, no_wrap=column in WHOLE, overflow="fold")
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


def money_of(what: str) -> Kind:
    """Lines of money with the name of what they are of."""
    return Kind(sums, (what, "Recorded", "What if", "Difference"))
