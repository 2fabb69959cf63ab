"""Heirs through HTTP, on a real Postgres: registered, struck, counted, shared, sealed, shown."""

import asyncio
import json
from base64 import b64decode
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.sealing import open_sealed
from contracts.claims import (
    FamilyRecorded,
    HeirRegistered,
    HeirStruck,
    SharesAgreed,
    SubjectKeyRead,
)
from contracts.event import Event
from services.claims.rules.heirs import HeirIdentity
from services.claims.rules.parties import FUND_NAME
from tests.alone import key
from tests.component.claims_office import (
    ANNA,
    BETA,
    CHECKER,
    CLERK,
    DEATH_PAPERS,
    HEAD,
    Case,
    Claims,
    an_heir,
    claims,
    refusal,
)

__all__ = ["claims"]  # the fixture
NAME, NIK, PHONE, ACCOUNT = "Yuliana Tse", "5371045507890777", "0812-3456-7890", "0356789012"
SPOUSE = {"relation": "spouse", "relationship": "istri"}
MINOR = {"born_on": "2015-03-01"}


async def add(claims: Claims, case: Case, **changed: Any) -> httpx.Response:
    return await claims.post(f"/claims/{case.claim_id}/heirs", an_heir(**changed))


async def family(claims: Claims, case: Case, **living: int) -> httpx.Response:
    told = {name.removeprefix("of_"): count for name, count in living.items()}
    return await claims.post(f"/claims/{case.claim_id}/family", {"living": told})


async def share(claims: Claims, case: Case, *parts: int, **changed: Any) -> httpx.Response:
    shares = [
        {"party_id": party_id, "parts": count}
        for party_id, count in zip(case.party_ids, parts, strict=False)
    ]
    body = {"whole": sum(parts), "shares": shares} | changed
    return await claims.post(f"/claims/{case.claim_id}/shares", body)


async def strike(claims: Claims, case: Case, party_id: str) -> httpx.Response:
    path = f"/claims/{case.claim_id}/heirs/{party_id}/striking"
    return await claims.post(path, {"reason": "registered by mistake"})


async def test_an_heir_is_sealed_and_equals_are_found_by_marks(claims: Claims) -> None:
    heir = an_heir(
        name=NAME, nik=NIK, phone=PHONE, born_on="1989-07-15",
        account={"kind": "elsewhere", "bank_code": "014", "account_number": ACCOUNT},
    )  # fmt: skip
    first = await claims.file(ANNA, heirs=[heir])
    await claims.file(BETA, heirs=[heir | {"phone": "+62 81234567890", "name": "Yuli Tse"}])
    here, there = await claims.service.recorded(HeirRegistered)
    for mark in ("account_mark", "phone_mark", "person_mark"):
        assert getattr(here, mark) == getattr(there, mark) is not None
    assert len({here.account_mark, here.phone_mark, here.person_mark}) == 3
    rows = await claims.service.rows("SELECT encode(body, 'escape') AS body FROM event_log")
    rows += await claims.service.rows("SELECT row_to_json(heirs)::text AS body FROM heirs")
    text = json.dumps(rows)
    assert not [each for each in (NAME, NIK, PHONE, ACCOUNT, "1989-07-15") if each in text]
    bank = claims.service.client("bank", area="53")
    asked = {"subjects": first.party_ids, "reason": "a benefit is paid"}
    keys = (await bank.post("/subject-keys:read", json=asked)).json()["keys"]
    opened = open_sealed(here.identity, b64decode(keys[first.party_id]), HeirIdentity)
    assert (opened.name, opened.nik, opened.bank_code) == (NAME, NIK, "014")
    assert (opened.account_number, opened.phone) == (ACCOUNT, PHONE)


async def test_heirs_that_are_filed_without_a_family_are_the_whole_family(claims: Claims) -> None:
    case = await claims.file(heirs=[an_heir(**SPOUSE), an_heir()], family=None)
    (told,) = await claims.service.recorded(FamilyRecorded)
    assert told.living == {"1": 2}
    assert refusal(await add(claims, case)) == (409, "heir-not-in-family")
    assert (await family(claims, case, of_1=3, of_3=1)).json() == {
        "claim_id": case.claim_id, "living": {"1": 3, "3": 1}, "heir_class": 1,
    }  # fmt: skip
    assert (await add(claims, case)).status_code == 201
    assert (await claims.service.replay()).same


