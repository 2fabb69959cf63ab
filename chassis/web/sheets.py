"""Tables for people, as files that a spreadsheet opens: CSV or XLSX.

    @router.get("/stalls/sheet", response_class=Response, responses=SHEETS)
    async def sheet(format: Format, ...) -> Response:
        return await sheet_answer(format, "stalls", ("Name", "Opened"), rows)

No cell is ever run: what a spreadsheet would take for a formula stays text. Numbers stay numbers;
dates and instants are written as ISO 8601 has them.
"""

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sequence
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Literal
from unicodedata import normalize
from uuid import UUID

from fastapi import Response
from fastapi.responses import StreamingResponse
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from contracts.refusal import Refused

Format = Literal["csv", "xlsx"]
Cell = str | int | date | datetime | UUID | None
Rows = AsyncIterable[Sequence[Cell]] | Iterable[Sequence[Cell]]

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEETS: dict[int | str, dict[str, Any]] = {
    200: {"description": "A file for a spreadsheet.", "content": {"text/csv": {}, XLSX: {}}}
}
"""What a route that answers with a sheet declares as `responses`."""

DELIMITER = ";"
"""What Excel expects where a comma begins the decimals."""
BYTE_ORDER_MARK = "\ufeff"
"""By which Excel knows UTF-8."""
PIECE_BYTES = 64 * 1024
BATCH_ROWS = 1_000
XLSX_ROWS_MAX = 1_048_575
XLSX_DIGITS_MAX = 15
"""A number with more is rounded by spreadsheets: it is written as text."""
MEMORY_BYTES_MAX = 4 * 1024 * 1024
"""What a workbook may hold before it goes to disk."""
WIDTH_MAX = 60
NAME_CHARACTERS_MAX = 100
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""OWASP, CSV injection; = + - @ also as East Asian fonts have them."""


class TooManyRows(Refused):
    """A workbook cannot hold so many."""

    slug, status, retryable = "too-many-rows", 422, False


async def sheet_answer(format_: Format, name: str, columns: Sequence[str], rows: Rows) -> Response:
    """The table in the format that was asked for. Raises: TooManyRows."""
    if format_ == "csv":
        return csv_answer(name, columns, rows)
    return await xlsx_answer(name, columns, rows)


def csv_answer(name: str, columns: Sequence[str], rows: Rows) -> Response:
    """CSV in UTF-8 with a byte order mark and semicolons, sent while the rows come.

    Rows are taken as fast as the client reads: who reads them from a database lets its limit of a
    transaction's length be the client's.
    """
    return StreamingResponse(_csv(columns, rows), 200, _headers(f"{_ascii(name)}.csv"), CSV)


async def xlsx_answer(name: str, columns: Sequence[str], rows: Rows) -> Response:
    """A workbook with one sheet: its head in bold, frozen, with filters.

    It is written to a temporary file whole before the answer begins. Raises: TooManyRows.
    """
    file = SpooledTemporaryFile(MEMORY_BYTES_MAX)  # noqa: SIM115  (whoever sends it closes it)
    try:
        await _write_workbook(file, columns, rows)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return StreamingResponse(_pieces(file), 200, _headers(f"{_ascii(name)}.xlsx"), XLSX)


async def _csv(columns: Sequence[str], rows: Rows) -> AsyncIterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=DELIMITER)
    text.write(BYTE_ORDER_MARK)
    writer.writerow(map(_guarded, columns))
    async for batch in _batches(rows):
        for row in batch:
            writer.writerow(map(_guarded, row))
        if text.tell() >= PIECE_BYTES:
            yield _taken(text)
    yield _taken(text)


def _guarded(cell: Cell) -> str | int:
    """A cell of CSV; a quote keeps a text from being run."""
    told = _told(cell)
    return f"'{told}" if isinstance(told, str) and _FORMULA.match(told) else told


def _told(cell: Cell) -> str | int:
    """A cell as it is written."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, date):  # an instant is one too
        return cell.isoformat().replace("+00:00", "Z")
    return cell if isinstance(cell, int) else str(cell)


def _taken(text: io.StringIO) -> bytes:
    piece = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return piece


async def _batches(rows: Rows) -> AsyncIterator[list[Sequence[Cell]]]:
    batch = []
    async for row in _awaited(rows):
        batch.append(row)
        if len(batch) == BATCH_ROWS:
            yield batch
            batch = []
    yield batch


async def _awaited(rows: Rows) -> AsyncIterator[Sequence[Cell]]:
    if isinstance(rows, AsyncIterable):
        async for row in rows:
            yield row
    else:
        for row in rows:
            yield row


async def _write_workbook(file: IO[bytes], columns: Sequence[str], rows: Rows) -> None:
    """In threads, for it is slow: some 5 µs a cell."""
    sheet = _Sheet(file, columns)
    try:
        async for batch in _batches(rows):
            await asyncio.to_thread(sheet.write, batch)
    finally:
        await asyncio.to_thread(sheet.close)


class _Sheet:
    """The one sheet of a workbook, which is written row by row in constant memory."""

    def __init__(self, file: IO[bytes], columns: Sequence[str]) -> None:
        self._book = Workbook(file, {"constant_memory": True})
        self._sheet = self._book.add_worksheet()
        bold = self._book.add_format({"bold": True})
        for place, column in enumerate(columns):
            self._sheet.write_string(0, place, column, bold)
        self._sheet.freeze_panes(1, 0)
        self._rows = 0
        self._widths = [len(column) + 3 for column in columns]  # the filter's button too

    def write(self, batch: Sequence[Sequence[Cell]]) -> None:
        """Add rows. Raises: TooManyRows."""
        if self._rows + len(batch) > XLSX_ROWS_MAX:
            raise TooManyRows(f"A workbook holds {XLSX_ROWS_MAX:,} rows: ask for less, or for CSV.")
        for number, row in enumerate(batch, start=self._rows + 1):
            for place, cell in enumerate(row):
                self._write(number, place, _told(cell))
        self._rows += len(batch)

    def _write(self, row: int, place: int, told: str | int) -> None:
        """Text as text, never as a formula or a link."""
        text = str(told)
        if isinstance(told, int) and len(text.lstrip("-")) <= XLSX_DIGITS_MAX:
            self._sheet.write_number(row, place, told)
        elif text:
            self._sheet.write_string(row, place, text)
        self._widths[place] = max(self._widths[place], len(text) + 1)

    def close(self) -> None:
        """Finish the file."""
        for place, width in enumerate(self._widths):
            self._sheet.set_column(place, place, min(width, WIDTH_MAX))
        if self._widths:
            self._sheet.autofilter(0, 0, self._rows, len(self._widths) - 1)
        self._book.close()


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _headers(file_name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{file_name}"',
        "Cache-Control": "no-store",  # it may name persons
    }


def _ascii(name: str) -> str:
    """A file's name that every system takes."""
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_]+", "-", plain).strip("-")[:NAME_CHARACTERS_MAX] or "sheet"
