"""What a person has to look at: twins or the same person twice, and members who turned 65."""

from datetime import date
from typing import Any
from uuid import UUID

import httpx

from contracts.enrollment import CoverageEnded, PersonalDataRead, ReviewDecided, ReviewRaised
from tests.alone import key
from tests.component.cover_office import REASON, CoverOffice, office
from tests.component.enrollment_office import MONTH, said
from tests.rosters import row, rows

__all__ = ["office"]
TWIN = row(50, nama=row(1)["nama"], nama_ibu=row(1)["nama_ibu"])
SENIOR = row(7, nik="5371041008600007", tanggal_lahir="1960-08-10")
"""Turns 65 on 10 August 2025."""


async def reviews(office: CoverOffice, **asked: Any) -> dict[str, Any]:
    answer = await office.checker.get("/reviews", params={"area": "53"} | asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def decide(
    office: CoverOffice, review: str | UUID, outcome: str, *, by: httpx.AsyncClient | None = None
) -> httpx.Response:
    path = f"/reviews/{review}/decision"
    asked = {"outcome": outcome, "reason": "family cards compared"}
    return await (by or office.checker).post(path, json=asked, headers=key())


async def with_a_twin(office: CoverOffice) -> tuple[UUID, UUID, UUID]:
    programme = await office.open()
    (first,) = await office.members(programme, 1, 1)
    await office.enroll(programme, [TWIN])
    (twin,) = [each for each in await office.worker_ids() if each != first]
    return programme, first, twin


async def test_a_possible_duplicate_is_shown_beside_the_other_with_initials(
    office: CoverOffice,
) -> None:
    _, first, twin = await with_a_twin(office)
    (found,) = (await reviews(office, kind="possible-duplicate", state="open"))["reviews"]
    assert (found["worker_id"], found["other_worker_id"]) == (str(twin), str(first))
    assert [each["worker_id"] for each in found["sides"]] == [str(twin), str(first)]
    assert {each["name"] for each in found["sides"]} == {"Y****** T*******"}
    assert all(each["nik"] is None and each["mother"] is None for each in found["sides"])
    assert [each["memberships"][0]["first_month"] for each in found["sides"]] == ["2025-07"] * 2
    assert await office.alone.recorded(PersonalDataRead) == []


async def test_names_are_shown_for_a_reason_which_is_put_on_record(office: CoverOffice) -> None:
    _, first, twin = await with_a_twin(office)
    (found,) = (await reviews(office))["reviews"]
    path = f"/reviews/{found['review_id']}/reading"
    read = (await office.checker.post(path, json=REASON)).json()
    mine, other = read["sides"]
    assert mine["name"] == other["name"] == row(1)["nama"]
    assert mine["mother"] == other["mother"] == row(1)["nama_ibu"]
    assert (mine["nik"], other["nik"]) == ("5371********0050", "5371********0001")
    readings = await office.alone.recorded(PersonalDataRead)
    assert {each.worker_id for each in readings} == {first, twin}
    assert {(each.reason, each.what, each.role) for each in readings} == {
        (REASON["reason"], "review", "checker"),
    }  # fmt: skip
    assert (await office.province.post(path, json=REASON)).status_code == 403
    assert (await office.alone.replay()).same


async def test_keeping_a_member_changes_nothing_and_is_decided_once(office: CoverOffice) -> None:
    programme, _, _ = await with_a_twin(office)
    (raised,) = await office.alone.recorded(ReviewRaised)
    assert (await decide(office, raised.review_id, "keep")).json() == {
        "review_id": str(raised.review_id), "outcome": "keep", "ended": 0,
    }  # fmt: skip
    assert said(await decide(office, raised.review_id, "end")) == (409, "review-decided")
    assert (await reviews(office, state="open"))["reviews"] == []
    (decided,) = (await reviews(office, state="decided"))["reviews"]
    assert (decided["outcome"], decided["reason"]) == ("keep", "family cards compared")
    assert (await office.standing(programme))["heads"] == 2
    assert (await office.alone.replay()).same


async def test_ending_a_duplicate_frees_its_place_and_leaves_the_other_member(
    office: CoverOffice,
) -> None:
    programme, first, twin = await with_a_twin(office)
    await office.pay(programme, "2025-07", on="2025-07-10")
    (raised,) = await office.alone.recorded(ReviewRaised)
    assert (await decide(office, raised.review_id, "end", by=office.branch)).json()["ended"] == 1
    (ended,) = await office.alone.recorded(CoverageEnded)
    assert (ended.worker_id, ended.reason) == (twin, "double-registration")
    assert (ended.ended_on, ended.released) == (date(2025, 7, 10), 5 * MONTH)
    figures = await office.standing(programme)
    assert (figures["heads"], figures["covered"]) == (1, 1)
    assert (await office.cover(first, "2025-07-10"))["covered"]
    assert (await office.alone.replay()).same


async def test_whoever_sent_the_roster_may_not_decide_about_its_duplicate(
    office: CoverOffice,
) -> None:
    await with_a_twin(office)
    (raised,) = await office.alone.recorded(ReviewRaised)
    sender = office.alone.client("checker", area="53.71", name="district")
    assert said(await decide(office, raised.review_id, "keep", by=sender)) == (
        403, "maker-is-checker",
    )  # fmt: skip
    assert await office.alone.recorded(ReviewDecided) == []


async def test_turning_65_is_looked_at_and_ends_nothing_by_itself(office: CoverOffice) -> None:
    programme = await office.open()
    others = await office.members(programme, 1, 2)
    await office.enroll(programme, [SENIOR])
    (senior,) = set(await office.worker_ids()) - set(others)
    office.go_to("2025-08-09")
    await office.alone.work("age")
    assert await office.alone.recorded(ReviewRaised) == []
    office.go_to("2025-08-10", hour=1)
    await office.alone.work("age")
    await office.alone.work("age")
    (raised,) = await office.alone.recorded(ReviewRaised)
    assert (raised.kind, raised.worker_id) == ("reached-age-limit", senior)
    assert await office.alone.recorded(CoverageEnded) == []
    (found,) = (await reviews(office, kind="reached-age-limit"))["reviews"]
    assert [each["worker_id"] for each in found["sides"]] == [str(senior)]
    assert (await decide(office, raised.review_id, "end")).json()["ended"] == 1
    (ended,) = await office.alone.recorded(CoverageEnded)
    assert (ended.worker_id, ended.reason) == (senior, "withdrawal")
    await office.alone.work("age")
    assert len(await office.alone.recorded(ReviewRaised)) == 1
    assert (await office.alone.replay()).same


async def test_whoever_is_no_member_in_force_is_not_looked_at(office: CoverOffice) -> None:
    programme = await office.open()
    await office.enroll(programme, [SENIOR])
    (senior,) = await office.worker_ids()
    await office.end(senior, programme, on="2025-07-07")
    office.go_to("2025-08-11")
    await office.alone.work("age")
    assert await office.alone.recorded(ReviewRaised) == []


async def test_reviews_come_in_pages_and_to_their_own_area_only(office: CoverOffice) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 3))
    twins = [row(50 + n, nama=row(n)["nama"], nama_ibu=row(n)["nama_ibu"]) for n in range(1, 4)]
    await office.enroll(programme, twins)
    first = await reviews(office, limit=2)
    second = await reviews(office, limit=2, after=first["next_after"])
    seen = [each["review_id"] for page in (first, second) for each in page["reviews"]]
    assert len(seen) == len(set(seen)) == 3
    assert second["next_after"] is None
    assert (await reviews(office, area="53.13"))["reviews"] == []
    lembata = office.alone.client("checker", area="53.13")
    assert (await lembata.get("/reviews", params={"area": "53.71"})).status_code == 403
    path = f"/reviews/{seen[0]}/reading"
    assert said(await lembata.post(path, json=REASON)) == (404, "review-unknown")
    assert said(await decide(office, seen[0], "keep", by=lembata)) == (404, "review-unknown")
