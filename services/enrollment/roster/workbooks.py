"""Reads the first sheet of an Excel workbook (XLSX), row by row.

What may be declared in XML but has no place in a workbook (entities, external references) is
refused by defusedxml, which openpyxl uses when it is there.
"""

import io
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time
from decimal import Decimal
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from services.enrollment.roster.refusals import RosterTooLong, RosterUnreadable

UNPACKED_BYTES_MAX = 256 * 1024 * 1024
"""What the parts of a workbook may say they unpack to; 200,000 rows take about 130 MiB."""
HEADER_CELLS_MAX = 256
DIGITS_EXACT = 15
"""Excel keeps 15 digits of a number; whatever stands in longer ones is not what was typed."""

_BROKEN = (
    AttributeError, BadZipFile, EOFError, InvalidFileException, LookupError, NotImplementedError,
    OSError, OverflowError, ParseError, RuntimeError, TypeError, ValueError, zlib.error,
)  # fmt: skip
"""What openpyxl raises on files that only look like workbooks."""

Cells = tuple[object, ...]

assert openpyxl.DEFUSEDXML  # noqa: S101  (without it a small file could fill the memory)
warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")  # of colors, filters …


def lines_of(content: bytes) -> Callable[[], Iterator[Sequence[str]]]:
    """What reads the cells of each row from the first on, blank rows too.

    Raises at once or while reading: RosterTooLong, RosterUnreadable.
    """
    with _unreadable():
        _check_size(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        book.worksheets[0].reset_dimensions()  # which the file states, and may be wrong
    return lambda: (_texts(cells) for cells in _rows(book))


@contextmanager
def _unreadable() -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise RosterUnreadable(
            "the workbook cannot be read: save the sheet again as .xlsx or as «CSV UTF-8»"
        ) from error


def _check_size(content: bytes) -> None:
    with ZipFile(io.BytesIO(content)) as parts:
        unpacked = sum(part.file_size for part in parts.infolist())
    if unpacked > UNPACKED_BYTES_MAX:
        raise RosterTooLong(
            f"the workbook unpacks to more than {UNPACKED_BYTES_MAX:,} bytes: split it, or save "
            "the sheet as «CSV UTF-8»"
        )


def _rows(book: Workbook) -> Iterator[Cells]:
    """The rows, none wider than the first: a cell far to the right costs nothing."""
    sheet = book.worksheets[0]
    with _unreadable():
        header: Cells = next(
            sheet.iter_rows(max_row=1, max_col=HEADER_CELLS_MAX, values_only=True), ()
        )
        yield header
        width = max((at for at, cell in enumerate(header, start=1) if cell is not None), default=1)
        yield from sheet.iter_rows(min_row=2, max_col=width, values_only=True)


def _texts(cells: Cells) -> list[str]:
    return [cell if isinstance(cell, str) else _text(cell) for cell in cells]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == time() else cell).isoformat()
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _number(cell)
    return str(cell)


def _number(value: float) -> str:
    """A number as text; one with more digits than Excel keeps as what it is, a rounded one."""
    if abs(value) >= 10**DIGITS_EXACT:
        return f"{Decimal(value):.5E}"
    return str(int(value)) if value == int(value) else repr(value)