async def test_heirs_one_by_one_need_a_family_that_was_told(claims: Claims) -> None:
    case = await claims.file(heirs=None, family=None)
    await claims.papers(case.claim_id)
    assert (await add(claims, case)).status_code == 201
    assert refusal(await claims.verify(case.claim_id)) == (409, "family-unrecorded")
    assert (await family(claims, case, of_1=2)).status_code == 200
    assert refusal(await claims.verify(case.claim_id)) == (409, "heir-missing")
    assert (await add(claims, case)).status_code == 201
    assert refusal(await claims.verify(case.claim_id)) == (409, "shares-missing")
    ids = [str(heir.party_id) for heir in await claims.service.recorded(HeirRegistered)]
    case = case._replace(party_ids=tuple(ids))
    assert (await share(claims, case, 1, 1)).json() == {
        "claim_id": case.claim_id, "whole": 2, "payees": ids,
    }  # fmt: skip
    assert (await claims.verify(case.claim_id)).status_code == 200


async def test_no_lower_class_while_a_higher_one_lives(claims: Claims) -> None:
    case = await claims.file(heirs=None, family={"2": 1, "3": 1})
    brother = {"heir_class": 3, "relation": "sibling"}
    assert refusal(await add(claims, case, **brother)) == (409, "higher-class-living")
    assert refusal(await add(claims, case)) == (409, "heir-not-in-family")
    assert (await add(claims, case, heir_class=2, relation="parent")).status_code == 201
    assert refusal(await family(claims, case, of_1=1)) == (409, "higher-class-living")
    mixed = await claims.ask(BETA, heirs=[an_heir(), an_heir(**brother)], family=None)
    assert refusal(mixed) == (409, "higher-class-living")
    misfit = await add(claims, case, heir_class=2, relation="child")
    assert refusal(misfit) == (422, "party-does-not-fit")


async def test_a_widow_receives_for_her_children_to_the_last_rupiah(claims: Claims) -> None:
    heirs = [an_heir(**MINOR), an_heir(**SPOUSE), an_heir(**MINOR)]
    case = await claims.file(heirs=heirs, family=None, shares={"whole": 3, "parts": [1, 1, 1]})
    child, widow, other = case.party_ids
    rows = {str(heir.party_id): heir for heir in await claims.service.recorded(HeirRegistered)}
    assert [rows[each].guardian_id for each in (child, other)] == [UUID(widow)] * 2
    assert [rows[each].is_minor for each in case.party_ids] == [True, False, True]
    assert refusal(await strike(claims, case, widow)) == (409, "party-needed")
    await claims.papers(case.claim_id)
    assert (await claims.verify(case.claim_id)).status_code == 200
    paid = (await claims.approve(case.claim_id)).json()["lines"]
    assert {line["payee_id"] for line in paid} == {widow}
    assert sum(line["amount"] for line in paid) == 42_000_000


async def test_shares_in_thirds_sum_to_each_line(claims: Claims) -> None:
    heirs = [an_heir(**SPOUSE), an_heir(), an_heir()]
    case = await claims.file(heirs=heirs, family=None, shares={"whole": 3, "parts": [1, 1, 1]})
    await claims.papers(case.claim_id)
    assert (await claims.verify(case.claim_id)).status_code == 200
    lines = (await claims.approve(case.claim_id)).json()["lines"]
    lump = [line["amount"] for line in lines if line["benefit"] == "lump-sum"]
    assert sorted(lump) == [6_666_666, 6_666_667, 6_666_667]
    assert {line["payee_id"] for line in lines} == set(case.party_ids)


async def test_a_minor_needs_a_guardian(claims: Claims) -> None:
    case = await claims.file(heirs=None, family={"1": 2})
    assert refusal(await add(claims, case, **MINOR)) == (409, "guardian-missing")
    guardian = (await add(claims, case, role="guardian", heir_class=6)).json()["party_id"]
    assert (await add(claims, case, **MINOR)).status_code == 201
    assert (await add(claims, case, is_minor=True, guardian_id=guardian)).status_code == 201
    recorded = await claims.service.recorded(HeirRegistered)
    assert [heir.role for heir in recorded] == ["guardian", "heir", "heir"]
    assert [str(heir.guardian_id) for heir in recorded[1:]] == [guardian] * 2
    young = await add(claims, case, role="guardian", heir_class=6, **MINOR)
    assert refusal(young) == (422, "party-does-not-fit")


