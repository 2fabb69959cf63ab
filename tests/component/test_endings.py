"""Memberships end by death or by decision: places and money are free again, once."""

from datetime import date
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.state.unit import EVERYWHERE
from contracts.enrollment import CoverageEnded, CoverageLapsed, MembershipActivated, WorkerReplaced
from contracts.event import Cause
from contracts.types import ProgrammeId, WorkerId
from tests.alone import key
from tests.component.cover_office import CoverOffice, office
from tests.component.enrollment_office import MONTH, said
from tests.rosters import rows

__all__ = ["office"]


async def places(office: CoverOffice, programme: UUID) -> list[dict[str, object]]:
    answer = await office.district.get("/replacements", params={"programme_id": str(programme)})
    found: list[dict[str, object]] = answer.json()["places"]
    return found


async def test_an_end_by_decision_frees_the_place_and_what_was_not_billed(
    office: CoverOffice,
) -> None:
    programme = await office.open()
    leaving, staying = await office.members(programme, 1, 2)
    await office.pay(programme, "2025-07", on="2025-07-10")
    office.go_to("2025-08-04")
    await office.bill(programme, "2025-08")
    answer = await office.end(leaving, programme, on="2025-08-01", reason="other-segment")
    assert answer.json() == {
        "worker_id": str(leaving), "programme_id": str(programme), "reason": "other-segment",
        "ended_on": "2025-08-01", "released": 4 * MONTH,
    }  # fmt: skip
    (ended,) = await office.alone.recorded(CoverageEnded)
    assert (ended.reason, ended.note) == ("other-segment", "letter 12/2025")
    assert ended.ended_by is not None
    assert ended.ended_by.startswith("branch")
    figures = await office.standing(programme)
    assert (figures["heads"], figures["reserved"]) == (1, 8 * MONTH)
    assert figures["promised_by_members"] == figures["reserved"]
    office.go_to("2025-09-01")
    assert (await office.bill(programme, "2025-09")).json() == {"members": 1}
    assert [each["worker_id"] for each in await places(office, programme)] == [str(leaving)]
    assert (await office.cover(staying, "2025-09-01"))["covered"]
    assert (await office.alone.replay()).same


async def test_a_membership_ends_once(office: CoverOffice) -> None:
    programme = await office.open()
    (worker,) = await office.members(programme, 1, 1)
    assert (await office.end(worker, programme, on="2025-07-07")).status_code == 200
    logged = await office.logged()
    assert said(await office.end(worker, programme, on="2025-07-07")) == (409, "membership-ended")
    assert await office.logged() == logged
    assert (await office.standing(programme))["heads"] == 0


@pytest.mark.parametrize(
    ("day", "reason", "refusal"),
    [
        ("2025-07-21", "withdrawal", (422, "end-in-future")),
        ("2025-07-06", "withdrawal", (422, "end-before-enrollment")),
        ("2025-07-20", "refused", (409, "number-issued")),
        ("2025-07-20", "death", (422, "field-invalid")),
    ],
)
async def test_an_end_that_cannot_be_is_refused(
    office: CoverOffice, day: str, reason: str, refusal: tuple[int, str]
) -> None:
    programme = await office.open()
    (worker,) = await office.members(programme, 1, 1)
    await office.pay(programme, "2025-07", on="2025-07-10")
    office.go_to("2025-07-20")
    assert said(await office.end(worker, programme, on=day, reason=reason)) == refusal
    assert await office.alone.recorded(CoverageEnded) == []


async def test_the_insurer_may_refuse_who_has_no_number(office: CoverOffice) -> None:
    programme = await office.open()
    refused, taken = await office.members(programme, 1, 2)
    await office.bill(programme, "2025-07")
    answer = await office.end(refused, programme, on="2025-07-07", reason="refused")
    assert answer.json()["released"] == 5 * MONTH
    await office.pay_billed(programme, "2025-07")
    activated = await office.alone.recorded(MembershipActivated)
    assert [each.worker_id for each in activated] == [taken]
    assert (await office.cover(refused, "2025-07-07"))["because"] == "not-begun"
    assert (await office.alone.replay()).same


async def test_only_the_branch_of_the_area_ends_a_membership(office: CoverOffice) -> None:
    programme = await office.open()
    (worker,) = await office.members(programme, 1, 1)
    lembata = office.alone.client("branch", area="53.13")
    unknown = (404, "membership-unknown")
    assert said(await office.end(worker, programme, on="2025-07-07", by=lembata)) == unknown
    assert said(await office.end(new_id(), programme, on="2025-07-07")) == unknown
    answer = await office.end(worker, programme, on="2025-07-07", by=office.district)
    assert said(answer) == (403, "role-not-allowed")


