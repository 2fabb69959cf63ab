"""Reads CSV: UTF-8 with or without a byte order mark; comma, semicolon or tab between cells."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence

from services.enrollment.roster.refusals import RosterNotUtf8, RosterUnreadable
from services.enrollment.rules.applicants import UNREADABLE

HEADER_CHARACTERS_MAX = 64 * 1024
_DELIMITERS = (",", ";", "\t")


def lines_of(content: bytes) -> Callable[[], Iterator[Sequence[str]]]:
    """What reads the cells of each line from the first on, blank lines too.

    Decoded as far as one has read. Raises while reading: RosterNotUtf8, RosterUnreadable.
    """
    delimiter = _delimiter(content)
    return lambda: _lines(content, delimiter=delimiter)


def _lines(content: bytes, *, delimiter: str) -> Iterator[Sequence[str]]:
    number = 0
    try:
        for cells in csv.reader(_text(content), delimiter=delimiter, strict=True):
            number += 1
            yield cells
    except UnicodeDecodeError as error:
        raise RosterNotUtf8(
            f"line {_line_not_utf8(content)} is not UTF-8: save the file as «CSV UTF-8»"
        ) from error
    except csv.Error as error:
        raise RosterUnreadable(
            f"no CSV after row {number} ({error}): save the sheet as «CSV UTF-8»"
        ) from error


def _delimiter(content: bytes) -> str:
    """What stands most often in the header."""
    end = content.find(b"\n", 0, HEADER_CHARACTERS_MAX)
    header = content[: end if end >= 0 else HEADER_CHARACTERS_MAX]
    return max(_DELIMITERS, key=lambda delimiter: header.count(delimiter.encode()))


def _text(content: bytes) -> Iterator[str]:
    """The lines as text. NUL, which no database takes, is shown as what it is: not readable."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    return (line.replace("\0", UNREADABLE) for line in text)


def _line_not_utf8(content: bytes) -> int:
    """The number of the first line that cannot be decoded; the reader only knows about where."""
    lines = enumerate(io.BytesIO(content), start=1)
    return next((n for n, line in lines if line.decode(errors="ignore").encode() != line), 1)
