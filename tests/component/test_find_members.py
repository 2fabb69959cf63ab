"""Finding one member by an exact number: what is told, to whom, and what stands on record."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.ids import new_id
from contracts.banking import AccountOpened
from contracts.enrollment import PersonalDataRead, WorkerEnrolled
from contracts.types import AccountId
from services.enrollment.adapters import LOOK_UPS_MAX
from tests.alone import Alone, MakeAlone
from tests.component.enrollment_office import (
    Office,
    command,
    death_verified,
    office,
    said,
)
from tests.rosters import REGION, nik, rows

__all__ = ["office"]
FIND = {"nik": nik(1)}


@pytest.fixture
async def member(office: Office) -> UUID:
    """The one member of a programme, without cover yet."""
    await office.enroll(await office.open(), rows(1, 1))
    (enrolled,) = await office.alone.recorded(WorkerEnrolled)
    return enrolled.worker_id


async def found(office: Office, **asked: str) -> dict[str, Any]:
    answer = await office.branch.post("/members:find", json=asked or FIND)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def programme_of(service: Alone) -> UUID:
    (only,) = await service.rows("SELECT programme_id FROM programmes")
    return UUID(str(only["programme_id"]))


async def test_a_member_is_found_by_nik_and_nothing_tells_who_it_is(
    office: Office, member: UUID
) -> None:
    told = await found(office)
    assert UUID(told["worker_id"]) == member
    assert told["kpj"] is None
    assert (told["covered"], told["card"], told["account_linked"]) == (False, "none", False)
    (standing,) = told["programmes"]
    assert (standing["status"], standing["months_billed"]) == ("enrolled", 0)
    assert not {"name", "nik", "identity", "born_on"} & (told.keys() | standing.keys())


async def test_a_member_is_found_by_member_number(office: Office, member: UUID) -> None:
    programme = await programme_of(office.alone)
    await office.bill_and_pay(programme, "2025-07")
    told = await found(office, kpj="25000000001")
    assert told == await found(office)
    assert (UUID(told["worker_id"]), told["kpj"]) == (member, "25000000001")
    assert (told["covered"], told["programmes"][0]["status"]) == (True, "covered")
    assert (told["programmes"][0]["months_billed"], told["programmes"][0]["months_paid"]) == (1, 1)


async def test_it_tells_of_account_card_and_the_end(office: Office, member: UUID) -> None:
    programme = await programme_of(office.alone)
    await office.bill_and_pay(programme, "2025-07")
    opened = AccountOpened(
        **command().stamp("open", at=office.alone.clock.now()),
        holder_id=member, holder="member", account_id=AccountId(new_id()),
    )  # fmt: skip
    await office.alone.hear(opened)
    assert (await found(office))["account_linked"] is True
    await office.alone.hear(death_verified(office.alone, member, died_on=date(2025, 7, 20)))
    told = await found(office)
    assert told["covered"] is False
    (standing,) = told["programmes"]
    assert (standing["status"], standing["end_reason"]) == ("ended", "death")
    assert standing["ended_on"] == "2025-07-20"


async def test_every_membership_is_told_the_latest_first(office: Office, member: UUID) -> None:
    office.alone.clock.set(datetime(2026, 1, 5, tzinfo=UTC))
    later = await office.open(first_month="2026-01", last_month="2026-12")
    await office.enroll(later, rows(1, 1))
    told = await found(office)
    assert UUID(told["programme_id"]) == later
    assert [each["first_month"] for each in told["programmes"]] == ["2026-01", "2025-07"]
    assert UUID(told["worker_id"]) == member


async def test_each_look_up_that_finds_somebody_is_on_record_with_its_reason(
    office: Office, member: UUID
) -> None:
    await found(office)
    await found(office, nik=nik(1), reason="asks at the counter")
    read = await office.alone.recorded(PersonalDataRead)
    assert [(each.worker_id, each.what, each.reason) for each in read] == [
        (member, "look-up", "look-up"),
        (member, "look-up", "asks at the counter"),
    ]
    assert {(each.role, each.read_by.split()[0]) for each in read} == {("branch", "branch")}
    assert (await office.alone.replay()).same


@pytest.mark.usefixtures("member")
@pytest.mark.parametrize("asked", [{"nik": nik(2)}, {"kpj": "25999999999"}])
async def test_who_is_not_there_is_not_found_and_nothing_is_recorded(
    office: Office, asked: dict[str, str]
) -> None:
    answer = await office.branch.post("/members:find", json=asked)
    assert said(answer) == (404, "member-unknown")
    elsewhere = office.alone.client("district", area="53.13")
    assert said(await elsewhere.post("/members:find", json=FIND)) == (404, "member-unknown")
    assert await office.alone.recorded(PersonalDataRead) == []


@pytest.mark.usefixtures("member")
@pytest.mark.parametrize(
    ("asked", "slug"),
    [
        ({}, "field-invalid"),
        ({"nik": nik(1), "kpj": "25000000001"}, "field-invalid"),
        ({"nik": "5371"}, "field-invalid"),
        ({"kpj": "2500000000"}, "field-invalid"),
        ({"nik": nik(1), "reason": "two\nlines"}, "field-invalid"),
        ({"name": "Yohanes Tefa0001"}, "field-unknown"),
    ],
)
async def test_nobody_is_looked_for_by_anything_but_one_whole_number(
    office: Office, asked: dict[str, str], slug: str
) -> None:
    answer = await office.branch.post("/members:find", json=asked)
    assert said(answer) == (422, slug)
    assert nik(1) not in answer.text
    assert await office.alone.recorded(PersonalDataRead) == []


async def test_so_many_look_ups_a_minute_and_no_more(office: Office) -> None:
    answers: list[httpx.Response] = []
    while len(answers) <= 2 * LOOK_UPS_MAX:  # a minute may turn while we ask
        answers.append(await office.branch.post("/members:find", json=FIND))
        if answers[-1].status_code == 429:
            break
    assert said(answers[-1]) == (429, "too-many-requests")
    assert len(answers) > LOOK_UPS_MAX
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    other = office.alone.client("branch", area=REGION, name="a colleague")
    assert said(await other.post("/members:find", json=FIND)) == (404, "member-unknown")


async def test_without_redis_look_ups_are_refused_and_commands_pass(alone: MakeAlone) -> None:
    office = Office(await alone("enrollment", redis_url="redis://127.0.0.1:9/0"))
    await office.enroll(await office.open(), rows(1, 1))
    answer = await office.branch.post("/members:find", json=FIND)
    assert said(answer) == (503, "lookups-unavailable")
    assert answer.json()["retryable"] is True
    assert await office.alone.recorded(PersonalDataRead) == []
