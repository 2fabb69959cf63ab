"""Which rows become members: places, money, and who is known."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from contracts.types import ProgrammeId, WorkerId
from services.enrollment.rules.applicants import Finding
from services.enrollment.rules.intake import Intake, Known, Row
from services.enrollment.rules.programmes import Capacity, Reservation
from tests.rosters import REGION, VILLAGE

TODAY = date(2025, 7, 7)
PROGRAMME = ProgrammeId(UUID(int=3))
WORKER = WorkerId(UUID(int=10))


def capacity(**changed: Any) -> Capacity:
    fields: dict[str, Any] = {
        "first_month": "2025-07",
        "last_month": "2025-12",
        "places": {REGION: 9},
        "money": 10**9,
    }
    return Capacity(**(fields | changed))


def test_the_99207th_membership_of_a_year_does_not_fit_into_20_billion() -> None:
    left = capacity(
        first_month="2025-01", last_month="2025-12", places={REGION: 100_000}, money=20 * 10**9
    )
    taken = sum(
        isinstance(left.reserve(region_code=REGION, this_month="2025-01"), Reservation)
        for _ in range(99_206)
    )
    assert taken == 99_206
    assert left.reserve(region_code=REGION, this_month="2025-01") == "budget-exhausted"
    assert (left.places[REGION], left.money) == (794, 70_400)


def test_a_place_costs_the_months_from_this_one_on() -> None:
    assert capacity().reserve(region_code=REGION, this_month="2025-03") == Reservation(
        "2025-07", "2025-12", 100_800
    )
    assert capacity().reserve(region_code=REGION, this_month="2025-11") == Reservation(
        "2025-11", "2025-12", 33_600
    )


def test_the_last_place_and_the_last_rupiah_are_given_and_no_more() -> None:
    left = capacity(places={REGION: 1}, money=100_800)
    assert isinstance(left.reserve(region_code=REGION, this_month="2025-07"), Reservation)
    assert left.reserve(region_code=REGION, this_month="2025-07") == "quota-exhausted"
    assert (
        capacity(money=100_799).reserve(region_code=REGION, this_month="2025-07")
        == "budget-exhausted"
    )
    assert capacity().reserve(region_code=REGION, this_month="2026-01") == "programme-over"
    assert (
        capacity(places={REGION: 0}).reserve(region_code=REGION, this_month="2025-07")
        == "quota-exhausted"
    )
    assert (
        capacity(places={REGION: -1}).reserve(region_code=REGION, this_month="2025-07")
        == "quota-exhausted"
    )


def intake(known: Mapping[bytes, Known] | None = None, **left: Any) -> Intake:
    return Intake(capacity=capacity(**left), known=known or {}, this_month="2025-07")


def decided(rows: Intake, *nik_hashes: bytes) -> list[str]:
    """What becomes of rows with these NIK: a slug, or that they are in."""
    verdicts: dict[int, str] = {}
    people = [
        Row(number, nik_hash, VILLAGE, has_ktp=True, has_kk=True)
        for number, nik_hash in enumerate(nik_hashes, start=2)
    ]
    for admitted in rows.decide(
        people, refuse=lambda each, found: verdicts.update({each.number: found.slug})
    ):
        verdicts[admitted.row.number] = "in"
    return [verdicts[each.number] for each in people]


def known(*, dead: bool = False, member: bool = False) -> Known:
    return Known(WORKER, PROGRAMME, dead=dead, member=member)


def test_one_person_has_one_place() -> None:
    people = {b"member": known(member=True), b"dead": known(dead=True), b"was": known()}
    rows = intake(people)
    assert decided(rows, b"new", b"member", b"dead", b"was") == [
        "in", "already-member", "person-dead", "in",
    ]  # fmt: skip
    assert rows.capacity.places == {REGION: 7}


def test_whoever_ended_in_the_programme_is_told_what_is_possible() -> None:
    told: list[Finding] = []
    row = Row(2, b"ended", VILLAGE, has_ktp=True, has_kk=True)
    ended = known(member=True)._replace(ended=True)
    assert intake({b"ended": ended}).decide([row], refuse=lambda _, why: told.append(why)) == []
    assert [each.slug for each in told] == ["already-member"]
    assert "berakhir" in told[0].reason
    assert "program berikutnya" in told[0].reason


@pytest.mark.parametrize(
    ("left", "slug"),
    [
        ({"places": {REGION: 0}}, "quota-exhausted"),
        ({"places": {"53.13": 9}}, "quota-exhausted"),
        ({"money": 16_799}, "budget-exhausted"),
        ({"last_month": "2025-06"}, "programme-over"),
        ({"closed": True}, "programme-closed"),
    ],
)
def test_a_full_programme_refuses_the_row(left: dict[str, Any], slug: str) -> None:
    assert decided(intake(**left), b"new") == [slug]
