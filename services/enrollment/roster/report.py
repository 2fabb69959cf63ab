"""The report on a roster: the sender's own columns, and behind them what is wrong with each row.

It can be corrected in a spreadsheet and sent again as it is: see `open_sheet`.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from services.enrollment.roster.guard import guarded
from services.enrollment.roster.sheets import REPORT_COLUMNS
from services.enrollment.rules.applicants import Finding

DELIMITER = ";"
"""Where a comma divides rupiah from sen, as in Indonesia, Excel divides cells by semicolons."""
BYTE_ORDER_MARK = "\ufeff"
"""By which Excel knows UTF-8."""
PIECE_ROWS = 500


class ReportRow(NamedTuple):
    """A row with something wrong: its number in the sent file, its cells, and what was found."""

    number: int
    cells: Sequence[str]
    findings: Sequence[Finding]


def write_report(columns: Sequence[str], rows: Iterable[ReportRow]) -> Iterator[bytes]:
    """The report as CSV, in pieces: UTF-8 with byte order mark, semicolons.

    Behind the sender's columns: `baris`, the row's number; `keputusan`, ditolak or peringatan;
    `kode`, the slugs with spaces between them; `alasan`, the reasons with " | " between them.
    """
    yield report_header(columns)
    found = iter(rows)
    while some := list(islice(found, PIECE_ROWS)):
        yield report_rows(some)


def report_header(columns: Sequence[str]) -> bytes:
    """How a report begins."""
    return BYTE_ORDER_MARK.encode() + _written([[*map(guarded, columns), *REPORT_COLUMNS]])


def report_rows(rows: Iterable[ReportRow]) -> bytes:
    """Some of its rows."""
    return _written([*map(guarded, row.cells), *_verdict(row)] for row in rows)


def _written(lines: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=DELIMITER).writerows(lines)
    return text.getvalue().encode()


def _verdict(row: ReportRow) -> tuple[str, str, str, str]:
    refused = any(each.severity == "refused" for each in row.findings)
    return (
        str(row.number),
        "ditolak" if refused else "peringatan",
        " ".join(dict.fromkeys(each.slug for each in row.findings)),
        " | ".join(each.reason for each in row.findings),
    )
