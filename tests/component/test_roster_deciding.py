"""Whoever sends a roster does not decide about it: approval, rejection, what the checker sees."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from chassis.state.unit import EVERYWHERE
from contracts.enrollment import (
    ListExported,
    RosterApproved,
    RosterProcessed,
    RosterReceived,
    RosterRejected,
    WorkerEnrolled,
)
from tests.alone import key
from tests.component.enrollment_office import Office, office, said
from tests.rosters import REGION, row, rows

__all__ = ["office"]
REASON = {"reason": "kelurahan Liliba is missing"}
WARNED = [row(1), row(2, jenis_kelamin="P"), row(3, nik="9901011503850003"), row(4, nik="12")]
"""A good row, two with warnings (numbers 3 and 4), one that is refused (number 5)."""


@pytest.mark.parametrize(("step", "body"), [("approval", {}), ("rejection", REASON)])
async def test_whoever_sent_a_roster_may_not_decide_about_it(
    office: Office, step: str, body: dict[str, str]
) -> None:
    programme = await office.open()
    anna = office.alone.client("district", area=REGION, name="anna")
    sent = await office.upload(programme, rows(1, 2), by=anna)
    await office.alone.work("rosters")
    path = f"/rosters/{sent.json()['roster_id']}/{step}"
    logged = await office.logged()
    for role in ("checker", "province"):
        herself = office.alone.client(role, area="53", name="anna")
        answer = await herself.post(path, json=body, headers=key())
        assert said(answer) == (403, "maker-is-checker")
    assert await office.logged() == logged
    assert (await office.checker.post(path, json=body, headers=key())).status_code == 200


async def test_the_database_too_refuses_a_checker_who_is_the_maker(office: Office) -> None:
    programme = await office.open()
    await office.validated(programme, rows(1, 2))
    with pytest.raises(IntegrityError, match="checker_is_not_maker"):
        async with office.alone.units.single(area=EVERYWHERE) as unit:
            await unit.session.execute(text("UPDATE rosters SET decided_by = received_by"))
    (held,) = await office.alone.rows("SELECT decided_by FROM rosters")
    assert held["decided_by"] is None


async def test_a_roster_is_decided_when_every_row_has_its_verdict(office: Office) -> None:
    roster_id = (await office.upload(await office.open(), rows(1, 2))).json()["roster_id"]
    early = await office.approve(roster_id)
    assert (said(early), early.json()["retryable"]) == ((409, "roster-not-validated"), True)
    rejection = f"/rosters/{roster_id}/rejection"
    early = await office.checker.post(rejection, json=REASON, headers=key())
    assert said(early) == (409, "roster-not-validated")
    sample = await office.checker.get(f"/rosters/{roster_id}/sample")
    assert said(sample) == (409, "roster-not-validated")
    await office.alone.work("rosters")
    assert (await office.approve(roster_id)).status_code == 200


@pytest.mark.parametrize("first", ["approval", "rejection"])
async def test_a_roster_is_decided_once(office: Office, first: str) -> None:
    roster_id = (await office.validated(await office.open(), rows(1, 2)))["roster_id"]
    bodies: dict[str, Any] = {"approval": {}, "rejection": REASON}
    for turn, step in enumerate((first, *bodies)):
        path = f"/rosters/{roster_id}/{step}"
        answer = await office.checker.post(path, json=bodies[step], headers=key())
        assert said(answer) == ((409, "roster-decided") if turn else (200, None))
    await office.alone.work("rosters")
    again = await office.approve(roster_id)
    assert said(again) == (409, "roster-decided")


async def test_two_checkers_at_once_decide_once(office: Office) -> None:
    roster_id = (await office.validated(await office.open(), rows(1, 2)))["roster_id"]
    other = office.alone.client("checker", area=REGION, name="a second checker")
    answers = await asyncio.gather(
        office.approve(roster_id),
        other.post(f"/rosters/{roster_id}/rejection", json=REASON, headers=key()),
        other.post(f"/rosters/{roster_id}/approval", json={}, headers=key()),
    )
    assert sorted(map(said, answers)) == [(200, None), *[(409, "roster-decided")] * 2]
    decided = [
        *await office.alone.recorded(RosterApproved), *await office.alone.recorded(RosterRejected),
    ]  # fmt: skip
    assert len(decided) == 1
    assert (await office.alone.replay()).same


async def test_a_checker_of_another_area_sees_no_roster(office: Office) -> None:
    roster_id = (await office.validated(await office.open(), rows(1, 2)))["roster_id"]
    other = office.alone.client("checker", area="53.13")
    answer = await other.post(f"/rosters/{roster_id}/approval", json={}, headers=key())
    assert said(answer) == (404, "roster-unknown")
    for what in ("", "/rows", "/sample", "/report"):
        assert said(await other.get(f"/rosters/{roster_id}{what}")) == (404, "roster-unknown")


async def test_warned_rows_become_members_but_for_those_left_out(office: Office) -> None:
    roster_id = (await office.validated(await office.open(), WARNED))["roster_id"]
    approved = await office.approve(roster_id, leave_out=[3, 3])
    assert approved.json() == {"roster_id": roster_id, "approved": True, "left_out": 1}
    await office.alone.work("rosters")
    standing = await office.roster(roster_id)
    assert (standing["enrolled"], standing["left_out"]) == (2, 1)
    assert standing["refused"] == {"left-out-by-checker": 1, "nik-malformed": 1}
    assert standing["decided_by"].startswith("checker")
    assert await office.findings(roster_id) == {
        3: {
            ("refused", "nik", "left-out-by-checker"),
            ("refused", "jenis_kelamin", "sex-differs-from-nik"),
        },
        4: {("warning", "nik", "nik-prefix-unknown")},
        5: {("refused", "nik", "nik-malformed")},
    }
    members = await office.alone.recorded(WorkerEnrolled)
    assert sorted(each.warnings for each in members) == [(), ("nik-prefix-unknown",)]
    (processed,) = await office.alone.recorded(RosterProcessed)
    assert processed.enrolled + sum(processed.refused.values()) == len(WARNED)
    assert (await office.alone.replay()).same


@pytest.mark.parametrize("number", [2, 5, 6, 900])
async def test_only_rows_with_a_warning_can_be_left_out(office: Office, number: int) -> None:
    roster_id = (await office.validated(await office.open(), WARNED))["roster_id"]
    before = await office.findings(roster_id)
    answer = await office.approve(roster_id, leave_out=[3, number])
    assert said(answer) == (422, "row-not-warned")
    assert await office.findings(roster_id) == before
    assert (await office.roster(roster_id))["state"] == "validated"


async def test_a_rejected_roster_makes_no_members_and_may_come_again(office: Office) -> None:
    programme = await office.open()
    first = (await office.validated(programme, WARNED))["roster_id"]
    path = f"/rosters/{first}/rejection"
    answer = await office.checker.post(path, json=REASON, headers=key())
    assert answer.json() == {"roster_id": first, "approved": False, "left_out": 0}
    await office.alone.work("rosters")
    standing = await office.roster(first)
    assert (standing["state"], standing["done"], standing["rejection"]) == (
        "rejected", True, REASON["reason"],
    )  # fmt: skip
    assert await office.alone.recorded(WorkerEnrolled) == []
    again = await office.enroll(programme, WARNED)
    assert again["roster_id"] != first
    assert again["enrolled"] == 3
    assert (await office.upload(programme, WARNED)).json()["roster_id"] == again["roster_id"]
    assert len(await office.alone.recorded(RosterReceived)) == 2
    assert (await office.alone.replay()).same


async def test_the_checker_sees_a_sample_of_the_fit_rows_which_is_put_on_record(
    office: Office,
) -> None:
    sent = [*rows(10, 2_000), row(3_000, nama=""), row(3_001, jenis_kelamin="P")]
    roster_id = (await office.validated(await office.open(), sent))["roster_id"]
    path = f"/rosters/{roster_id}/sample"
    sample = (await office.checker.get(path, params={"rows": 30})).json()
    assert sample == (await office.checker.get(path, params={"rows": 30})).json()
    assert len(sample["rows"]) == 30
    number, cells = next(iter(sample["rows"].items()))
    assert cells == list(sent[int(number) - 2].values())
    assert sample["columns"] == list(row(1))
    assert {int(each) > 1_001 for each in sample["rows"]} == {True, False}
    assert str(2 + 2_000) not in sample["rows"]
    assert said(await office.district.get(path)) == (403, "role-not-allowed")
    looked = await office.alone.recorded(ListExported)
    assert {(e.what, e.rows, e.masked, e.role) for e in looked} == {
        ("roster sample", 30, False, "checker")
    }
    few = (await office.validated(await office.open(), rows(3_000, 3)))["roster_id"]
    assert len((await office.checker.get(f"/rosters/{few}/sample")).json()["rows"]) == 3


async def test_findings_come_in_pages(office: Office) -> None:
    sent = [row(number, nik="1") for number in range(1, 26)]
    roster_id = (await office.validated(await office.open(), sent))["roster_id"]
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        asked = {"after": after, "limit": 10}
        page = (await office.checker.get(f"/rosters/{roster_id}/rows", params=asked)).json()
        assert len(page["rows"]) <= 10
        seen += [each["row"] for each in page["rows"]]
        after = page["next_after"]
    assert seen == list(range(2, 27))
