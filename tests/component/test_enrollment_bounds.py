"""Numbers and days that nothing real reaches are refused at the door."""

from typing import Any

import httpx
import pytest

from chassis.ids import new_id
from tests.alone import key
from tests.component.enrollment_office import MONTH, PROGRAMME, Office, office, said
from tests.rosters import REGION, rows

__all__ = ["office"]
TOO_MUCH = {"ceiling": 10**19}
TOO_MANY = {"quotas": [{"region_code": REGION, "heads": 3_000_000_000}]}


@pytest.mark.parametrize("asked", [TOO_MUCH, TOO_MANY])
async def test_a_programme_has_a_largest_size(office: Office, asked: dict[str, Any]) -> None:
    programme = await office.open()
    for path, body in (
        ("/programmes", PROGRAMME | asked),
        (f"/programmes/{programme}/quotas", asked),
        (f"/programmes/{programme}/renewals", PROGRAMME | {"first_month": "2026-01"} | asked),
    ):
        answer = await office.province.post(path, json=body, headers=key())
        assert said(answer) == (422, "field-invalid"), answer.text
    largest = {"ceiling": 10**15, "quotas": [{"region_code": REGION, "heads": 10_000_000}]}
    assert (await office.standing(await office.open(**largest)))["ceiling"] == 10**15


@pytest.mark.parametrize(("asked", "months"), [({}, 6), ({"months": 2}, 2)])
async def test_what_so_many_new_members_would_cost(
    office: Office, asked: dict[str, int], months: int
) -> None:
    path = f"/programmes/{await office.open()}/what-if"
    answer = await office.province.get(path, params={"area": "53", "heads": 5, **asked})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["heads"], answer.json()["cost"]) == (5, 5 * months * MONTH)
    for heads in (0, 10**10):
        answer = await office.province.get(path, params={"area": "53", "heads": heads})
        assert said(answer) == (422, "field-invalid")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_a_day_lies_in_this_century_or_the_next(office: Office, day: str) -> None:
    await office.enroll(await office.open(), rows(1, 1))
    (worker,) = await office.alone.rows("SELECT worker_id FROM workers")
    auditor = office.alone.client("auditor", area="53")
    path = f"/workers/{worker['worker_id']}/cover"
    at = f"{day}T00:00:00+14:00" if day < "2000" else f"{day}T23:59:59-12:00"

    async def asks(path: str, **asked: str) -> httpx.Response:
        return await auditor.get(path, params=asked)

    who = [str(worker["worker_id"])]
    answers = [
        await asks(path, on=day),
        await asks(path, on="2025-07-07", at=at),
        await auditor.post("/covers:on", json={"date": day, "worker_ids": who}),
        await asks("/readings", **{"from": at}),
        await asks("/readings", to=at),
        await asks("/readings/sheet", to=at),
    ]
    assert [said(each) for each in answers] == [(422, "field-invalid")] * len(answers)


async def test_an_end_lies_in_this_century(office: Office) -> None:
    path = f"/memberships/{new_id()}/{new_id()}/ending"
    asked = {"reason": "other-segment", "ended_on": "0001-01-01"}
    answer = await office.branch.post(path, json=asked, headers=key())
    assert said(answer) == (422, "field-invalid")


async def test_rows_of_a_roster_have_a_highest_number(office: Office) -> None:
    roster = f"/rosters/{new_id()}"
    answer = await office.province.get(f"{roster}/rows", params={"after": 10**19})
    assert said(answer) == (422, "field-invalid")
    asked = {"leave_out": [10**19]}
    answer = await office.checker.post(f"{roster}/approval", json=asked, headers=key())
    assert said(answer) == (422, "field-invalid")
