"""Reading roster files: what district offices send, and what is refused."""

import io
import tracemalloc
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest
import xlsxwriter  # type: ignore[import-untyped]

from contracts.refusal import Refused
from services.enrollment.roster import RosterColumnMissing, RosterTooLong, open_sheet, workbooks
from services.enrollment.roster import sheets as reading
from services.enrollment.rules.applicants import COLUMNS
from tests.rosters import Row, row, rows, sheet


def read(content: bytes) -> dict[int, Row]:
    """The rows of a file by their number."""
    opened = open_sheet(content)
    return {number: opened.fields(cells) for number, cells in opened.rows()}


def workbook(lines: Iterable[Sequence[Any]], *, name: str = "Daftar") -> bytes:
    """The lines as the first sheet of an Excel workbook; None is a cell that is not there."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"default_date_format": "dd/mm/yyyy"}) as book:
        first = book.add_worksheet(name)
        book.add_worksheet("Lain").write_row(0, 0, ["another", "sheet"])
        for number, line in enumerate(lines):
            for column, cell in enumerate(line):
                if cell is not None:
                    write = first.write_string if isinstance(cell, str) else first.write
                    write(number, column, cell)
    return content.getvalue()


def as_workbook(of: Iterable[Row]) -> bytes:
    return workbook([COLUMNS, *([each[name] for name in COLUMNS] for each in of)])


def test_a_file_is_rows_by_their_number_the_header_being_1() -> None:
    assert read(sheet(rows(1, 2))) == {2: row(1), 3: row(2)}
    assert read(as_workbook(rows(1, 2))) == {2: row(1), 3: row(2)}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("bom", [False, True])
@pytest.mark.parametrize("columns", [COLUMNS, tuple(reversed(COLUMNS))])
def test_byte_order_mark_delimiter_and_order_of_columns_do_not_matter(
    delimiter: str, bom: bool, columns: tuple[str, ...]
) -> None:
    content = sheet(rows(1, 2), columns=columns, delimiter=delimiter, bom=bom)
    assert read(content) == {2: row(1), 3: row(2)}
    assert open_sheet(content).columns == columns


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_ends_of_lines_do_not_matter(end: str) -> None:
    content = sheet(rows(1, 2)).decode().replace("\r\n", end).encode()
    assert list(read(content).values()) == rows(1, 2)


def test_blank_rows_count_and_drop() -> None:
    lines = sheet([row(1), row(2)]).decode().splitlines()
    content = "\n".join([lines[0], lines[1], "", ",,, ,", lines[2], "", ""]).encode()
    assert set(read(content)) == {2, 5}
    one, two = ([each[name] for name in COLUMNS] for each in rows(1, 2))
    assert set(read(workbook([COLUMNS, one, [], [" ", None], two, ["", ""]]))) == {2, 5}


def test_columns_that_nobody_asked_for_are_kept_and_do_not_count() -> None:
    columns = ("Catatan Desa", *COLUMNS[:5], "", *COLUMNS[5:], "RT/RW")
    wider = sheet([row(1) | {"Catatan Desa": "x", "RT/RW": "1/2"}], columns=columns)
    opened = open_sheet(wider)
    assert opened.columns == columns
    (only,) = opened.rows()
    assert (only.cells[0], only.cells[6], only.cells[-1]) == ("x", "", "1/2")
    assert opened.fields(only.cells) == row(1)


def test_header_words_may_have_capitals_and_spaces_and_the_phone_may_lack() -> None:
    columns = [name for name in COLUMNS if name != "no_hp"]
    for said in (b" NIK ,Nama,Tempat Lahir,TANGGAL_LAHIR", b'"nik","nama",tempat-lahir,Tgl'):
        content = sheet([row(1)], columns=columns)
        content = content.replace(b"nik,nama,tempat_lahir,tanggal_lahir", said, 1)
        if b"Tgl" in said:
            with pytest.raises(RosterColumnMissing, match="tanggal_lahir"):
                open_sheet(content)
        else:
            assert read(content) == {2: row(1)}
            assert open_sheet(content).columns[:2] == (" NIK ", "Nama")


def test_a_short_row_is_filled_up_and_a_long_one_cut() -> None:
    content = f"{','.join(COLUMNS)}\n1,2\n{',x' * 20}\n".encode()
    short, long = open_sheet(content).rows()
    assert short.cells == ("1", "2", *[""] * 11)
    assert long.cells == ("", *["x"] * 12)


def test_a_cell_may_hold_delimiter_quote_and_line() -> None:
    odd = row(1, alamat='Jalan "Cendana", 1\nKupang; NTT')
    for delimiter in ",;\t":
        assert read(sheet([odd], delimiter=delimiter)) == {2: odd}


def test_what_no_database_takes_is_shown_as_unreadable() -> None:
    assert read(sheet([row(1, alamat="a\0b")]))[2]["alamat"] == "a\ufffdb"


def test_a_quote_by_which_a_spreadsheet_knows_text_is_not_part_of_it() -> None:
    typed = row(1, nik="'5371041503850001", no_hp="'0812", nama="'Aisyah", alamat="'=Jl. 1")
    assert read(sheet([typed]))[2] == row(1, no_hp="0812", nama="'Aisyah", alamat="=Jl. 1")


HEADER = ",".join(COLUMNS)


@pytest.mark.parametrize(
    ("content", "slug"),
    [
        (b"", "roster-empty"),
        (b"\xef\xbb\xbf \r\n ", "roster-empty"),
        (HEADER.encode(), "roster-empty"),
        (f"{HEADER}\n,,,\n\n".encode(), "roster-empty"),
        (workbook([COLUMNS, ["", None, " "]]), "roster-empty"),
        (workbook([]), "roster-empty"),
        (sheet([row(1, nama="Andr\u00e9")]).decode().encode("latin-1"), "roster-not-utf8"),
        (sheet([row(1)]).decode().encode("utf-16"), "roster-not-utf8"),
        (sheet([row(1)], columns=COLUMNS[1:]), "roster-column-missing"),
        (sheet([row(1)]).split(b"\n", 1)[1], "roster-column-missing"),
        (sheet([row(1)], columns=(*COLUMNS, "nik")), "roster-column-missing"),
        (sheet([row(1)], columns=(*COLUMNS, "No KK")), "roster-column-missing"),
        (b"\n" + sheet([row(1)]), "roster-column-missing"),
        (workbook([["NIK", "Nama"], ["1", "2"]]), "roster-column-missing"),
        (f'{HEADER}\n"never closed,'.encode(), "roster-unreadable"),
        (f"{HEADER}\n{'x' * 200_000}".encode(), "roster-unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "roster-unreadable"),
        (b"PK\x03\x04 and no more", "roster-unreadable"),
    ],
)
def test_a_file_that_is_no_roster_is_refused(content: bytes, slug: str) -> None:
    with pytest.raises(Refused) as refused:
        open_sheet(content)
    assert (refused.value.slug, refused.value.status) == (slug, 422)


def test_what_is_wrong_far_below_shows_when_one_comes_there() -> None:
    good = sheet(rows(1, 2_000))
    for bad, slug, place in (
        (b"\xff\n", "roster-not-utf8", "line 2002 "),
        (b'"open', "roster-unreadable", "row 2001 "),
    ):
        found = open_sheet(good + bad).rows()
        first = next(found)
        assert first.number == 2
        with pytest.raises(Refused, match=place) as refused:
            list(found)
        assert refused.value.slug == slug


@pytest.mark.parametrize("made", [sheet, as_workbook])
def test_a_file_may_be_long_but_not_endless(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS_MAX", 3)
    assert len(read(made(rows(1, 3)))) == 3
    with pytest.raises(RosterTooLong):
        read(made(rows(1, 4)))


def test_blank_lines_are_not_read_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LINES_MAX", 10)
    with pytest.raises(RosterTooLong):
        read(sheet([row(1)]) + b"\n" * 10)


def test_a_file_has_at_most_50_mib(monkeypatch: pytest.MonkeyPatch) -> None:
    content = sheet([row(1)])
    monkeypatch.setattr(reading, "FILE_BYTES_MAX", len(content))
    assert read(content)
    with pytest.raises(RosterTooLong):
        open_sheet(content + b"\n")


def test_a_long_file_is_not_whole_in_memory() -> None:
    content = sheet(rows(1, 9_000))
    tracemalloc.start()
    counted = sum(1 for _ in open_sheet(content).rows())
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert counted == 9_000
    assert peak_bytes < len(content) / 4


def test_rows_can_be_read_again() -> None:
    for content in (sheet(rows(1, 3)), as_workbook(rows(1, 3))):
        opened = open_sheet(content)
        assert list(opened.rows()) == list(opened.rows())


def cells_of(*cells: Any) -> Row:
    """A row of a workbook whose first cells are these."""
    return read(workbook([COLUMNS, cells]))[2]


def test_dates_in_a_workbook_are_dates() -> None:
    midnight, six = datetime(1985, 3, 15), datetime(1985, 3, 15, 6)  # noqa: DTZ001  (as Excel has)
    cells = cells_of("1", "2", date(1985, 3, 1), midnight, time(7, 30))
    assert cells["tempat_lahir"] == "1985-03-01"
    assert cells["tanggal_lahir"] == "1985-03-15"
    assert cells["jenis_kelamin"] == "07:30:00"
    assert cells_of(six)["nik"] == "1985-03-15T06:00:00"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (5371041503850001, "5.37104E+15"),
        (5371041503850000.0, "5.37104E+15"),
        (1e15, "1.00000E+15"),
        (999_999_999_999_999, "999999999999999"),
        (5371041001, "5371041001"),
        (81234567890.0, "81234567890"),
        (0, "0"),
        (-1.5, "-1.5"),
        (float("1e300"), "1.00000E+300"),
        (True, "True"),
    ],
)
def test_a_number_longer_than_excel_keeps_is_known_as_rounded(number: Any, text: str) -> None:
    assert cells_of(number)["nik"] == text


def test_a_formula_is_what_excel_last_computed() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        first = book.add_worksheet()
        first.write_row(0, 0, COLUMNS)
        first.write_formula(1, 0, '=CONCAT("a","b")', None, "ab")
    assert read(content.getvalue())[2]["nik"] == "ab"


def test_what_stands_right_of_the_header_costs_nothing() -> None:
    far: list[str | None] = ["1", *[None] * 9_000, "far"]
    (only,) = open_sheet(workbook([COLUMNS, far])).rows()
    assert only.cells == ("1", *[""] * 12)


def test_rows_that_a_workbook_skips_count() -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    for column, name in enumerate(COLUMNS, start=1):
        first.cell(1, column, name)
    first.cell(7, 1, "x")
    content = io.BytesIO()
    book.save(content)
    assert list(read(content.getvalue())) == [7]


def parts(content: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        for name in old.namelist():
            yield name, old.read(name)


def repacked(content: bytes, **changed: bytes) -> bytes:
    """A workbook with other content in some of its parts, by the end of their name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts(content):
            stem = name.rpartition("/")[2].removesuffix(".xml")
            new.writestr(name, changed.get(stem, part))
    return packed.getvalue()