async def test_one_receives_all_by_a_power_of_attorney(claims: Claims) -> None:
    case = await claims.file(heirs=[an_heir(), an_heir()], family=None)
    (paper,) = await claims.papers(case.claim_id, ["heir-certificate"])
    assert refusal(await share(claims, case, 1, power_of_attorney=paper)) == (
        409, "power-of-attorney-missing",
    )  # fmt: skip
    (old,) = await claims.papers(case.claim_id, ["power-of-attorney"])
    assert (await share(claims, case, 1, power_of_attorney=old)).status_code == 200
    (power,) = await claims.papers(case.claim_id, ["power-of-attorney"])
    assert refusal(await share(claims, case, 1, power_of_attorney=old)) == (
        409, "power-of-attorney-missing",
    )  # fmt: skip
    await claims.papers(case.claim_id, ["death-certificate", "member-card"])
    assert refusal(await claims.verify(case.claim_id)) == (409, "power-of-attorney-missing")
    assert (await share(claims, case, 1, power_of_attorney=power)).status_code == 200
    assert (await claims.verify(case.claim_id)).status_code == 200
    lines = (await claims.approve(case.claim_id)).json()["lines"]
    assert {(line["payee_id"], line["benefit"]) for line in lines} == {
        (case.party_id, benefit) for benefit in ("lump-sum", "periodic", "funeral")
    }


async def test_shares_that_do_not_add_up_or_leave_one_out(claims: Claims) -> None:
    case = await claims.file(heirs=[an_heir(), an_heir()], family=None)
    assert refusal(await share(claims, case, 1, 1, whole=3)) == (422, "shares-uneven")
    assert refusal(await share(claims, case, 1)) == (409, "shares-missing")
    stranger = case._replace(party_ids=(*case.party_ids, str(UUID(int=9))))
    assert refusal(await share(claims, stranger, 1, 1, 1)) == (422, "share-of-no-heir")
    assert (await share(claims, case, 0, 1)).status_code == 422
    assert await claims.service.recorded(SharesAgreed) == []


async def test_where_nobody_lives_arranger_and_fund_are_parties(claims: Claims) -> None:
    arranger = an_heir(heir_class=6, relation=None, relationship="tetangga")
    case = await claims.file(heirs=[arranger], family=None)
    (told,) = await claims.service.recorded(FamilyRecorded)
    arranged, fund = await claims.service.recorded(HeirRegistered)
    assert (told.living, arranged.role, fund.role) == ({}, "arranger", "fund")
    assert (fund.account, fund.account_mark, fund.person_mark) == ("elsewhere", None, None)
    shown = await claims.get(f"/claims/{case.claim_id}/heirs?reason=check", "branch")
    names = {heir["role"]: heir["name"] for heir in shown.json()["heirs"]}
    assert names["fund"] == FUND_NAME
    assert refusal(await add(claims, case)) == (409, "heir-not-in-family")
    assert refusal(await strike(claims, case, str(fund.party_id))) == (409, "party-needed")
    await claims.papers(case.claim_id, [*DEATH_PAPERS, "funeral-receipt"])
    assert (await claims.verify(case.claim_id)).status_code == 200
    body = (await claims.approve(case.claim_id, confirmation="nobody lives, seen")).json()
    paid = {line["benefit"]: (line["payee_id"], line["amount"]) for line in body["lines"]}
    assert paid == {
        "funeral": (str(arranged.party_id), 10_000_000),
        "lump-sum": (str(fund.party_id), 20_000_000),
        "periodic": (str(fund.party_id), 12_000_000),
    }


async def test_with_the_arranger_the_fund_is_struck(claims: Claims) -> None:
    case = await claims.file(heirs=[an_heir(heir_class=6, relation=None)], family=None)
    arranged, fund = await claims.service.recorded(HeirRegistered)
    answer = await strike(claims, case, case.party_id)
    assert answer.json() == {"struck": [str(arranged.party_id), str(fund.party_id)]}
    assert (await family(claims, case, of_1=1)).status_code == 200
    assert (await add(claims, case)).status_code == 201
    assert (await claims.service.replay()).same


async def test_who_is_struck_may_come_again_until_the_claim_is_verified(claims: Claims) -> None:
    heir = an_heir()
    case = await claims.file(heirs=[heir])
    path = f"/claims/{case.claim_id}/heirs"
    assert refusal(await claims.post(path, heir)) == (409, "person-registered-twice")
    assert (await strike(claims, case, case.party_id)).json() == {"struck": [case.party_id]}
    assert refusal(await strike(claims, case, case.party_id)) == (404, "party-unknown")
    again = (await claims.post(path, heir)).json()["party_id"]
    assert again != case.party_id
    await claims.papers(case.claim_id)
    assert (await claims.verify(case.claim_id)).status_code == 200
    for answer in (
        await strike(claims, case, again),
        await add(claims, case),
        await family(claims, case, of_1=1),
        await share(claims, case, 1),
    ):
        assert refusal(answer) == (409, "claim-in-other-state")
    assert len(await claims.service.recorded(HeirStruck)) == 1


