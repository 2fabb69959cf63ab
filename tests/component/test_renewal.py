"""A programme is renewed: its members go on in the next one, with their numbers and their cover."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.ids import new_id
from contracts.enrollment import (
    CoverageLapsed,
    MembershipActivated,
    MembershipRenewed,
    ProgrammeOpened,
)
from services.enrollment.operations import renewals
from tests.alone import key
from tests.component.cover_office import CoverOffice, office
from tests.component.enrollment_office import MONTH, PROGRAMME, said
from tests.rosters import REGION

__all__ = ["office"]
HALF_YEAR = ("2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12")
YEAR = 12 * MONTH
NEXT = PROGRAMME | {"name": "2026", "first_month": "2026-01", "last_month": "2026-12"}


async def renew(office: CoverOffice, programme: UUID, **changed: Any) -> httpx.Response:
    path = f"/programmes/{programme}/renewals"
    return await office.province.post(path, json=NEXT | changed, headers=key())


async def renewed(office: CoverOffice, programme: UUID, **changed: Any) -> UUID:
    answer = await renew(office, programme, **changed)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["programme_id"])


async def renewal(office: CoverOffice, programme: UUID, **asked: Any) -> dict[str, Any]:
    answer = await office.province.get(f"/programmes/{programme}/renewal", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def paid_for(office: CoverOffice, count: int) -> tuple[UUID, list[UUID]]:
    """A programme of half a year, all paid, and its members."""
    programme = await office.open()
    workers = await office.members(programme, 1, count)
    for month in HALF_YEAR:
        await office.pay(programme, month, on=f"{month}-08")
    return programme, workers


async def test_members_go_on_with_their_number_and_their_cover(office: CoverOffice) -> None:
    programme, workers = await paid_for(office, 3)
    numbers = await office.numbers()
    following = await renewed(office, programme)
    opened = (await office.alone.recorded(ProgrammeOpened))[-1]
    assert (opened.programme_id, opened.renews) == (following, programme)
    assert (await renewal(office, programme))["waiting"] == 3
    await office.alone.work("renewals")
    carried = await office.alone.recorded(MembershipRenewed)
    assert {each.worker_id for each in carried} == set(workers)
    assert {(each.first_month, each.last_month, each.reserved) for each in carried} == {
        ("2026-01", "2026-12", YEAR),
    }  # fmt: skip
    assert {each.causation_id for each in carried} == {opened.event_id}
    found = await renewal(office, programme)
    assert (found["programme_id"], found["renews"]) == (str(following), str(programme))
    assert (found["carried"], found["waiting"], found["percent"], found["done"]) == (
        3,
        0,
        100,
        True,
    )
    assert (found["left"], found["left_behind"], found["next_after"]) == ({}, [], None)
    figures = await office.standing(following)
    assert (figures["heads"], figures["reserved"]) == (3, 3 * YEAR)
    await office.pay(following, "2026-01", on="2026-01-20")
    again = (await office.alone.recorded(MembershipActivated))[3:]
    assert {each.worker_id: each.kpj for each in again} == numbers
    assert {f"{each.covered_from:%Y-%m-%d}" for each in again} == {"2025-07-08"}
    office.go_to("2026-01-21")
    found = await office.cover(workers[0], "2026-01-21")
    assert (found["right"], found["months_paid"], found["ask"]) == ("full", 7, [])
    assert found["evidence"][-1]["what"] == "the cover goes on"
    before = await office.cover(workers[0], "2026-01-19")
    assert (before["right"], before["owed_by"]) == ("reduced", "funder")
    assert (await office.alone.replay()).same


async def test_the_dead_and_the_lapsed_stay_behind(office: CoverOffice) -> None:
    programme = await office.open()
    left, *others = await office.members(programme, 1, 3)
    await office.pay(programme, "2025-07", on="2025-07-08")
    await office.end(left, programme, on="2025-07-08")
    office.go_to("2025-11-18")
    await office.alone.work("arrears")
    assert len(await office.alone.recorded(CoverageLapsed)) == 2
    (fresh,) = await office.members(programme, 7, 1)
    following = await renewed(office, programme)
    await office.alone.work("renewals")
    (carried,) = await office.alone.recorded(MembershipRenewed)
    assert carried.worker_id == fresh
    found = await renewal(office, programme)
    assert (found["carried"], found["left"]) == (1, {"ended": 1, "lapsed": 2})
    assert {UUID(each["worker_id"]): each["reason"] for each in found["left_behind"]} == {
        left: "ended", **dict.fromkeys(others, "lapsed"),
    }  # fmt: skip
    page = await renewal(office, programme, limit=2)
    rest = await renewal(office, programme, limit=2, after=page["next_after"])
    assert len(page["left_behind"]) + len(rest["left_behind"]) == 3
    assert (await office.standing(following))["heads"] == 1


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"quotas": [{"region_code": REGION, "heads": 3}]}, "quota-exhausted"),
        ({"ceiling": 4 * YEAR - 1}, "budget-exhausted"),
    ],
)
async def test_who_does_not_fit_is_listed_and_carried_over_when_there_is_room(
    office: CoverOffice, terms: dict[str, Any], reason: str
) -> None:
    programme = await office.open()
    await office.members(programme, 1, 5)
    following = await renewed(office, programme, **terms)
    await office.alone.work("renewals")
    found = await renewal(office, programme)
    assert (found["carried"], found["left"], found["done"]) == (3, {reason: 2}, True)
    assert {each["reason"] for each in found["left_behind"]} == {reason}
    figures = await office.standing(following)
    assert (figures["heads"], figures["reserved"]) == (3, 3 * YEAR)
    more = {"quotas": [{"region_code": REGION, "heads": 4}], "ceiling": 4 * YEAR}
    path = f"/programmes/{following}/quotas"
    assert (await office.province.post(path, json=more, headers=key())).status_code == 200
    await office.alone.work("renewals")
    found = await renewal(office, programme)
    assert found["carried"] == 4
    assert (await office.standing(following))["reserved"] == 4 * YEAR
    assert (await office.alone.replay()).same


async def test_portions_after_a_crash_carry_everybody_over_once(
    office: CoverOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewals, "PORTION", 2)
    programme = await office.open()
    workers = await office.members(programme, 1, 5)
    following = await renewed(office, programme)
    async with office.alone.units.bulk(area="*") as unit:
        assert await renewals.carry_over(unit)
    with pytest.raises(ConnectionError):
        await lost_before_the_commit(office)
    found = await renewal(office, programme)
    assert (found["carried"], found["waiting"], found["percent"]) == (2, 3, 40)
    await office.alone.work("renewals")
    carried = await office.alone.recorded(MembershipRenewed)
    assert sorted(each.worker_id for each in carried) == sorted(workers)
    assert (await office.standing(following))["reserved"] == 5 * YEAR
    assert (await office.alone.replay()).same


async def lost_before_the_commit(office: CoverOffice) -> None:
    async with office.alone.units.bulk(area="*") as unit:
        await renewals.carry_over(unit)
        raise ConnectionError


async def test_after_a_short_gap_the_cover_goes_on_with_what_is_owed(office: CoverOffice) -> None:
    programme, (worker,) = await paid_for(office, 1)
    following = await renewed(office, programme, first_month="2026-03")
    await office.alone.work("renewals")
    await office.pay(following, "2026-03", on="2026-03-10")
    (begun, again) = await office.alone.recorded(MembershipActivated)
    assert again.covered_from == begun.covered_from
    office.go_to("2026-03-11")
    found = await office.cover(worker, "2026-03-11")
    assert (found["right"], found["arrears_months"], found["owed_by"]) == ("reduced", 2, "member")


async def test_after_a_long_gap_the_cover_begins_anew_under_the_same_number(
    office: CoverOffice,
) -> None:
    programme, (worker,) = await paid_for(office, 1)
    following = await renewed(office, programme, first_month="2026-05")
    await office.alone.work("renewals")
    await office.pay(following, "2026-05", on="2026-05-11")
    (begun, again) = await office.alone.recorded(MembershipActivated)
    assert again.kpj == begun.kpj
    assert (f"{begun.covered_from:%Y-%m}", f"{again.covered_from:%Y-%m}") == ("2025-07", "2026-05")
    (lapsed,) = await office.alone.recorded(CoverageLapsed)
    assert (lapsed.programme_id, f"{lapsed.lapsed_on}") == (programme, "2026-04-16")
    assert (await office.cover(worker, "2026-05-10"))["because"] == "lapsed"
    office.go_to("2026-05-12")
    found = await office.cover(worker, "2026-05-12")
    assert (found["right"], found["months_paid"], found["arrears_months"]) == ("full", 1, 0)
    assert (await office.alone.replay()).same


async def test_whoever_is_a_member_elsewhere_is_not_carried_over(office: CoverOffice) -> None:
    programme = await office.open(last_month="2025-07")
    (worker,) = await office.members(programme, 1, 1)
    office.go_to("2025-08-01")
    other = await office.open(first_month="2025-08", last_month="2026-06")
    await office.members(other, 1, 1)
    await renewed(office, programme, first_month="2025-09")
    await office.alone.work("renewals")
    (joined,) = await office.alone.recorded(MembershipRenewed)
    assert (joined.worker_id, joined.programme_id) == (worker, other)
    assert (await renewal(office, programme))["left"] == {"already-member": 1}


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"first_month": "2025-12"}, (422, "renewal-overlaps")),
        ({"last_month": "2025-12"}, (422, "programme-months-reversed")),
        ({"quotas": [{"region_code": "51.71", "heads": 1}]}, (422, "quota-outside-province")),
        ({"province_code": "51"}, (403, "outside-area")),
    ],
)
async def test_a_renewal_that_makes_no_sense_is_refused(
    office: CoverOffice, changed: dict[str, Any], refusal: tuple[int, str]
) -> None:
    programme = await office.open()
    assert said(await renew(office, programme, **changed)) == refusal
    assert said(await renew(office, new_id())) == (404, "programme-unknown")
    path = f"/programmes/{programme}/renewal"
    assert said(await office.province.get(path)) == (404, "programme-not-renewed")


async def test_a_programme_is_renewed_once(office: CoverOffice) -> None:
    programme = await office.open()
    await renewed(office, programme)
    assert said(await renew(office, programme, name="again")) == (409, "programme-renewed")
    path = f"/programmes/{programme}/renewals"
    district = await office.district.post(path, json=NEXT, headers=key())
    assert said(district) == (403, "role-not-allowed")