GOOD = as_workbook(rows(1, 2))
BOMB = b"""<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&b;</t></si></sst>"""


@pytest.mark.parametrize(
    "changed",
    [
        {"sharedStrings": BOMB},
        {"sharedStrings": b"<sst"},
        {"sharedStrings": b"<sst/>"},
        {"sheet1": b"<worksheet><sheetData><row r='x'>"},
        {"workbook": b"<workbook/>"},
        {"workbook": b""},
        {"styles": b"<nothing>"},
        {"[Content_Types]": b"<Types/>"},
    ],
)
def test_what_only_looks_like_a_workbook_is_refused(changed: dict[str, bytes]) -> None:
    with pytest.raises(Refused) as refused:
        read(repacked(GOOD, **changed))
    assert refused.value.slug in {"roster-unreadable", "roster-empty"}


@pytest.mark.parametrize("cut", [30, 100, 2_000, 4_000])
def test_a_workbook_that_was_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        open_sheet(GOOD[:cut])


def test_entities_are_not_resolved() -> None:
    assert openpyxl.DEFUSEDXML
    with pytest.raises(Refused, match="cannot be read"):
        open_sheet(repacked(GOOD, sharedStrings=BOMB))


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused() -> None:
    huge = repacked(GOOD, theme1=b" " * (workbooks.UNPACKED_BYTES_MAX + 1))
    assert len(huge) < 1024 * 1024
    with pytest.raises(RosterTooLong, match="unpacks"):
        open_sheet(huge)


def test_a_header_that_lacks_a_column_is_told_which() -> None:
    with pytest.raises(RosterColumnMissing, match="no_kk"):
        open_sheet(sheet([row(1)], columns=[name for name in COLUMNS if name != "no_kk"]))
