"""Sheets of cards: what stands on them, that a phone reads it, that it fits and stays the same."""

from datetime import date
from io import BytesIO
from itertools import pairwise

import pytest
from pypdf import PdfReader
from reportlab.lib.units import mm

from services.enrollment.adapters.card_sheets import (
    CARD_HEIGHT,
    CARD_WIDTH,
    CARDS_MAX,
    as_printed,
    card_sheets,
)
from services.enrollment.adapters.card_tokens import CardFace, CardSigner, CardVerifier, public_jwks
from tests.cards import KEY, codes, face, texts

SIGNER = CardSigner(KEY)
LONG = face(
    name="MARIA MAGDALENA FRANSISKA XAVERIANA DO ROSARIO DA COSTA LAY",
    programme="Perlindungan Pekerja Rentan Provinsi Nusa Tenggara Timur",
    village="Lengkosambi Barat Daya",
    district="Umbu Ratu Nggay Tengah",
)
TWO_LINES_EACH = LONG._replace(name="YOHANES BAPTISTA TAEK NAHAK")


def baselines(card: CardFace) -> list[float]:
    """How many points above the card's lower edge the lines of its left column stand."""
    found: list[float] = []

    def note(text: str, page: list[float], card: list[float], *_: object) -> None:
        if text.strip() and page[4] and abs(card[4] - 4.2 * mm) < 1:
            found.append(card[5])

    PdfReader(BytesIO(card_sheets([card], SIGNER))).pages[0].extract_text(visitor_text=note)
    return found


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (10, 1), (11, 2), (200, 20)])
def test_ten_cards_stand_on_a_page_of_a4(count: int, pages: int) -> None:
    reader = PdfReader(BytesIO(card_sheets([face(n + 1) for n in range(count)], SIGNER)))
    assert len(reader.pages) == pages
    assert {tuple(map(round, page.mediabox[2:])) for page in reader.pages} == {(595, 842)}


def test_cards_are_as_large_as_bank_cards() -> None:
    assert (round(CARD_WIDTH / mm, 2), round(CARD_HEIGHT / mm, 2)) == (85.60, 53.98)


def test_every_card_says_who_is_covered_where_and_since_when() -> None:
    cards = [face(n + 1, name=f"Petrus Nahak {n}") for n in range(11)]
    pages = texts(card_sheets(cards, SIGNER))
    for place, card in enumerate(cards):
        text = pages[place // 10]
        assert card.name in text
        assert f"2500 0000 {place + 1:03}" in text
    for line in (
        "Perlindungan Pekerja Rentan NTT 2025", "Oesapa", "Kelapa Lima", "3 Juli 2025",
        "Kecelakaan kerja (JKK)", "dan kematian (JKM)",
    ):  # fmt: skip
        assert [page.count(line) for page in pages] == [10, 1]


def test_what_all_cards_share_is_on_each() -> None:
    [page] = texts(card_sheets([face(n + 1) for n in range(7)], SIGNER))
    for line in (
        "TAMENG",
        "Kartu Peserta \N{EN DASH} Perlindungan Pekerja Rentan",
        "Pelayanan ini gratis. Tidak ada pungutan.",
        "Pindai untuk memeriksa keaslian",
    ):
        assert page.count(line) == 7


def test_the_day_of_printing_is_the_one_in_nusa_tenggara_timur() -> None:
    assert "Dicetak 9 Juli 2025" in texts(card_sheets([face()], SIGNER))[0]


@pytest.mark.parametrize(
    "name", ["JOSÉ DA CONCEIÇÃO", "Žofia Ćorić", "Ma\N{RIGHT SINGLE QUOTATION MARK}u"]
)
def test_names_with_marks_are_printed(name: str) -> None:
    assert name in texts(card_sheets([face(name=name)], SIGNER))[0]


def test_a_phone_reads_every_card_and_finds_it_genuine() -> None:
    cards = [*(face(n + 1) for n in range(11)), LONG._replace(card_id=face(12).card_id)]
    verifier = CardVerifier(public_jwks(KEY))
    found = [verifier.verify(token) for _, token in codes(card_sheets(cards, SIGNER))]
    assert [(each.card_id, each.kpj, each.name) for each in found] == [
        (card.card_id, card.kpj, card.name) for card in cards
    ]


def test_codes_are_24_mm_wide_or_more_without_their_quiet_zone() -> None:
    [(module, _)] = codes(card_sheets([LONG], SIGNER))
    modules = 30.5 * mm / module  # quiet zone included
    assert round(modules, 3) == round(modules)
    assert module * (modules - 8) >= 24 * mm
    assert module >= 0.3 * mm


def test_the_name_in_the_code_is_the_one_beside_it() -> None:
    card = face(name="Āńa   Nguyễn", programme="P" * 80)
    [(_, token)] = codes(card_sheets([card], SIGNER))
    found = CardVerifier(public_jwks(KEY)).verify(token)
    assert (found.name, found.programme) == ("Ana Nguyen", "P" * 59 + "…")
    assert as_printed(card).name == found.name


@pytest.mark.parametrize("card", [face(name="Dewi"), LONG, TWO_LINES_EACH], ids=lambda c: c.name)
def test_lines_stand_below_each_other_between_band_and_strip(card: CardFace) -> None:
    found = baselines(card)
    assert found == sorted(found, reverse=True)
    assert len(found) > 9
    assert all(upper - lower > 4.1 for upper, lower in pairwise(found))
    assert found[0] < CARD_HEIGHT - 12 * mm
    assert found[-1] > 5 * mm


def test_the_same_cards_give_the_same_file() -> None:
    cards = [face(n + 1) for n in range(11)]
    assert card_sheets(cards, SIGNER) == card_sheets(list(cards), CardSigner(KEY))


def test_another_day_of_cover_gives_another_file() -> None:
    other = face()._replace(covered_from=date(2025, 8, 1))
    assert card_sheets([other], SIGNER) != card_sheets([face()], SIGNER)
    assert "1 Agustus 2025" in texts(card_sheets([other], SIGNER))[0]


def test_the_fonts_are_in_the_file() -> None:
    pdf = card_sheets([face()], SIGNER)
    assert pdf.count(b"/FontFile2") >= 2


@pytest.mark.parametrize("count", [0, CARDS_MAX + 1])
def test_there_is_a_limit_to_what_is_printed_at_a_time(count: int) -> None:
    with pytest.raises(ValueError, match=f"{count} cards"):
        card_sheets([face()] * count, SIGNER)
