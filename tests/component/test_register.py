"""The register of processing: every reading of a member's data, for whoever supervises it."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook

from chassis.state.unit import EVERYWHERE
from chassis.web.access import Caller
from contracts.enrollment import PersonalDataRead
from services.enrollment.operations.register import note_readings
from tests.alone import key
from tests.component.enrollment_office import said
from tests.component.privacy_office import Privacy, privacy
from tests.rosters import row

__all__ = ["privacy"]
TELLER = Caller("anna", "branch", "53.71")
COUNTER = "asks at the counter"


async def read(privacy: Privacy, *worker_ids: UUID, by: Caller = TELLER) -> None:
    """An officer is shown these members."""
    async with privacy.alone.units.single(area=EVERYWHERE) as unit:
        await note_readings(unit, worker_ids, by=by, reason=COUNTER, what="look-up")


async def register(privacy: Privacy, path: str = "/readings", **which: Any) -> list[dict[str, Any]]:
    """All pages of the register, as an auditor sees them."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        answer = await privacy.auditor.get(path, params={**which, **after})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["readings"]
        if page["next_after"] is None:
            return found
        after = {"after": page["next_after"]}


async def test_who_is_shown_twice_at_once_is_read_once(privacy: Privacy) -> None:
    one, other = await privacy.members(row(1), row(2))
    await read(privacy, one, other, one)
    events = await privacy.alone.recorded(PersonalDataRead)
    assert sorted(each.worker_id for each in events) == sorted([one, other])
    assert {(each.read_by, each.role, each.reason, each.what) for each in events} == {
        ("anna", "branch", COUNTER, "look-up")
    }
    assert (await privacy.alone.replay()).same


async def test_each_reading_of_a_member_stands_in_the_register_the_latest_first(
    privacy: Privacy,
) -> None:
    one, other = await privacy.members(row(1), row(2))
    for _ in range(5):
        await read(privacy, one, other)
        privacy.later(minutes=1)
    path = f"/workers/{one}/readings"
    found = await register(privacy, path, limit=2)
    assert [each["worker_id"] for each in found] == [str(one)] * 5
    assert len({each["reading_id"] for each in found}) == 5
    times = [each["read_at"] for each in found]
    assert times == sorted(times, reverse=True)
    assert await register(privacy, path, limit=5) == found


async def test_pages_of_readings_at_the_same_instant_lose_and_repeat_nothing(
    privacy: Privacy,
) -> None:
    members = await privacy.members(*(row(number) for number in range(1, 8)))
    await read(privacy, *members)
    found = await register(privacy, limit=3)
    assert sorted(each["worker_id"] for each in found) == sorted(map(str, members))


async def test_the_register_is_searched_by_reader_and_time(privacy: Privacy) -> None:
    (one,) = await privacy.members()
    start = privacy.alone.clock.now()
    await read(privacy, one)
    privacy.later(days=1)
    await read(privacy, one, by=Caller("budi", "branch", "53.71"))
    assert [each["read_by"] for each in await register(privacy, read_by="budi")] == ["budi"]
    day = (start + timedelta(days=1)).isoformat()
    assert [each["read_by"] for each in await register(privacy, **{"from": day})] == ["budi"]
    assert [each["read_by"] for each in await register(privacy, to=day)] == ["anna"]
    assert await register(privacy, read_by="nobody") == []


async def test_another_service_that_opens_the_record_is_in_the_register(privacy: Privacy) -> None:
    (one,) = await privacy.members()
    bank = privacy.alone.client("bank", area="53", name="the bank")
    asked = {"subjects": [str(one)], "reason": "the passbook"}
    assert (await bank.post("/subject-keys:read", json=asked)).status_code == 200
    (found,) = await register(privacy, f"/workers/{one}/readings")
    assert (found["what"], found["role"], found["reason"]) == ("key", "bank", "the passbook")


@pytest.mark.parametrize("of_one", ["/workers/{}/readings", "/readings"])
async def test_the_register_goes_out_as_a_sheet(privacy: Privacy, of_one: str) -> None:
    (one,) = await privacy.members()
    for _ in range(3):
        await read(privacy, one)
        privacy.later(minutes=1)
    path = f"{of_one.format(one)}/sheet"
    answer = await privacy.auditor.get(path, params={"format": "csv"})
    assert answer.headers["content-disposition"] == 'attachment; filename="readings.csv"'
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [each["worker_id"] for each in lines] == [str(one)] * 3
    assert lines[0]["read_at"] > lines[2]["read_at"]
    assert {each["reason"] for each in lines} == {COUNTER}
    workbook = await privacy.auditor.get(path, params={"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(workbook.content)).worksheets[0]
    assert [[cell.value for cell in line] for line in sheet.iter_rows(min_row=2)] == [
        list(each.values()) for each in lines
    ]


async def test_only_supervisors_read_the_register_and_of_their_own_area(privacy: Privacy) -> None:
    (one,) = await privacy.members()
    await read(privacy, one)
    for path in ("/readings", "/readings/sheet"):
        assert said(await privacy.clerk.get(path)) == (403, "role-not-allowed")
    for path in (f"/workers/{one}/readings", f"/workers/{one}/readings/sheet"):
        assert (await privacy.clerk.get(path)).status_code == 200
        assert said(await privacy.office.district.get(path)) == (403, "role-not-allowed")
        abroad = privacy.alone.client("auditor", area="53.13", name="abroad")
        assert said(await abroad.get(path)) == (404, "worker-unknown")
        assert (await abroad.get("/readings")).json()["readings"] == []


async def test_nobody_can_change_the_register(privacy: Privacy) -> None:
    (one,) = await privacy.members()
    await read(privacy, one)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = await privacy.admin.request(method, "/readings", headers=key())
        assert answer.status_code == 405
    assert len(await register(privacy)) == 1
