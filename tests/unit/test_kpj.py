"""Member numbers: given one after the other, from the smallest office's range that has any left."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.event import Cause
from contracts.refusal import Refused
from services.enrollment.rules.kpj import FIRST_RANGE, KpjRange, KpjRanges, grant, written
from tests.rosters import VILLAGE

NOW = datetime(2025, 7, 7, 1, tzinfo=UTC)
CAUSE = Cause(UUID(int=1), UUID(int=2))
OEBOBO, KUPANG, NTT = (
    KpjRange("53.71.04", 11, 12),
    KpjRange("53.71", 21, 22),
    KpjRange("53", 31, 32),
)


def ranges(*held: KpjRange, given_to: dict[KpjRange, int] | None = None) -> KpjRanges:
    return KpjRanges(held, given_to or {})


def numbers(held: KpjRanges, village: str, count: int) -> list[str | None]:
    return [held.next(village) for _ in range(count)]


def test_a_number_has_eleven_digits_and_keeps_its_leading_zeros() -> None:
    assert written(42) == "00000000042"
    assert ranges(KpjRange("53", 0, 1)).next(VILLAGE) == "00000000000"
    assert written(FIRST_RANGE.first) == "25000000001"


def test_the_own_range_comes_before_that_of_the_area_around_it() -> None:
    held = ranges(OEBOBO, KUPANG, NTT)
    given_ = numbers(held, VILLAGE, 7)
    assert given_ == [*map(written, (11, 12, 21, 22, 31, 32)), None]


def test_a_range_serves_its_own_area_and_no_other() -> None:
    held = ranges(OEBOBO, KUPANG)
    assert held.next("53.710.04.1001") is None
    assert held.next("53.13.01.2001") is None
    assert held.next("53.71.01.1001") == written(21)
    assert held.areas_with_numbers() == ["53.71", "53.71.04"]


def test_numbers_go_on_after_the_highest_that_was_given() -> None:
    held = ranges(KUPANG, NTT, given_to={KUPANG: 21, NTT: 32})
    assert (held.left(KUPANG), held.left(NTT)) == (1, 0)
    assert numbers(held, VILLAGE, 2) == [written(22), None]
    assert held.areas_with_numbers() == []


def test_whoever_finds_all_ranges_used_up_is_left_out() -> None:
    members = [(UUID(int=n), VILLAGE) for n in range(3)]
    assert ranges(KUPANG).issue(members) == {UUID(int=0): written(21), UUID(int=1): written(22)}


def granted(first: int, last: int, *held: KpjRange) -> str | None:
    try:
        event = grant(
            KpjRange("53.71", first, last), ranges(*held), cause=CAUSE, by="admin", now=NOW
        )
    except Refused as refused:
        return refused.slug
    assert (event.area, event.first, event.last) == ("53.71", written(first), written(last))
    return None


@pytest.mark.parametrize(
    ("first", "last", "refusal"),
    [
        (33, 33, None),
        (29, 30, None),
        (32, 40, "kpj-range-overlaps"),
        (20, 31, "kpj-range-overlaps"),
        (1, 99, "kpj-range-overlaps"),
        (31, 31, "kpj-range-overlaps"),
        (9, 8, "kpj-range-reversed"),
    ],
)
def test_no_number_is_in_two_ranges(first: int, last: int, refusal: str | None) -> None:
    assert granted(first, last, NTT) == refusal


def test_the_first_range_is_a_range_like_any_other() -> None:
    assert granted(FIRST_RANGE.last, FIRST_RANGE.last + 9, FIRST_RANGE) == "kpj-range-overlaps"


@given(
    st.lists(st.sampled_from(["53.71.04.1001", "53.71.01.1001", "53.13.01.2001"]), max_size=12),
    st.lists(
        st.tuples(st.sampled_from(["53", "53.71", "53.71.04"]), st.integers(0, 3)), max_size=4
    ),
)
def test_no_number_is_given_twice_and_none_is_kept_back(
    villages: Sequence[str], sizes: Sequence[tuple[str, int]]
) -> None:
    held = [KpjRange(area, n * 10, n * 10 + size - 1) for n, (area, size) in enumerate(sizes)]
    ordered = sorted(held, key=lambda each: (-len(each.area), each.first))
    issued = ranges(*ordered).issue((UUID(int=n), village) for n, village in enumerate(villages))
    assert len(set(issued.values())) == len(issued)
    left = {number for each in held for number in range(each.first, each.last + 1)} - {
        int(number) for number in issued.values()
    }
    for n, village in enumerate(villages):
        serving = {
            number
            for each in held
            for number in range(each.first, each.last + 1)
            if each.serves(village)
        }
        assert UUID(int=n) in issued or not serving & left
