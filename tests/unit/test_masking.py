"""Who sees how much of a member in a list."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.rules.applicants import Person
from services.enrollment.rules.masking import Shown, masked_name, shown, sight_of

YOHANES = Person(
    nik="5371040101850001",
    name="Yohanes A. Tefa",
    birth_place="Kupang",
    born_on=date(1985, 1, 1),
    sex="L",
    mother="Maria Nubatonis",
    kk="5371040101200001",
    address="Jalan Cendana 1",
    occupation="nelayan",
    phone="081234567890",
)


@pytest.mark.parametrize("role", ["village", "district", "branch", "checker"])
def test_whoever_meets_the_member_sees_the_name_and_the_ends_of_the_nik(role: str) -> None:
    seen = shown(YOHANES, sight_of(role, reason="cards of Oebobo"))
    assert seen == Shown("Yohanes A. Tefa", "5371********0001")


def test_a_province_sees_the_initials_and_no_number() -> None:
    assert shown(YOHANES, sight_of("province", reason="a complaint")) == Shown("Y****** A* T***")


@pytest.mark.parametrize("role", ["auditor", "admin", "bank", "a role of tomorrow"])
def test_whoever_counts_or_is_unknown_sees_nobody(role: str) -> None:
    assert shown(YOHANES, sight_of(role, reason="the audit of 2025")) == Shown()


@pytest.mark.parametrize("role", ["village", "district", "branch", "checker", "province"])
def test_without_a_reason_nobody_sees_who_it_is(role: str) -> None:
    assert sight_of(role, reason=None) == "sealed"


@pytest.mark.parametrize("role", ["branch", "province", "auditor"])
def test_a_list_never_tells_a_whole_number(role: str) -> None:
    seen = shown(YOHANES, sight_of(role, reason="a list"))
    told = "".join(filter(None, seen))
    for secret in (YOHANES.nik, YOHANES.nik[4:12], YOHANES.kk, YOHANES.mother, YOHANES.phone):
        assert secret not in told


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Yohanes Tefa", "Y****** T***"),
        ("  Yohanes   Tefa ", "Y****** T***"),
        ("Ny. A Liliba", "N** * L*****"),
        ("Dju'ari", "D******"),
        ("", ""),
    ],
)
def test_a_masked_name_keeps_the_first_letter_of_each_word(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@given(st.text(alphabet=st.characters(categories=("L", "Zs")), max_size=60))
def test_of_each_word_at_most_one_letter_is_seen(name: str) -> None:
    for word, masked in zip(name.split(), masked_name(name).split(), strict=True):
        assert len(masked) == len(word)
        assert masked.strip("*") in {"", word[0]}
        assert len(word) == 1 or masked.count("*") == len(word) - 1
