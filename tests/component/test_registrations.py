"""One worker is proposed over HTTP: by the rules of a roster, and decided as one."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from contracts.enrollment import (
    RosterProcessed,
    RosterReceived,
    RosterRejected,
    WorkerEnrolled,
    WorkerReplaced,
)
from services.enrollment.api.registrations import PERSON, PersonCells
from services.enrollment.rules.applicants import COLUMNS, judge
from tests.alone import key
from tests.component.enrollment_office import MONTH, Office, death_verified, office, said
from tests.rosters import REGION, VILLAGE, nik, row, rows

__all__ = ["office"]


async def propose(
    office: Office,
    programme: UUID,
    number: int = 1,
    *,
    by: httpx.AsyncClient | None = None,
    name: str | None = None,
    **changed: Any,
) -> httpx.Response:
    """Propose the worker of this number; None leaves a field out."""
    fields = {"programme_id": str(programme), **row(number), **changed}
    body = {name: value for name, value in fields.items() if value is not None}
    return await (by or office.district).post("/registrations", json=body, headers=key(name))


async def approved(office: Office, roster_id: str) -> dict[str, Any]:
    assert (await office.approve(roster_id)).status_code == 200
    await office.alone.work("rosters")
    return await office.roster(roster_id)


async def test_a_worker_is_proposed_checked_at_once_and_waits_for_a_second_person(
    office: Office,
) -> None:
    programme = await office.open()
    head = office.alone.client("village", area=VILLAGE)
    answer = await propose(office, programme, by=head)
    assert (answer.status_code, answer.json()["warnings"]) == (202, [])
    roster_id = answer.json()["roster_id"]
    standing = await office.roster(roster_id)
    assert (standing["state"], standing["kind"], standing["region_code"]) == (
        "validated", "single", VILLAGE,
    )  # fmt: skip
    assert (standing["rows"], standing["fit"], standing["amount"]) == (1, 1, 6 * MONTH)
    sample = (await office.checker.get(f"/rosters/{roster_id}/sample")).json()
    assert sample == {"columns": list(COLUMNS), "rows": {"2": list(row(1).values())}}
    assert (await office.standing(programme))["enrolled"] == 0
    done = await approved(office, roster_id)
    assert (done["enrolled"], done["done"]) == (1, True)
    (member,) = await office.alone.recorded(WorkerEnrolled)
    assert (member.village_code, str(member.roster_id)) == (VILLAGE, roster_id)
    assert (await office.alone.replay()).same


async def test_warnings_are_in_the_answer_and_for_the_second_person(office: Office) -> None:
    programme = await office.open()
    answer = await propose(office, programme, jenis_kelamin="P", kode_wilayah="5371041001")
    warnings = answer.json()["warnings"]
    assert [(each["field"], each["slug"]) for each in warnings] == [
        ("jenis_kelamin", "sex-differs-from-nik")
    ]
    assert warnings[0]["reason"].endswith(".")
    standing = await office.roster(answer.json()["roster_id"])
    assert standing["warned"] == {"sex-differs-from-nik": 1}
    left_out = await office.approve(answer.json()["roster_id"], leave_out=[2])
    assert left_out.json()["left_out"] == 1
    await office.alone.work("rosters")
    assert await office.alone.recorded(WorkerEnrolled) == []
    (processed,) = await office.alone.recorded(RosterProcessed)
    assert processed.refused == {"left-out-by-checker": 1}


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"nik": "123"}, [("nik", "nik-malformed")]),
        ({"nama": None}, [("nama", "field-missing")]),
        ({"kode_wilayah": "53.71.04.1012"}, [("kode_wilayah", "village-unknown")]),
        ({"kode_wilayah": None}, [("kode_wilayah", "field-missing")]),
        ({"tanggal_lahir": "1950-01-01"}, [("tanggal_lahir", "too-old")]),
        (
            {"nama": " ", "ktp": "?", "no_kk": "5,37E+15"},
            [("nama", "field-missing"), ("ktp", "field-malformed"),
             ("no_kk", "nik-in-scientific-notation")],
        ),
    ],
)  # fmt: skip
async def test_whoever_cannot_be_taken_is_refused_with_every_reason_and_nothing_changes(
    office: Office, changed: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    programme = await office.open()
    logged = await office.logged()
    answer = await propose(office, programme, **changed)
    assert said(answer) == (422, errors[0][1])
    told = answer.json()
    assert [each["field"] for each in told["errors"]] == [field for field, _ in errors]
    assert all(each["problem"].endswith(".") for each in told["errors"])
    assert told["retryable"] is False
    assert answer.headers["content-type"] == "application/problem+json"
    assert await office.logged() == logged
    for table in ("rosters", "staged_roster", "staged_chunk", "row_finding"):
        assert await office.alone.rows(f"SELECT 1 FROM {table}") == []


async def test_the_rules_of_rosters_hold_members_of_other_areas_places_and_money_too(
    office: Office,
) -> None:
    quotas = [{"region_code": code, "heads": 2} for code in ("53.71", "53.13")]
    programme = await office.open(quotas=quotas)
    lembata = office.alone.client("district", area="53.13")
    elsewhere = await propose(office, programme, by=lembata, kode_wilayah="53.13.04.2001")
    await office.approve(elsewhere.json()["roster_id"])
    await office.alone.work("rosters")
    head = office.alone.client("village", area=VILLAGE)
    assert said(await propose(office, programme, by=head)) == (422, "already-member")
    alike = {"nama": row(1)["nama"], "nama_ibu": row(1)["nama_ibu"]}
    warned = await propose(office, programme, 2, by=head, **alike)
    assert [each["slug"] for each in warned.json()["warnings"]] == ["possible-duplicate"]
    await office.enroll(programme, rows(5, 2))
    assert said(await propose(office, programme, 9)) == (422, "quota-exhausted")
    poor = await office.open(ceiling=5 * MONTH)
    assert said(await propose(office, poor, 9)) == (422, "budget-exhausted")


async def test_nobody_proposes_people_of_another_area(office: Office) -> None:
    programme = await office.open()
    other = office.alone.client("village", area="53.71.04.1008")
    assert said(await propose(office, programme, by=other)) == (403, "outside-area")
    assert said(await propose(office, programme, by=office.checker)) == (403, "role-not-allowed")
    assert said(await propose(office, UUID(int=0))) == (404, "programme-unknown")
    assert said(await propose(office, programme, umur="40")) == (422, "field-unknown")
    assert await office.alone.recorded(RosterReceived) == []


async def test_the_same_words_are_one_proposal_while_it_waits(office: Office) -> None:
    programme = await office.open()
    first = await propose(office, programme, name="a")
    again = await propose(office, programme, name="a")
    assert again.headers["Idempotent-Replayed"] == "true"
    other_key = await propose(office, programme)
    assert first.json() == again.json() == other_key.json()
    assert len(await office.alone.recorded(RosterReceived)) == 1
    await approved(office, first.json()["roster_id"])
    assert said(await propose(office, programme)) == (422, "already-member")


async def test_twins_at_once_are_one_proposal(office: Office) -> None:
    programme = await office.open()
    heads = [office.alone.client("village", area=VILLAGE, name=f"head {n}") for n in range(4)]
    answers = await asyncio.gather(*(propose(office, programme, by=head) for head in heads))
    assert len({each.json()["roster_id"] for each in answers}) == 1
    assert len(await office.alone.recorded(RosterReceived)) == 1


async def test_a_proposal_that_was_rejected_or_refused_may_come_again(office: Office) -> None:
    programme = await office.open(quotas=[{"region_code": REGION, "heads": 1}])
    first = (await propose(office, programme)).json()["roster_id"]
    path, body = f"/rosters/{first}/rejection", {"reason": "ask the family"}
    assert (await office.checker.post(path, json=body, headers=key())).is_success
    second = (await propose(office, programme)).json()["roster_id"]
    assert second != first
    await office.enroll(programme, rows(7, 1))
    assert (await approved(office, second))["refused"] == {"quota-exhausted": 1}
    assert (await office.amend(programme, 2)).is_success
    third = (await propose(office, programme)).json()["roster_id"]
    assert third not in {first, second}
    assert (await approved(office, third))["enrolled"] == 1
    assert len(await office.alone.recorded(RosterRejected)) == 1
    assert (await office.alone.replay()).same


async def test_the_digest_of_a_proposal_tells_nobody_who_guesses_that_the_guess_is_right(
    office: Office,
) -> None:
    programme = await office.open()
    await propose(office, programme)
    (received,) = await office.alone.recorded(RosterReceived)
    pepper = office.alone.running.tools.identities.pepper
    object.__setattr__(office.alone.running.tools.identities, "pepper", b"another pepper" * 3)
    await propose(office, programme)
    digests = {each.sha256 for each in await office.alone.recorded(RosterReceived)}
    assert len(digests) == 2
    assert pepper.hex() not in received.sha256


async def left_by_death(office: Office, programme: UUID) -> UUID:
    """Enroll a worker, who dies."""
    await office.enroll(programme, rows(50, 1))
    worker = (await office.alone.recorded(WorkerEnrolled))[-1].worker_id
    await office.alone.hear(death_verified(office.alone, worker, died_on=date(2025, 7, 7)))
    return worker


async def test_another_worker_takes_the_place_of_one_who_left(office: Office) -> None:
    programme = await office.open(quotas=[{"region_code": REGION, "heads": 1}])
    left = await left_by_death(office, programme)
    answer = await propose(office, programme, replaces=str(left))
    roster_id = answer.json()["roster_id"]
    assert (await office.roster(roster_id))["replaces"] == str(left)
    assert await office.alone.recorded(WorkerReplaced) == []
    twice = await propose(office, programme, 2, replaces=str(left))
    assert said(twice) == (409, "place-taken")
    await approved(office, roster_id)
    (replaced,) = await office.alone.recorded(WorkerReplaced)
    (_, member) = await office.alone.recorded(WorkerEnrolled)
    assert (replaced.worker_id, replaced.replaced_by) == (left, member.worker_id)
    (held,) = await office.alone.rows(
        "SELECT replaced_by FROM memberships WHERE worker_id = :left", left=left
    )
    assert held["replaced_by"] == member.worker_id
    assert said(await propose(office, programme, 2, replaces=str(left))) == (409, "place-taken")
    assert (await office.alone.replay()).same


async def test_a_place_is_given_on_only_when_it_is_free_and_known_in_the_area(
    office: Office,
) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(60, 1))
    (member,) = await office.alone.recorded(WorkerEnrolled)
    going_on = await propose(office, programme, replaces=str(member.worker_id))
    assert said(going_on) == (409, "place-not-free")
    unknown = await propose(office, programme, replaces=str(UUID(int=5)))
    assert said(unknown) == (404, "place-unknown")
    left = await left_by_death(office, programme)
    lembata = office.alone.client("district", area="53.13")
    foreign = await propose(
        office, programme, by=lembata, kode_wilayah="53.13.04.2001", replaces=str(left)
    )
    assert said(foreign) == (404, "place-unknown")
    assert await office.alone.recorded(WorkerReplaced) == []


async def test_a_rejected_or_refused_replacement_leaves_the_place_free(office: Office) -> None:
    programme = await office.open(quotas=[{"region_code": REGION, "heads": 2}])
    left = await left_by_death(office, programme)
    first = (await propose(office, programme, replaces=str(left))).json()["roster_id"]
    path, body = f"/rosters/{first}/rejection", {"reason": "somebody else"}
    assert (await office.checker.post(path, json=body, headers=key())).is_success
    second = (await propose(office, programme, 2, replaces=str(left))).json()["roster_id"]
    await office.enroll(programme, rows(70, 2))
    assert (await approved(office, second))["refused"] == {"quota-exhausted": 1}
    assert await office.alone.recorded(WorkerReplaced) == []


def test_the_fields_are_the_columns_of_a_roster_and_the_example_is_right(office: Office) -> None:
    assert tuple(PersonCells.model_fields) == COLUMNS == tuple(PERSON)
    regions = office.alone.running.tools.regions
    found = judge(PERSON, regions=regions, area_code=REGION, today=date(2025, 7, 7))
    assert found.findings == ()
    assert PersonCells(nik=nik(1)).cells["nama"] == ""
