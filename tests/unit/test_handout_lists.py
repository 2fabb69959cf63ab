"""The list to sign for cards: every card once, headings and page numbers on each page."""

import re
from io import BytesIO
from uuid import UUID

import pytest
from pypdf import PdfReader

from services.enrollment.adapters.handout_lists import (
    CARDS_MAX,
    ROWS_PER_PAGE,
    HandoutBatch,
    handout_list,
)
from tests.cards import PRINTED_AT, face, texts

BATCH = HandoutBatch(
    batch_id=UUID("018f3c1e-7a52-7c40-9d2b-5d5f3f0f2a11"),
    programme="Perlindungan Pekerja Rentan NTT 2025",
    village="Oesapa",
    district="Kelapa Lima",
    printed_at=PRINTED_AT,
)
SIGNATURES = ("Petugas yang menyerahkan", "Mengetahui, Lurah/Kepala Desa", "Dikembalikan:")


def listed(count: int) -> list[str]:
    return texts(handout_list(BATCH, [face(n + 1) for n in range(count)]))


@pytest.mark.parametrize(
    ("count", "pages"), [(1, 1), (17, 1), (18, 2), (21, 2), (22, 2), (38, 2), (39, 3), (200, 10)]
)
def test_lists_of_any_length_are_paged_and_signed_once_at_the_end(count: int, pages: int) -> None:
    found = listed(count)
    assert len(found) == pages
    for number, page in enumerate(found, start=1):
        assert f"Halaman {number} dari {pages}" in page
        assert all((line in page) == (number == pages) for line in SIGNATURES)
        assert 1 <= len(re.findall(r"2500 0000 \d{3}", page)) <= ROWS_PER_PAGE


def test_every_card_is_listed_once_in_its_order() -> None:
    text = " ".join(listed(200))
    rows = re.findall(r"(\d+) 2500 0000 (\d{3}) Maria Goreti Nahak", text)
    assert rows == [(f"{n}", f"{n:03}") for n in range(1, 201)]


def test_every_page_says_what_it_lists_and_repeats_the_headings() -> None:
    for page in listed(50):
        for line in (
            "Daftar Penyerahan Kartu", BATCH.programme, "Oesapa", "Kelapa Lima",
            str(BATCH.batch_id), "9 Juli 2025", "Jumlah kartu 50", "Nama", "KPJ",
            "Diterima oleh (nama, hubungan)", "Tanggal", "Tanda tangan/ cap jempol",
            "Pelayanan ini gratis. Tidak ada pungutan.",
        ):  # fmt: skip
            assert line in page


def test_a_long_name_is_listed_whole() -> None:
    name = "MARIA MAGDALENA FRANSISKA XAVERIANA DO ROSARIO DA COSTA LAY"
    assert name in texts(handout_list(BATCH, [face(name=name)]))[0]


def test_the_same_batch_gives_the_same_file() -> None:
    cards = [face(n + 1) for n in range(30)]
    assert handout_list(BATCH, cards) == handout_list(BATCH, tuple(cards))


def test_it_is_a4_upright() -> None:
    [page] = PdfReader(BytesIO(handout_list(BATCH, [face()]))).pages
    assert tuple(map(round, page.mediabox[2:])) == (595, 842)


@pytest.mark.parametrize("count", [0, CARDS_MAX + 1])
def test_there_is_a_limit_to_what_is_listed_at_a_time(count: int) -> None:
    with pytest.raises(ValueError, match=f"{count} cards"):
        handout_list(BATCH, [face()] * count)
