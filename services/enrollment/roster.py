"""Read a roster file as district offices export it: CSV, UTF-8, comma or semicolon."""

import csv
import io
from collections.abc import Iterator
from hashlib import sha256

from contracts.refusal import Refused
from services.enrollment.operations.rosters import RosterFile
from services.enrollment.rules.applicants import COLUMNS, OPTIONAL

FILE_BYTES_MAX = 50 * 1024 * 1024
ROWS_MAX = 200_000
CELL_CHARACTERS_MAX = 500


class RosterNotUtf8(Refused):
    """The file is in another encoding."""

    slug, status, retryable = "roster-not-utf8", 422, False


class RosterEmpty(Refused):
    """The file has no rows."""

    slug, status, retryable = "roster-empty", 422, False


class RosterColumnMissing(Refused):
    """The header lacks a column, or names one twice."""

    slug, status, retryable = "roster-column-missing", 422, False


class RosterTooLong(Refused):
    """The file has more rows than one roster may have."""

    slug, status, retryable = "roster-too-long", 422, False


class RosterUnreadable(Refused):
    """The file is not CSV."""

    slug, status, retryable = "roster-unreadable", 422, False


def read(content: bytes) -> RosterFile:
    """The rows of a file, by their number in it: the header is row 1, blank rows count and drop.

    Raises: RosterNotUtf8, RosterEmpty, RosterColumnMissing, RosterTooLong, RosterUnreadable.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RosterNotUtf8(
            f"byte {error.start} is not UTF-8: save the file as «CSV UTF-8»"
        ) from error
    if not text.strip():
        raise RosterEmpty("the file is empty: it needs a header and at least one row")
    try:
        rows = dict(_rows(text))
    except csv.Error as error:
        raise RosterUnreadable(f"no CSV ({error}): save the sheet as «CSV UTF-8»") from error
    if not rows:
        raise RosterEmpty("the file has a header and no rows")
    return RosterFile(sha256(content).hexdigest(), rows)


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    header, _, _ = text.partition("\n")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names = [name.strip().lower() for name in next(lines, [])]
    _check_header(names)
    for number, cells in enumerate(lines, start=2):
        if number > ROWS_MAX + 1:
            raise RosterTooLong(f"more than {ROWS_MAX:,} rows: split the file")
        if any(cell.strip() for cell in cells):
            yield number, _fields(names, cells)


def _check_header(names: list[str]) -> None:
    missing = [name for name in COLUMNS if name not in names and name not in OPTIONAL]
    if missing:
        raise RosterColumnMissing(
            f"the header lacks {', '.join(missing)}: the first row must name the columns"
        )
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if twice:
        raise RosterColumnMissing(f"the header names {', '.join(twice)} twice: keep one")


def _fields(names: list[str], cells: list[str]) -> dict[str, str]:
    """A row by column; what is missing at its end is empty, NUL (which no database takes) is not
    kept, and no cell is longer than a row can mean."""
    found = dict.fromkeys(COLUMNS, "")
    for name, cell in zip(names, cells, strict=False):
        if name in found:
            found[name] = cell.replace("\0", "")[:CELL_CHARACTERS_MAX]
    return found