async def test_whoever_lapsed_and_ends_releases_nothing_twice(office: CoverOffice) -> None:
    programme = await office.open()
    dead, left = await office.members(programme, 1, 2)
    await office.pay(programme, "2025-07", on="2025-07-10")
    office.go_to("2025-11-18")
    await office.alone.work("arrears")
    assert len(await office.alone.recorded(CoverageLapsed)) == 2
    figures = await office.standing(programme)
    assert (figures["heads"], figures["reserved"]) == (2, 2 * MONTH)
    await office.dies(dead, on=date(2025, 11, 17))
    await office.end(left, programme, on="2025-11-18")
    ended = await office.alone.recorded(CoverageEnded)
    assert {each.reason: each.released for each in ended} == {"death": 0, "withdrawal": 0}
    figures = await office.standing(programme)
    assert (figures["heads"], figures["reserved"]) == (0, 2 * MONTH)
    assert (figures["ended"], figures["lapsed"]) == (2, 0)
    gone = await office.cover(dead, "2025-11-18")
    assert (gone["because"], gone["ended_on"]) == ("lapsed", "2025-11-18")
    assert (await office.alone.replay()).same


async def test_the_same_death_twice_ends_once(office: CoverOffice) -> None:
    programme = await office.open()
    (dead,) = await office.members(programme, 1, 1)
    await office.pay(programme, "2025-07", on="2025-07-10")
    verified = await office.dies(dead, on=date(2025, 7, 9))
    await office.alone.handle(verified)
    assert len(await office.alone.recorded(CoverageEnded)) == 1
    assert (await office.standing(programme))["heads"] == 0


async def test_free_places_are_listed_until_somebody_is_named_for_them(office: CoverOffice) -> None:
    programme = await office.open()
    first, second, third, _ = await office.members(programme, 1, 4)
    await office.pay(programme, "2025-07", on="2025-07-10")
    office.go_to("2025-07-20")
    for worker, day in ((second, "2025-07-18"), (first, "2025-07-19"), (third, "2025-07-20")):
        await office.end(worker, programme, on=day)
    found = await places(office, programme)
    assert [each["worker_id"] for each in found] == [str(second), str(first), str(third)]
    assert found[0] == {
        "worker_id": str(second), "region_code": "53.71", "district_code": "53.71.04",
        "village_code": "53.71.04.1001", "reason": "withdrawal", "since": "2025-07-18",
        "proposed": False,
    }  # fmt: skip
    asked: dict[str, str | int] = {"programme_id": str(programme), "limit": 2}
    page = (await office.district.get("/replacements", params=asked)).json()
    assert page["next_after"] == str(first)
    rest = await office.district.get("/replacements", params=asked | {"after": page["next_after"]})
    assert [each["worker_id"] for each in rest.json()["places"]] == [str(third)]
    await replace(office, programme, second, new_id())
    assert [each["worker_id"] for each in await places(office, programme)] == [
        str(first), str(third),
    ]  # fmt: skip
    elsewhere = office.alone.client("district", area="53.13")
    answer = await elsewhere.get("/replacements", params={"programme_id": str(programme)})
    assert answer.json()["places"] == []
    assert (await office.alone.replay()).same


async def replace(office: CoverOffice, programme: UUID, left: UUID, by: UUID) -> None:
    cause = Cause(new_id(), new_id())
    async with office.alone.units.bulk(area=EVERYWHERE) as unit:
        await unit.record(
            [
                WorkerReplaced(
                    **cause.stamp("replace", at=unit.now), worker_id=WorkerId(left),
                    programme_id=ProgrammeId(programme), replaced_by=WorkerId(by),
                )
            ]
        )  # fmt: skip


async def test_an_end_asked_for_again_is_answered_as_the_first_time(office: CoverOffice) -> None:
    programme = await office.open()
    (worker,) = await office.members(programme, 1, 1)
    path = f"/memberships/{worker}/{programme}/ending"
    asked = {"reason": "withdrawal", "ended_on": "2025-07-07"}
    first, again = [
        await office.branch.post(path, json=asked, headers=key("end")) for _ in range(2)
    ]
    assert first.json() == again.json()
    assert len(await office.alone.recorded(CoverageEnded)) == 1


async def test_whoever_ended_is_told_that_only_the_next_programme_takes_him(
    office: CoverOffice,
) -> None:
    programme = await office.open()
    (leaving,) = await office.members(programme, 1, 1)
    assert (await office.end(leaving, programme, on="2025-07-07")).status_code == 200
    standing = await office.validated(programme, rows(1, 2))
    report = (await office.report(standing["roster_id"])).decode("utf-8-sig")
    assert "sudah berakhir" in report
    assert "program berikutnya" in report
    following = await office.open(first_month="2025-08", last_month="2026-12")
    assert (await office.enroll(following, rows(1, 1)))["enrolled"] == 1
    again = await office.validated(programme, rows(1, 3))
    report = (await office.report(again["roster_id"])).decode("utf-8-sig")
    assert "sudah menjadi peserta" in report
