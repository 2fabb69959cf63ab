"""Reading roster files: what district offices send, and what is refused."""

import pytest

from contracts.refusal import Refused
from services.enrollment import roster
from services.enrollment.rules.applicants import COLUMNS
from tests.rosters import row, rows, sheet


def test_a_file_is_rows_by_their_number_the_header_being_1() -> None:
    read = roster.read(sheet(rows(1, 2)))
    assert read.rows == {2: row(1), 3: row(2)}


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("bom", [False, True])
@pytest.mark.parametrize("columns", [COLUMNS, tuple(reversed(COLUMNS))])
def test_byte_order_mark_delimiter_and_order_of_columns_do_not_matter(
    delimiter: str, bom: bool, columns: tuple[str, ...]
) -> None:
    content = sheet(rows(1, 2), columns=columns, delimiter=delimiter, bom=bom)
    assert roster.read(content).rows == {2: row(1), 3: row(2)}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_ends_of_lines_do_not_matter(end: str) -> None:
    content = sheet(rows(1, 2)).decode().replace("\r\n", end).encode()
    assert list(roster.read(content).rows.values()) == rows(1, 2)


def test_blank_rows_count_and_drop_and_columns_that_nobody_asked_for_too() -> None:
    lines = sheet([row(1), row(2)]).decode().splitlines()
    content = "\n".join([lines[0], lines[1], "", ",,, ,", lines[2]]).encode()
    assert set(roster.read(content).rows) == {2, 5}
    wider = sheet([row(1) | {"catatan": "x"}], columns=(*COLUMNS, "catatan"))
    assert roster.read(wider).rows == {2: row(1)}


def test_header_words_may_have_capitals_and_spaces_and_the_phone_may_lack() -> None:
    columns = [name for name in COLUMNS if name != "no_hp"]
    content = sheet([row(1)], columns=columns).replace(b"nik,nama", b" NIK ,Nama", 1)
    assert roster.read(content).rows == {2: row(1)}


def test_a_cell_may_hold_delimiter_quote_and_line() -> None:
    odd = row(1, alamat='Jalan "Cendana", 1\nKupang; NTT')
    for delimiter in ",;":
        assert roster.read(sheet([odd], delimiter=delimiter)).rows == {2: odd}


def test_what_no_database_takes_is_not_kept_and_no_cell_is_endless() -> None:
    content = sheet([row(1, alamat="a\0b" + "c" * 900)])
    assert roster.read(content).rows[2]["alamat"] == "ab" + "c" * 498


HEADER = ",".join(COLUMNS)


@pytest.mark.parametrize(
    ("content", "slug"),
    [
        (b"", "roster-empty"),
        (b"\xef\xbb\xbf \r\n ", "roster-empty"),
        (HEADER.encode(), "roster-empty"),
        (f"{HEADER}\n,,,\n\n".encode(), "roster-empty"),
        (sheet([row(1, nama="Andr\u00e9")]).decode().encode("latin-1"), "roster-not-utf8"),
        (sheet([row(1)]).decode().encode("utf-16"), "roster-not-utf8"),
        (sheet([row(1)], columns=COLUMNS[1:]), "roster-column-missing"),
        (sheet([row(1)]).split(b"\n", 1)[1], "roster-column-missing"),
        (sheet([row(1)], columns=(*COLUMNS, "nik")), "roster-column-missing"),
        (f'{HEADER}\n"never closed,'.encode(), "roster-unreadable"),
        (f"{HEADER}\n{'x' * 200_000}".encode(), "roster-unreadable"),
    ],
)
def test_a_file_that_is_no_roster_is_refused(content: bytes, slug: str) -> None:
    with pytest.raises(Refused) as refused:
        roster.read(content)
    assert (refused.value.slug, refused.value.status) == (slug, 422)


def test_a_file_may_be_long_but_not_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "ROWS_MAX", 3)
    assert len(roster.read(sheet(rows(1, 3))).rows) == 3
    with pytest.raises(roster.RosterTooLong):
        roster.read(sheet(rows(1, 4)))


def test_a_header_that_lacks_a_column_is_told_which() -> None:
    with pytest.raises(roster.RosterColumnMissing, match="no_kk"):
        roster.read(sheet([row(1)], columns=[name for name in COLUMNS if name != "no_kk"]))
