"""A roster file as its sender made it: his columns in his order, and the rows one after the other.

Nothing is judged here but whether it is a roster at all. Rows are read as one goes: however long
the file, a few of them are in memory.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from services.enrollment.roster import comma_separated
from services.enrollment.roster.guard import unguarded
from services.enrollment.roster.refusals import (
    RosterColumnMissing,
    RosterEmpty,
    RosterTooLong,
    RosterUnreadable,
)
from services.enrollment.rules.applicants import COLUMNS, REQUIRED, column_name, fields_of

FILE_BYTES_MAX = 50 * 1024 * 1024
ROWS_MAX = 200_000
LINES_MAX = 1_048_576
"""Lines looked at, blank ones too: as many as a sheet of Excel has."""
REPORT_COLUMNS = ("baris", "keputusan", "kode", "alasan")
"""What `write_report` adds; a corrected report may still hold them."""
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"

Lines = Callable[[], Iterator[Sequence[str]]]
"""Reads the file from its first line on, each time anew."""


class SheetRow(NamedTuple):
    """A row: its number as a spreadsheet shows it (the header is 1), and a cell a column."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A file whose header names what a roster needs."""

    columns: tuple[str, ...]
    """The sender's header as he wrote it, without the columns of our own report."""
    places: tuple[int, ...]
    """Where these columns stand in a line of the file."""
    lines: Lines

    def rows(self) -> Iterator[SheetRow]:
        """The rows from the top, blank ones dropped; a short one is filled up, a long one cut.

        Raises while reading: RosterNotUtf8, RosterTooLong, RosterUnreadable.
        """
        found = 0
        for number, line in enumerate(islice(self.lines(), 1, None), start=2):
            cells = self._cells(line)
            blank = not any(cell.strip() for cell in cells)
            found += not blank
            if found > ROWS_MAX or number > LINES_MAX:
                raise RosterTooLong(f"more than {ROWS_MAX:,} rows: split the file")
            if not blank:
                yield SheetRow(number, cells)

    def fields(self, cells: Sequence[str]) -> dict[str, str]:
        """The cells of a row by the names of COLUMNS."""
        return fields_of(self.columns, cells)

    def _cells(self, line: Sequence[str]) -> tuple[str, ...]:
        width = len(line)
        return tuple(unguarded(line[at]) if at < width else "" for at in self.places)


def open_sheet(content: bytes) -> Sheet:
    """A CSV file or an Excel workbook.

    Raises: RosterNotUtf8, RosterEmpty, RosterColumnMissing, RosterTooLong, RosterUnreadable.
    """
    if len(content) > FILE_BYTES_MAX:
        raise RosterTooLong(f"more than {FILE_BYTES_MAX:,} bytes: split the file")
    if content.startswith(_OLD_EXCEL):
        raise RosterUnreadable("an old or a locked Excel file: save it as .xlsx, without password")
    lines = _reader(content)(content)
    header = [unguarded(cell) for cell in next(lines(), [])]
    while header and not header[-1].strip():
        header.pop()
    places = _without_report(header)
    columns = tuple(header[at] for at in places)
    sheet = Sheet(columns, places, lines)
    if any(any(cell.strip() for cell in line) for line in lines()):
        _check_header(columns)
    if next(sheet.rows(), None) is None:
        raise RosterEmpty("the file has no rows: it needs a header and at least one row")
    return sheet


def _reader(content: bytes) -> Callable[[bytes], Lines]:
    if not content.startswith(_ZIP):
        return comma_separated.lines_of
    # Only who reads a workbook loads what takes them apart, a tenth of a start of the service.
    from services.enrollment.roster import workbooks  # noqa: PLC0415

    return workbooks.lines_of


def _without_report(header: Sequence[str]) -> tuple[int, ...]:
    """Where the sender's own columns stand: all but the last of each that our report added."""
    names = [column_name(cell) for cell in header]
    if not set(REPORT_COLUMNS) <= set(names):
        return tuple(range(len(names)))
    added = {len(names) - 1 - names[::-1].index(name) for name in REPORT_COLUMNS}
    return tuple(at for at in range(len(names)) if at not in added)


def _check_header(columns: Sequence[str]) -> None:
    names = [column_name(cell) for cell in columns]
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise RosterColumnMissing(
            f"the header lacks {', '.join(missing)}: the first row must name the columns"
        )
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if twice:
        raise RosterColumnMissing(f"the header names {', '.join(twice)} twice: keep one")
