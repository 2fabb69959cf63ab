"""The report on a roster: what officers open, correct and send again."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.roster import ReportRow, SheetRow, open_sheet, write_report
from services.enrollment.roster.guard import guarded, unguarded
from services.enrollment.rules.applicants import COLUMNS, Finding, finding
from tests.rosters import row, rows, sheet

WARNED = finding("possible-duplicate")
REFUSED = Finding("refused", "ktp", "field-missing", "Kolom ktp kosong: isi dahulu.")


def report(columns: tuple[str, ...], *of: ReportRow) -> bytes:
    return b"".join(write_report(columns, of))


def told(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_senders_columns_come_back_in_his_order_and_four_behind_them() -> None:
    columns = ("Nama", "Catatan")
    content = report(
        columns,
        ReportRow(3, ("Yohanes", "x;y"), [REFUSED, REFUSED]),
        ReportRow(12, ("Maria", ""), [WARNED]),
    )
    assert content.startswith(b"\xef\xbb\xbfNama;Catatan;")
    assert told(content) == [
        ["Nama", "Catatan", "baris", "keputusan", "kode", "alasan"],
        ["Yohanes", "x;y", "3", "ditolak", "field-missing", f"{REFUSED.reason} | {REFUSED.reason}"],
        ["Maria", "", "12", "peringatan", "possible-duplicate", WARNED.reason],
    ]


def test_several_slugs_stand_with_spaces_between_them() -> None:
    (_, line) = told(report(("a",), ReportRow(2, ("x",), [finding("kk-crowded"), WARNED])))
    assert line[3] == "kk-crowded possible-duplicate"


def test_a_report_comes_in_pieces() -> None:
    columns = ("a",)
    many = (ReportRow(number, ("x" * 100,), [WARNED]) for number in range(2, 5_000))
    pieces = list(write_report(columns, many))
    assert len(pieces) > 5
    assert max(map(len, pieces)) < 400_000
    assert len(told(b"".join(pieces))) == 4_999


def test_a_report_without_rows_is_a_header() -> None:
    assert len(told(report(COLUMNS))) == 1


def test_a_corrected_report_can_be_sent_again_as_it_is() -> None:
    columns = ("Catatan", *COLUMNS[::-1], "kode", "alasan", "kosong")
    sent = open_sheet(sheet([each | {"kode": "A1"} for each in rows(1, 3)], columns=columns))
    found = [ReportRow(*each, [WARNED]) for each in sent.rows()]
    again = open_sheet(report(sent.columns, *found))
    assert again.columns == columns
    assert list(again.rows()) == list(sent.rows())
    assert [again.fields(each.cells) for each in again.rows()] == rows(1, 3)


def test_columns_of_the_report_are_known_only_together() -> None:
    own = ("baris", *COLUMNS, "kode", "alasan")
    assert open_sheet(sheet([row(1)], columns=own)).columns == own


FORMULAS = [
    "=1+1", "+62812", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1+1", '=HYPERLINK("x";"y")',
    "=cmd|' /C calc'!A0", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201",
]  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_nothing_in_a_report_begins_like_a_formula(formula: str) -> None:
    columns = (*COLUMNS, formula)
    content = report(columns, ReportRow(2, (*[""] * 12, formula, "x"), [WARNED]))
    for line in told(content):
        for cell in line:
            assert cell.strip()[:1] not in tuple("=+-@\uff1d\uff0b\uff0d\uff20"), cell
            assert cell[:1] not in tuple("\t\r\n")
    again = open_sheet(content)
    assert again.columns == columns
    assert [each.cells for each in again.rows()] == [(*[""] * 12, formula, "x")]


@pytest.mark.parametrize(
    "cell", ["5371041503850001", "081234567890", "0", "00", "123456789012", " 5371041503850001"]
)
def test_a_number_that_a_spreadsheet_would_change_is_kept_as_text(cell: str) -> None:
    changes = cell != "0"
    assert guarded(cell) == (f"'{cell}" if changes else cell)
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["", "Yohanes", "'Aisyah", "1985", "53.71.04.1001", "1985-03-15"])
def test_what_a_spreadsheet_leaves_alone_is_left_alone(cell: str) -> None:
    assert guarded(cell) == unguarded(cell) == cell


CELLS = st.one_of(
    st.text(max_size=12),
    st.text("'=+-@\t\r\n 05\"; ,|a", max_size=8),
    st.sampled_from(FORMULAS).map("''".__add__),
)


@given(CELLS)
def test_every_cell_is_the_same_after_the_way_out_and_back(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


@given(st.lists(st.lists(CELLS, min_size=13, max_size=13), min_size=1, max_size=5))
def test_every_report_reads_back_as_what_was_written(lines: list[list[str]]) -> None:
    written = [
        SheetRow(number, tuple(cell.replace("\0", "\ufffd") for cell in line))
        for number, line in enumerate(lines, start=2)
        if any(cell.strip() for cell in line)
    ]
    if written:
        content = report(COLUMNS, *(ReportRow(*each, [WARNED]) for each in written))
        assert [each.cells for each in open_sheet(content).rows()] == [w.cells for w in written]
