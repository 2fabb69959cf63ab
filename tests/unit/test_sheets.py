"""Sheets as people open them: what is read back is what was written, and nothing of it runs."""

import csv
import io
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import APIRouter, FastAPI, Response
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from chassis.web import openapi, sheets
from chassis.web.access import ANYWHERE, Caller, Guarded, allowed
from chassis.web.sheets import Cell, Format, TooManyRows, csv_answer, sheet_answer, xlsx_answer
from tests.unit.small_app import Issuer, application, client

COLUMNS = ("Name", "Amount", "At")
AT = datetime(2025, 7, 1, 3, 4, 5, tzinfo=UTC)
DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "\n=1",
    "\uff1d1",
    '=cmd|" /C"!A0',
]
HARMLESS = [
    "Maria",
    "",
    "a=b",
    "5371040107650001",
    "'quoted'",
    "O'Neil; Adu",
    'say "hi"\nthen',
    "é",
]


async def sent(answer: Response) -> bytes:
    """The whole body of an answer."""
    pieces = []

    async def send(message: Any) -> None:
        pieces.append(message.get("body", b""))

    async def receive() -> Any:
        raise AssertionError("the body was sent before")

    scope = {"type": "http", "asgi": {"spec_version": "2.4"}, "method": "GET", "headers": []}
    await answer(scope, receive, send)
    return b"".join(pieces)


async def csv_of(rows: sheets.Rows, columns: tuple[str, ...] = COLUMNS) -> list[list[str]]:
    text = (await sent(csv_answer("a", columns, rows))).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


async def sheet_of(rows: sheets.Rows, columns: tuple[str, ...] = COLUMNS) -> Worksheet:
    body = await sent(await xlsx_answer("a", columns, rows))
    (sheet,) = load_workbook(io.BytesIO(body)).worksheets
    return sheet


async def arriving(rows: list[list[Cell]]) -> AsyncIterator[list[Cell]]:
    for row in rows:
        yield row


async def test_csv_begins_with_the_mark_of_utf_8_and_its_head() -> None:
    body = await sent(csv_answer("a", COLUMNS, [["é", 1, None]]))
    assert body == "\ufeffName;Amount;At\r\né;1;\r\n".encode()


async def test_no_text_runs_in_csv_and_harmless_text_is_as_it_was() -> None:
    rows = await csv_of([[text] for text in (*DANGEROUS, *HARMLESS)], columns=("=Head",))
    assert rows[0] == ["'=Head"]
    assert [row[0] for row in rows[1 : 1 + len(DANGEROUS)]] == [f"'{text}" for text in DANGEROUS]
    assert [row[0] if row else "" for row in rows[1 + len(DANGEROUS) :]] == HARMLESS


async def test_numbers_dates_and_ids_are_plain_in_csv() -> None:
    (_, row) = await csv_of(
        [[-5, date(2025, 7, 1), AT, UUID(int=1), True, None]], columns=("x",) * 6
    )
    assert row == ["-5", "2025-07-01", "2025-07-01T03:04:05Z", str(UUID(int=1)), "true", ""]


async def test_text_is_text_in_a_workbook_whatever_it_looks_like() -> None:
    links = ["http://example.test/", "mailto:a@example.test", "internal:Sheet2!A1"]
    texts = [text for text in (*DANGEROUS, *HARMLESS, *links) if text]
    sheet = await sheet_of([[text] for text in texts], columns=("=Head",))
    cells = [sheet.cell(row, 1) for row in range(1, len(texts) + 2)]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert [unescape(str(cell.value)) for cell in cells] == ["=Head", *texts]
    assert all(cell.hyperlink is None for cell in cells)


async def test_numbers_stay_numbers_in_a_workbook_as_far_as_they_are_exact() -> None:
    exact, rounded = 999_999_999_999_999, 1_000_000_000_000_000
    sheet = await sheet_of([[exact, -exact, rounded], [date(2025, 7, 1), AT, None]])
    assert [cell.value for cell in sheet[2]] == [exact, -exact, str(rounded)]
    assert [cell.value for cell in sheet[3]] == ["2025-07-01", "2025-07-01T03:04:05Z", None]


