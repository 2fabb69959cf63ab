"""Programmes: opened, changed, closed; what their money still carries."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from contracts.enrollment import Quota
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.types import ProgrammeId
from services.enrollment.rules import programmes
from services.enrollment.rules.programmes import Capacity, Change, ProgrammeTerms, Promised

NOW = datetime(2025, 7, 7, 1, tzinfo=UTC)
CAUSE = Cause(UUID(int=1), UUID(int=2))
PROGRAMME = ProgrammeId(UUID(int=3))
BILLION = 1_000_000_000


def terms(**changed: Any) -> ProgrammeTerms:
    fields: dict[str, Any] = {
        "name": "a", "province_code": "53", "funder": "b", "legal_basis": "c",
        "first_month": "2025-07", "last_month": "2025-12", "ceiling": 1,
        "quotas": (Quota(region_code="53.71", heads=2),),
    }  # fmt: skip
    return ProgrammeTerms(**(fields | changed))


def test_a_programme_ends_after_it_begins() -> None:
    opened = programmes.open_programme(
        terms(last_month="2025-07"), cause=CAUSE, officer="an officer", now=NOW
    )
    assert opened.programme_id == derived_id(CAUSE.cause_id, "programme")
    assert opened.tariff.month == 16_800
    with pytest.raises(programmes.ProgrammeMonthsReversed):
        programmes.open_programme(
            terms(last_month="2025-06"), cause=CAUSE, officer="an officer", now=NOW
        )


@pytest.mark.parametrize(
    ("regions", "slug"),
    [
        (("53.71", "53.13", "53.71"), "quota-named-twice"),
        (("53.71", "51.71"), "quota-outside-province"),
    ],
)
def test_quotas_name_each_kabupaten_of_the_province_once(
    regions: tuple[str, ...], slug: str
) -> None:
    quotas = [Quota(region_code=region, heads=1) for region in regions]
    with pytest.raises(Refused) as refused:
        programmes.check_quotas(quotas, province_code="53")
    assert refused.value.slug == slug


def amended(change: Change, *, held: dict[str, int], reserved: int = 0) -> Any:
    return programmes.amend_programme(
        PROGRAMME, change, promised=Promised(held, reserved), cause=CAUSE, officer="an officer",
        now=NOW,
    )  # fmt: skip


def city(heads: int) -> Change:
    return Change(quotas=(Quota(region_code="53.71", heads=heads),))


def test_a_quota_covers_the_members_there_are() -> None:
    assert amended(city(5), held={"53.71": 5, "53.13": 9}).quotas == city(5).quotas
    with pytest.raises(programmes.QuotaBelowMembers):
        amended(city(4), held={"53.71": 5})


def test_a_ceiling_covers_what_was_promised() -> None:
    assert amended(Change(ceiling=100), held={}, reserved=100).ceiling == 100
    with pytest.raises(programmes.CeilingBelowPromises):
        amended(Change(ceiling=99), held={}, reserved=100)


def test_an_amendment_names_something() -> None:
    assert amended(Change(legal_basis="Pergub 9/2026"), held={}).legal_basis == "Pergub 9/2026"
    with pytest.raises(programmes.NothingToChange):
        amended(Change(), held={})


def test_a_programme_is_closed_once() -> None:
    def close(*, closed: bool) -> Any:
        return programmes.close_programme(
            PROGRAMME, closed=closed, reason="the year ends", cause=CAUSE, officer="an officer",
            now=NOW,
        )  # fmt: skip

    assert close(closed=False).reason == "the year ends"
    with pytest.raises(programmes.ProgrammeIsClosed):
        close(closed=True)


def capacity(money: int, *, last_month: str = "2025-12") -> Capacity:
    return Capacity(first_month="2025-01", last_month=last_month, places={}, money=money)


@pytest.mark.parametrize(
    ("money", "last_month", "members"),
    [
        (20 * BILLION, "2025-12", 99_206),  # domain 8: twelve months
        (20 * BILLION, "2025-09", 132_275),
        (20 * BILLION, "2025-06", 198_412),
        (16_800 * 12 - 1, "2025-12", 0),
        (16_800 * 12, "2025-12", 1),
    ],
)
def test_what_the_money_carries(money: int, last_month: str, members: int) -> None:
    found = programmes.forecast(
        capacity(money, last_month=last_month), this_month="2025-01", heads=None, months=None
    )
    assert found.members_carried == members
    assert (found.cost, found.carried, found.months_carried) == (None, None, None)


def test_a_hundred_thousand_for_a_year_are_more_than_twenty_billion() -> None:
    asked = programmes.forecast(
        capacity(20 * BILLION), this_month="2025-01", heads=100_000, months=None
    )
    assert (asked.cost, asked.carried, asked.months_carried) == (20_160_000_000, False, 11)
    fewer = programmes.forecast(
        capacity(20 * BILLION), this_month="2025-01", heads=100_000, months=6
    )
    assert (fewer.cost, fewer.carried) == (10_080_000_000, True)


def test_nothing_is_carried_when_no_month_is_left() -> None:
    over = programmes.forecast(capacity(BILLION), this_month="2026-01", heads=1, months=None)
    assert (over.months_left, over.members_carried, over.cost) == (0, 0, 0)
