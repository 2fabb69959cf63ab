"""Claims from the report to the verification, on a real Postgres, and all that is refused."""

import asyncio
import json
import logging
from typing import Any
from uuid import UUID

import pytest

from chassis.sealing import open_sealed
from chassis.subject_keys import keys_of
from contracts.claims import (
    AccidentAssessed,
    ClaimFiled,
    ClaimReturned,
    ClaimVerified,
    FamilyRecorded,
    HeirRegistered,
    SharesAgreed,
)
from services.claims.operations.filing import ReporterIdentity
from tests.component.claims_facts import VILLAGE
from tests.component.claims_office import (
    ANNA,
    BETA,
    CESIL,
    CHECKER,
    CLERK,
    DEATH_PAPERS,
    DEWI,
    DIED_ON,
    EMIL,
    Claims,
    an_heir,
    claims,
    refusal,
)

__all__ = ["claims"]
NAME, PHONE = "Yohanis Bria", "0812-3456-7890"


async def test_a_plain_death_is_filed_at_once_and_verified_with_three_papers(
    claims: Claims, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    heirs = [an_heir(), an_heir()]
    reporter = {"name": NAME, "phone": PHONE}
    asked = {
        "family": {"1": 2}, "heirs": heirs, "shares": {"whole": 4, "parts": [3, 1]},
        "reported_by": "family", "reporter": reporter, "name": "once",
    }  # fmt: skip
    case = await claims.file(ANNA, **asked)
    assert await claims.file(ANNA, **asked) == case  # the same request: nothing more
    (filed,) = await claims.service.recorded(ClaimFiled)
    assert (filed.number, filed.kind, filed.reported_by) == (case.number, "death", "family")
    assert claims.tools.marks.is_status_code(filed.claim_id, case.status_code)
    assert filed.phone_mark == claims.tools.marks.mark("phone", "6281234567890")
    assert filed.reporter is not None
    async with claims.service.units.reading(area="*") as session:
        wrapped = await keys_of(session, [filed.reporter.subject])
    opened = claims.tools.identities.wrap.unwrap(
        filed.reporter.subject, wrapped[filed.reporter.subject]
    )
    who = open_sealed(filed.reporter, opened, ReporterIdentity)
    assert (who.name, who.phone) == (NAME, PHONE)
    (family,) = await claims.service.recorded(FamilyRecorded)
    registered = await claims.service.recorded(HeirRegistered)
    (agreed,) = await claims.service.recorded(SharesAgreed)
    assert family.living == {"1": 2}
    assert {str(each.party_id) for each in registered} == set(case.party_ids)
    assert [(str(each.party_id), each.parts) for each in agreed.shares] == [
        (case.party_ids[0], 3), (case.party_ids[1], 1),
    ]  # fmt: skip
    document_ids = await claims.papers(case.claim_id)
    assert (await claims.verify(case.claim_id)).json() == {
        "claim_id": case.claim_id, "state": "verified",
    }  # fmt: skip
    (verified,) = await claims.service.recorded(ClaimVerified)
    assert {str(each.document_id) for each in verified.documents} == set(document_ids)
    written = json.dumps(
        await claims.service.rows("SELECT convert_from(body, 'UTF8') AS body FROM event_log")
    ) + "".join(str(vars(record)) for record in caplog.records)
    for secret in (NAME, PHONE, "81234567890", heirs[0]["name"], heirs[0]["nik"]):
        assert secret not in written
    assert (await claims.service.replay()).same


async def test_one_death_has_one_claim_whoever_files_at_the_same_time(claims: Claims) -> None:
    answers = await asyncio.gather(
        *(claims.ask(ANNA, who=("branch", f"clerk {place}")) for place in range(4)),
        claims.ask(ANNA, kind="work-accident-death", happened_on=DIED_ON),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    refused = [answer for answer in answers if answer.status_code == 409]
    assert {refusal(answer) for answer in refused} == {(409, "claim-already-open")}
    assert len(await claims.service.recorded(ClaimFiled)) == 1


async def test_what_is_filed_has_to_be_possible_and_in_the_area(claims: Claims) -> None:
    unknown, kupang_only = UUID(int=999), "53.01"
    cases = [
        (await claims.ask(unknown), (404, "member-unknown")),  # type: ignore[arg-type]
        (await claims.ask(ANNA, area=kupang_only), (403, "outside-area")),
        (await claims.ask(ANNA, who=("approver", "head")), (403, "role-not-allowed")),
        (await claims.ask(ANNA, died_on="2025-10-23"), (422, "day-in-future")),
        (await claims.ask(ANNA, kind="work-accident"), (422, "report-inconsistent")),
        (await claims.ask(ANNA, family={"1": 1}, heirs=[an_heir(heir_class=3, relation="sibling")]),
         (409, "higher-class-living")),
        (await claims.ask(ANNA, heirs=[an_heir(), an_heir()], family={"1": 2},
                          shares={"whole": 2, "parts": [1]}), (422, "shares-uneven")),
    ]  # fmt: skip
    for answer, expected in cases:
        assert refusal(answer) == expected, answer.text
    assert await claims.service.recorded(ClaimFiled) == []
    assert await claims.service.rows("SELECT 1 FROM subject_key") == []


async def test_an_accident_after_its_time_needs_an_excuse_and_a_death_none(claims: Claims) -> None:
    old: dict[str, Any] = {
        "kind": "work-accident", "died_on": None, "happened_on": "2020-10-21", "family": None,
        "heirs": None,
    }  # fmt: skip
    assert refusal(await claims.ask(ANNA, **old)) == (409, "claim-out-of-time")
    assert (await claims.ask(ANNA, **old | {"excuse": "in a coma"})).status_code == 201
    again = await claims.ask(ANNA, **old | {"excuse": "in a coma"})
    assert refusal(again) == (409, "claim-already-open")
    assert (await claims.ask(BETA, died_on="2015-10-21")).status_code == 201


async def test_a_village_takes_in_a_death_of_its_own_and_decides_nothing(claims: Claims) -> None:
    village = ("village", "village head")
    case = await claims.file(ANNA, who=village, area=VILLAGE)
    (filed,) = await claims.service.recorded(ClaimFiled)
    assert filed.reported_by == "village"
    assert refusal(await claims.ask(BETA, who=village, area="53.71.04.1008")) == (
        403, "outside-area",
    )  # fmt: skip
    answer = await claims.verify(case.claim_id, village)
    assert refusal(answer) == (403, "role-not-allowed")


async def test_a_file_goes_back_with_what_is_missing_and_comes_again(claims: Claims) -> None:
    case = await claims.file(ANNA)
    path = f"/claims/{case.claim_id}"
    await claims.papers(case.claim_id, ["member-card"])
    answer = await claims.verify(case.claim_id)
    assert refusal(answer) == (409, "documents-missing")
    assert "death-certificate" in answer.json()["detail"]
    returned = await claims.post(f"{path}/return", {"note": "two papers are missing"}, CHECKER)
    assert returned.json()["missing"] == ["death-certificate", "heir-certificate"]
    (told,) = await claims.service.recorded(ClaimReturned)
    assert (told.missing, told.returned_by.split(" ")[0]) == (
        ("death-certificate", "heir-certificate"), "checker",
    )  # fmt: skip
    again = await claims.post(f"{path}/return", {"note": "once more"})
    assert refusal(again) == (409, "claim-in-other-state")
    await claims.papers(case.claim_id, ["heir-certificate", "village-death-letter"])
    assert refusal(await claims.verify(case.claim_id)) == (409, "claim-in-other-state")
    assert (await claims.post(f"{path}/resubmission")).json()["state"] == "filed"
    assert refusal(await claims.post(f"{path}/resubmission")) == (409, "claim-in-other-state")
    assert refusal(await claims.verify(case.claim_id)) == (409, "documents-missing")
    assert refusal(await claims.verify(case.claim_id, CLERK, override="x")) == (
        403, "same-officer",
    )  # fmt: skip
    assert (await claims.verify(case.claim_id, override="Dukcapil is flooded")).status_code == 200
    (verified,) = await claims.service.recorded(ClaimVerified)
    assert verified.override == "Dukcapil is flooded"
    assert (await claims.service.replay()).same


async def test_an_accident_is_assessed_by_its_papers_and_the_member_is_paid(claims: Claims) -> None:
    case = await claims.file_accident(ANNA)
    path = f"/claims/{case.claim_id}/assessment"
    _, _, medical = await claims.papers(
        case.claim_id, ["member-card", "member-ktp", "medical-certificate"]
    )
    body = {
        "medical_document": medical, "days_unable": 10, "unable_from": DIED_ON,
        "trips": [{"mode": "sea", "cost": 150_000}],
        "injuries": [{"code": "arm-from-shoulder-right"}],
    }  # fmt: skip
    assert (await claims.post(path, body)).status_code == 200
    (assessed,) = await claims.service.recorded(AccidentAssessed)
    assert (str(assessed.medical_document), assessed.days_unable) == (medical, 10)
    answer = await claims.verify(case.claim_id)
    assert refusal(answer) == (409, "documents-missing")
    assert "transport-receipt" in answer.json()["detail"]
    await claims.papers(case.claim_id, ["transport-receipt", "transport-receipt"])
    assert (await claims.verify(case.claim_id)).status_code == 200
    (verified,) = await claims.service.recorded(ClaimVerified)
    assert (verified.died_on, len(verified.documents)) == (None, 5)
    assert refusal(await claims.post(path, body)) == (409, "claim-in-other-state")
    death = await claims.file(BETA)
    assert refusal(
        await claims.post(f"/claims/{death.claim_id}/assessment", {"medical_document": medical})
    ) == (409, "no-accident")


async def test_without_heirs_the_one_who_arranged_the_funeral_shows_the_receipt(
    claims: Claims,
) -> None:
    arranger = an_heir(heir_class=6, role="arranger", relation=None, relationship="tetangga")
    case = await claims.file(CESIL, family={}, heirs=[arranger])
    await claims.papers(case.claim_id)
    answer = await claims.verify(case.claim_id)
    assert refusal(answer) == (409, "documents-missing")
    assert "funeral-receipt" in answer.json()["detail"]
    await claims.papers(case.claim_id, ["funeral-receipt"])
    assert (await claims.verify(case.claim_id)).status_code == 200


async def test_all_of_the_family_are_there_before_anybody_verifies(claims: Claims) -> None:
    unknown = await claims.file(DEWI, family=None, heirs=None)
    await claims.papers(unknown.claim_id)
    assert refusal(await claims.verify(unknown.claim_id)) == (409, "family-unrecorded")
    one_of_two = await claims.file(EMIL, family={"1": 2})
    await claims.papers(one_of_two.claim_id, DEATH_PAPERS)
    assert refusal(await claims.verify(one_of_two.claim_id)) == (409, "heir-missing")
