"""Numbers in Indonesian words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.paper.terbilang import NUMBER_MAX, rupiah_in_words, terbilang

ONES = {
    "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8,
    "sembilan": 9, "sepuluh": 10, "sebelas": 11, "seratus": 100,
}  # fmt: skip
SCALES = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (1, "satu"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (19, "sembilan belas"),
        (20, "dua puluh"),
        (21, "dua puluh satu"),
        (100, "seratus"),
        (111, "seratus sebelas"),
        (200, "dua ratus"),
        (999, "sembilan ratus sembilan puluh sembilan"),
        (1_000, "seribu"),
        (1_001, "seribu satu"),
        (1_111, "seribu seratus sebelas"),
        (2_000, "dua ribu"),
        (11_000, "sebelas ribu"),
        (21_000, "dua puluh satu ribu"),
        (100_000, "seratus ribu"),
        (101_000, "seratus satu ribu"),
        (1_000_000, "satu juta"),
        (1_001_000, "satu juta seribu"),
        (10_000_000, "sepuluh juta"),
        (42_000_000, "empat puluh dua juta"),
        (1_000_000_000, "satu miliar"),
        (1_000_000_001_000, "satu triliun seribu"),
        (
            16_800_250_017,
            "enam belas miliar delapan ratus juta dua ratus lima puluh ribu tujuh belas",
        ),
    ],
)
def test_a_number_in_words(number: int, words: str) -> None:
    assert terbilang(number) == words


@given(st.integers(1, NUMBER_MAX))
def test_every_number_reads_back(number: int) -> None:
    assert said(terbilang(number)) == number


def test_rupiah_begin_as_a_sentence() -> None:
    assert rupiah_in_words(20_000_000) == "Dua puluh juta rupiah"


@pytest.mark.parametrize("number", [-1, NUMBER_MAX + 1])
def test_what_has_no_words_is_said_so(number: int) -> None:
    with pytest.raises(ValueError, match="terbilang"):
        terbilang(number)


def said(words: str) -> int:
    """What a listener adds up."""
    total = group = ones = 0
    for word in words.replace("seribu", "satu ribu").split():
        if word in SCALES:
            total, group, ones = total + (group + ones) * SCALES[word], 0, 0
        elif word == "ratus":
            group, ones = ones * 100, 0
        elif word == "puluh":
            group, ones = group + ones * 10, 0
        elif word == "belas":
            ones += 10
        elif word == "seratus":
            group = 100
        else:
            ones = ONES[word]
    return total + group + ones