async def test_many_at_once_never_register_more_than_live(claims: Claims) -> None:
    case = await claims.file(heirs=None, family={"1": 2})
    answers = await asyncio.gather(*(add(claims, case) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409, 409]
    assert len(await claims.service.recorded(HeirRegistered)) == 2
    path, heir = f"/claims/{case.claim_id}/heirs", an_heir()
    twice = await asyncio.gather(*(claims.post(path, heir, name="one") for _ in range(4)))
    assert {answer.status_code for answer in twice} <= {409}


async def test_the_same_person_comes_once_however_many_ask(claims: Claims) -> None:
    case = await claims.file(heirs=None, family={"1": 4})
    path, heir = f"/claims/{case.claim_id}/heirs", an_heir()
    answers = await asyncio.gather(*(claims.post(path, heir) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize(
    ("role", "sees"), [("branch", True), ("approver", True), ("auditor", False), ("fraud", False)]
)
async def test_a_list_shows_numbers_without_their_middle_and_says_who_looked(
    claims: Claims, role: str, *, sees: bool
) -> None:
    case = await claims.file(heirs=[an_heir(name=NAME, nik=NIK)])
    path = f"/claims/{case.claim_id}/heirs"
    (plain,) = (await claims.get(path, role)).json()["heirs"]
    assert (plain["name"], plain["nik"], plain["account_number"]) == (None, None, None)
    assert await claims.service.recorded(SubjectKeyRead) == []
    listed = (await claims.get(f"{path}?reason=the family came", role)).json()
    assert (listed["living"], listed["shares"]) == ({"1": 1}, None)
    (heir,) = listed["heirs"]
    assert (heir["name"], heir["nik"]) == ((NAME, "5371********0777") if sees else (None, None))
    assert NIK not in json.dumps(listed)
    read: list[Event] = list(await claims.service.recorded(SubjectKeyRead))
    assert [each.key for each in read] == ([case.party_id] if sees else [])


async def test_only_the_branch_of_the_area_changes_heirs(claims: Claims) -> None:
    case = await claims.file()
    base = f"/claims/{case.claim_id}"
    bodies: dict[str, dict[str, Any]] = {
        f"{base}/heirs": an_heir(),
        f"{base}/family": {"living": {"1": 1}},
        f"{base}/shares": {
            "whole": 1, "shares": [{"party_id": case.party_id, "parts": 1}],
        },
        f"{base}/heirs/{case.party_id}/striking": {"reason": "no"},
    }  # fmt: skip
    for path, body in bodies.items():
        assert refusal(await claims.post(path, body, HEAD)) == (403, "role-not-allowed")
        assert refusal(await claims.post(path, body, CLERK, area="53.01")) == (403, "outside-area")
        nowhere = path.replace(case.claim_id, str(UUID(int=9)))
        assert refusal(await claims.post(nowhere, body)) == (404, "claim-unknown")
    assert refusal(await claims.get(f"{base}/heirs", area="53.01")) == (403, "outside-area")
    unknown = await claims.get(f"/claims/{UUID(int=9)}/heirs")
    assert refusal(unknown) == (404, "claim-unknown")


async def test_a_refused_body_does_not_show_the_person(claims: Claims) -> None:
    case = await claims.file()
    for wrong in (
        {"nik": f"{NIK}9"},
        {"phone": "no phone 777"},
        {"account": {"kind": "elsewhere"}},
    ):
        answer = await add(claims, case, **wrong)
        assert answer.status_code == 422
        assert not [each for each in (NIK, "no phone 777", "Ndolu") if each in answer.text]
    wrong_class = await claims.post(f"/claims/{case.claim_id}/family", {"living": {"6": 1}})
    assert wrong_class.status_code == 422
    assert (await claims.service.client("branch", area="53").post(
        f"/claims/{case.claim_id}/heirs", json=an_heir(), headers=key()
    )).json()["slug"] == "heir-not-in-family"  # fmt: skip
    assert (
        refusal(await claims.post(f"/claims/{case.claim_id}/heirs", an_heir(), CHECKER))[0] == 409
    )
