"""Was this person covered on that day, by what evidence: over HTTP, through a year of events."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.enrollment import CoverageLapsed, MembershipReactivated
from services.enrollment.api.cover import WORKERS_MAX
from tests.component.cover_office import CoverOffice, office
from tests.component.enrollment_office import MONTH, said

__all__ = ["office"]
LATER = ("2025-08", "2025-09", "2025-10", "2025-11")


def short(found: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(found[name] for name in ("right", "because", "arrears_months", "ask"))


async def check_evidence(office: CoverOffice, found: dict[str, Any]) -> list[str]:
    """The evidence is in the log, under the type it says; what it says."""
    given = {each["event_id"]: each["type"] for each in found["evidence"]}
    assert await office.logged_types(list(given)) == given
    assert [each["at"] for each in found["evidence"]] == sorted(
        each["at"] for each in found["evidence"]
    )
    return [each["what"] for each in found["evidence"]]


async def test_the_cover_begins_at_the_hour_of_the_first_payment(office: CoverOffice) -> None:
    programme = await office.open()
    (worker,) = await office.members(programme, 1, 1)
    await office.pay(programme, "2025-07", on="2025-07-10")
    began = "2025-07-10T01:00:00Z"
    assert short(await office.cover(worker, "2025-07-09")) == ("none", "not-begun", 0, [])
    found = await office.cover(worker, "2025-07-10")
    assert short(found) == ("full", "paid", 0, ["same-day"])
    assert (found["covered"], found["covered_from"], found["kpj"]) == (True, began, "25000000001")
    before = await office.cover(worker, "2025-07-10", at="2025-07-10T00:59:59Z")
    assert short(before) == ("none", "not-begun", 0, [])
    after = await office.cover(worker, "2025-07-10", at=began)
    assert short(after) == ("full", "paid", 0, [])
    assert await check_evidence(office, after) == ["2025-07 is paid", "the cover begins"]
    assert after["months_paid"] == 1


async def test_arrears_lapse_and_a_new_cover_each_at_their_day(office: CoverOffice) -> None:
    programme = await office.open()
    (worker,) = await office.members(programme, 1, 1)
    await office.pay(programme, "2025-07", on="2025-07-10")
    for month in LATER:
        office.go_to(f"{month}-05")
        await office.bill(programme, month)
        await office.alone.work("arrears")
    office.go_to("2025-11-20")
    await office.alone.work("arrears")
    assert len(await office.alone.recorded(CoverageLapsed)) == 1
    office.go_to("2025-12-03", hour=10)
    for month in LATER:
        await office.pay_billed(programme, month)
    (again,) = await office.alone.recorded(MembershipReactivated)
    office.go_to("2025-12-16")
    funder = ["funder-arrears"]
    expected: dict[str, tuple[Any, ...]] = {
        "2025-08-15": ("full", "paid", 0, []),
        "2025-08-16": ("reduced", "in-arrears", 1, funder),
        "2025-11-17": ("reduced", "in-arrears", 3, funder),
        "2025-11-18": ("none", "lapsed", 4, funder),
        "2025-12-02": ("none", "lapsed", 4, funder),
        "2025-12-03": ("full", "paid", 0, ["same-day"]),
        "2025-12-16": ("reduced", "in-arrears", 1, funder),
    }
    for day, answer in expected.items():
        assert short(await office.cover(worker, day)) == answer, day
    gone = await office.cover(worker, "2025-12-02")
    assert await check_evidence(office, gone) == [
        "2025-07 is paid", "the cover begins", "the cover ended on 2025-11-18: lapse",
    ]  # fmt: skip
    anew = await office.cover(worker, "2025-12-04")
    assert anew["covered_from"] == f"{again.covered_from:%Y-%m-%dT%H:%M:%SZ}"
    assert str(again.event_id) in {each["event_id"] for each in anew["evidence"]}
    await check_evidence(office, anew)
    assert (await office.alone.replay()).same


async def test_after_a_death_nobody_is_covered_and_the_day_itself_counts(
    office: CoverOffice,
) -> None:
    programme = await office.open()
    dead, alive = await office.members(programme, 1, 2)
    await office.pay(programme, "2025-07", on="2025-07-10")
    office.go_to("2025-07-21")
    await office.dies(dead, on=date(2025, 7, 14))
    assert short(await office.cover(dead, "2025-07-14")) == ("full", "paid", 0, [])
    gone = await office.cover(dead, "2025-07-15")
    assert short(gone) == ("none", "ended", 0, [])
    assert (gone["ended_on"], gone["end_reason"]) == ("2025-07-14", "death")
    assert (await check_evidence(office, gone))[-1] == "the cover ended on 2025-07-14: death"
    assert short(await office.cover(alive, "2025-07-15")) == ("full", "paid", 0, [])


async def test_a_list_is_answered_by_id_or_by_number(office: CoverOffice) -> None:
    programme = await office.open()
    workers = await office.members(programme, 1, 3)
    await office.pay(programme, "2025-07", on="2025-07-10")
    office.go_to("2025-07-11")
    (late,) = await office.members(programme, 9, 1)
    stranger = str(new_id())
    ids = [*map(str, [*workers, late]), stranger]
    by_id = (await office.covers("2025-07-11", worker_ids=ids)).json()
    assert (by_id["on"], by_id["at"], by_id["unknown"]) == ("2025-07-11", None, [stranger])
    assert {UUID(each["worker_id"]): each["covered"] for each in by_id["covers"]} == {
        **dict.fromkeys(workers, True), late: False,
    }  # fmt: skip
    numbers = await office.numbers()
    by_number = (await office.covers("2025-07-11", kpjs=[*numbers.values(), "99999999999"])).json()
    assert by_number["unknown"] == ["99999999999"]
    known = {each["worker_id"]: each for each in by_id["covers"]}
    assert len(by_number["covers"]) == 3
    assert all(each == known[each["worker_id"]] for each in by_number["covers"])


async def test_members_of_another_area_are_unknown(office: CoverOffice) -> None:
    programme = await office.open()
    (worker,) = await office.members(programme, 1, 1)
    office.go_to("2025-07-11")
    lembata = office.alone.client("branch", area="53.13")
    answer = await lembata.get(f"/workers/{worker}/cover", params={"on": "2025-07-11"})
    assert said(answer) == (404, "worker-unknown")
    asked = {"date": "2025-07-11", "worker_ids": [str(worker)]}
    found = (await lembata.post("/covers:on", json=asked)).json()
    assert (found["covers"], found["unknown"]) == ([], [str(worker)])
    village = office.alone.client("village", area="53.71.04.1001")
    assert (await village.post("/covers:on", json=asked)).status_code == 403


@pytest.mark.parametrize(
    ("asked", "slug"),
    [
        ({"date": "2025-07-11"}, "field-invalid"),
        ({"date": "2025-07-11", "kpjs": ["25000000001"], "worker_ids": [str(UUID(int=1))]},
         "field-invalid"),
        ({"date": "2025-07-11", "kpjs": ["2500000001"]}, "field-invalid"),
        ({"date": "11-07-2025", "kpjs": ["25000000001"]}, "field-invalid"),
        ({"date": "2025-07-11", "at": "2025-07-11T16:00:00Z", "kpjs": ["25000000001"]},
         "instant-on-another-day"),
        ({"date": "2025-07-12", "kpjs": ["25000000001"]}, "day-not-come"),
        ({"date": "2025-07-11", "worker_ids": [str(UUID(int=n)) for n in range(WORKERS_MAX + 1)]},
         "field-invalid"),
    ],
)  # fmt: skip
async def test_a_question_that_makes_no_sense_is_refused(
    office: CoverOffice, asked: dict[str, Any], slug: str
) -> None:
    office.go_to("2025-07-11")
    assert said(await office.province.post("/covers:on", json=asked)) == (422, slug)


async def test_after_the_programme_a_person_decides_until_the_right_is_gone(
    office: CoverOffice,
) -> None:
    programme = await office.open(last_month="2025-08")
    (worker,) = await office.members(programme, 1, 1)
    await office.pay(programme, "2025-07", on="2025-07-10")
    await office.pay(programme, "2025-08", on="2025-08-05")
    office.go_to("2025-12-16")
    assert short(await office.cover(worker, "2025-09-15")) == (
        "full",
        "paid",
        0,
        ["programme-over"],
    )
    reduced = await office.cover(worker, "2025-09-16")
    assert short(reduced) == ("reduced", "in-arrears", 1, ["programme-over"])
    assert reduced["owed_by"] == "member"
    assert short(await office.cover(worker, "2025-12-15"))[:3] == ("reduced", "in-arrears", 3)
    assert short(await office.cover(worker, "2025-12-16")) == ("none", "lapsed", 4, [])
    assert (await office.standing(programme))["reserved"] == 2 * MONTH