async def test_a_workbook_is_ready_to_be_looked_through() -> None:
    sheet = await sheet_of([["Maria", 1, AT], ["x" * 500, 2, AT]])
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:C3"
    assert all(cell.font.bold for cell in sheet[1])
    assert not sheet["A2"].font.bold
    widths = [sheet.column_dimensions[letter].width for letter in "ABC"]
    assert widths[0] == pytest.approx(sheets.WIDTH_MAX, abs=1)
    assert widths[1] < widths[2] < widths[0]


async def test_nothing_to_show_is_a_head_alone() -> None:
    assert await csv_of([]) == [list(COLUMNS)]
    assert [[cell.value for cell in row] for row in (await sheet_of([])).rows] == [list(COLUMNS)]


@pytest.mark.parametrize("number", [999, 1_000, 1_001, 2_500])
async def test_rows_that_arrive_one_by_one_are_all_there(number: int) -> None:
    rows: list[list[Cell]] = [[f"name {n}", n, AT] for n in range(number)]
    assert [row[1] for row in (await csv_of(arriving(rows)))[1:]] == [str(n) for n in range(number)]
    sheet = await sheet_of(arriving(rows))
    assert [cell.value for cell in sheet["B"][1:]] == list(range(number))


async def test_csv_is_sent_while_its_rows_come() -> None:
    taken = 0

    def endless() -> Iterator[list[Cell]]:
        nonlocal taken
        while True:
            taken += 1
            yield ["x" * 100, taken]

    answer: Any = csv_answer("a", COLUMNS, endless())
    assert len(await anext(answer.body_iterator)) > sheets.PIECE_BYTES
    assert taken == sheets.BATCH_ROWS


async def test_a_workbook_with_too_many_rows_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sheets, "XLSX_ROWS_MAX", 2_000)
    await sheet_of([["a"]] * 2_000)
    with pytest.raises(TooManyRows, match="2,000 rows"):
        await sheet_of([["a"]] * 2_001)


async def test_rows_that_fail_leave_no_half_a_workbook() -> None:
    def failing() -> Iterator[list[Cell]]:
        yield ["a"]
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await xlsx_answer("a", COLUMNS, failing())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("roster 53.71 2025-07", "roster-53-71-2025-07"),
        ('a"; filename="evil.exe\r\nX: y', "a-filename-evil-exe-X-y"),
        ("../../etc/passwd", "etc-passwd"),
        ("Málaga", "Malaga"),
        ("…", "sheet"),
        ("x" * 300, "x" * 100),
    ],
)
async def test_the_file_has_a_name_that_every_system_takes(name: str, expected: str) -> None:
    answer = await sheet_answer("csv", name, COLUMNS, [])
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{expected}.csv"'


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path / "jwks.json")


@pytest.fixture
def app(issuer: Issuer) -> FastAPI:
    router = APIRouter(route_class=Guarded)

    @router.get("/sheet", response_class=Response, responses=sheets.SHEETS)
    async def sheet(
        format: Format,  # noqa: A002  (the name in the query)
        _caller: Annotated[Caller, allowed("maker", area=ANYWHERE)],
    ) -> Response:
        return await sheet_answer(format, "Stalls", COLUMNS, arriving([["a", 1, AT]]))

    return application(issuer, router)


async def test_a_caller_chooses_the_format(app: FastAPI, issuer: Issuer) -> None:
    http = client(app)
    for format_, media in (("csv", sheets.CSV), ("xlsx", sheets.XLSX)):
        answer = await http.get(f"/sheet?format={format_}", headers=issuer.bearer())
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, media)
        assert answer.headers["Content-Disposition"].endswith(f'"Stalls.{format_}"')
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.content
    refused = await http.get("/sheet?format=pdf", headers=issuer.bearer())
    assert refused.status_code == 422


def test_both_formats_are_documented(app: FastAPI) -> None:
    answers = openapi.document(app)["paths"]["/sheet"]["get"]["responses"]
    assert set(answers["200"]["content"]) == {"text/csv", sheets.XLSX}
