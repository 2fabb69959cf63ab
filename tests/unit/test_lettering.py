"""Text on paper: letters that the font has, lines that fit."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth

from chassis.paper.lettering import BOLD, fitted, in_words, instant_in_words, printable, rupiah
from services.enrollment.adapters.lettering import kpj_groups


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("JOSÉ DA CONCEIÇÃO", "JOSÉ DA CONCEIÇÃO"),
        ("Jose\N{COMBINING ACUTE ACCENT}", "José"),
        ("Žofia Ćorić-Łuczak", "Žofia Ćorić-Łuczak"),
        ("Nguyễn Āńa", "Nguyen Ana"),
        ("Ma\N{MODIFIER LETTER APOSTROPHE}u", "Ma\N{RIGHT SINGLE QUOTATION MARK}u"),
        ("Ta'ek", "Ta'ek"),
        ("  Maria \t Goreti\n", "Maria Goreti"),
        ("Ma\N{ZERO WIDTH SPACE}ria\N{SOFT HYPHEN}", "Maria"),
        ("\N{LATIN SMALL LIGATURE FF}", "ff"),
        ("\x00王", "??"),
    ],
)
def test_a_name_is_shown_with_the_letters_that_the_font_has(text: str, shown: str) -> None:
    assert printable(text, characters_max=60) == shown


def test_a_text_that_is_too_long_is_cut_and_says_so() -> None:
    assert printable("a" * 60, characters_max=60) == "a" * 60
    assert printable("a" * 61, characters_max=60) == "a" * 59 + "…"
    assert printable("aaa bbb", characters_max=5) == "aaa…"


@given(st.text(max_size=100))
def test_whatever_is_written_can_be_printed_in_one_line(text: str) -> None:
    shown = printable(text, characters_max=60)
    assert len(shown) <= 60
    assert shown.isprintable()
    assert printable(shown, characters_max=60) == shown


@given(
    st.text("MWilj aé", max_size=60),
    st.floats(20, 300),
    st.integers(1, 3),
)
def test_lettering_never_leaves_its_place(text: str, width: float, lines_max: int) -> None:
    found = fitted(text, font=BOLD, sizes=(11, 5), width=width, lines_max=lines_max)
    assert 5 <= found.size <= 11
    assert len(found.lines) <= lines_max
    assert all(stringWidth(line, BOLD, found.size) <= width for line in found.lines)


def test_a_short_text_stands_in_one_line_at_full_size() -> None:
    found = fitted("Dewi", font=BOLD, sizes=(11, 5), width=139, lines_max=2)
    assert found == (11, ("Dewi",))


def test_a_second_line_comes_before_small_letters() -> None:
    found = fitted("YOHANES BAPTISTA TAEK NAHAK", font=BOLD, sizes=(11, 5), width=139, lines_max=2)
    assert found == (11, ("YOHANES BAPTISTA", "TAEK NAHAK"))


def test_all_of_a_long_name_is_shown() -> None:
    name = "MARIA MAGDALENA FRANSISKA XAVERIANA DO ROSARIO DA COSTA LAY"
    found = fitted(name, font=BOLD, sizes=(11, 5), width=139, lines_max=2)
    assert " ".join(found.lines) == name
    assert found.size >= 6


def test_what_does_not_fit_at_the_smallest_size_is_cut() -> None:
    [line] = fitted("W" * 60, font=BOLD, sizes=(11, 5), width=50).lines
    assert line.endswith("W…")


def test_member_numbers_are_read_in_groups() -> None:
    assert kpj_groups("25000000001") == "2500 0000 001"


def test_days_are_written_in_indonesian() -> None:
    assert in_words(date(2025, 7, 3)) == "3 Juli 2025"
    assert in_words(date(2026, 12, 31)) == "31 Desember 2026"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(0, "Rp0"), (999, "Rp999"), (42_000_000, "Rp42.000.000"), (-20_500, "-Rp20.500")],
)
def test_rupiah_have_dots_between_thousands(amount: int, shown: str) -> None:
    assert rupiah(amount) == shown


def test_an_instant_is_told_by_the_clock_of_kupang() -> None:
    at = datetime(2025, 12, 31, 16, 5, tzinfo=UTC)
    assert instant_in_words(at) == "1 Januari 2026 00.05 WITA"
