"""Approving and rejecting claims over HTTP: by whom, on which papers, for how much."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from contracts.claims import ApprovalGiven, ClaimApproved, ClaimRejected
from contracts.enrollment import CoverageEnded
from contracts.event import Cause
from tests.alone import MakeAlone
from tests.component.claims_facts import PROGRAMME
from tests.component.claims_office import (
    ANNA,
    BETA,
    CESIL,
    CHECKER,
    CLERK,
    DEWI,
    HEAD,
    SECOND_HEAD,
    SHORT,
    Claims,
    a_scan,
    an_heir,
    an_office,
    claims,
    refusal,
)

__all__ = ["claims"]
WHOLE = {"lump-sum": 20_000_000, "periodic": 12_000_000, "funeral": 10_000_000}


def amounts(lines: list[dict[str, Any]]) -> dict[str, int]:
    return {line["benefit"]: line["amount"] for line in lines}


async def test_a_family_is_awarded_what_the_preview_showed_and_why(claims: Claims) -> None:
    case = await claims.verified()
    preview = (await claims.get(f"/claims/{case.claim_id}/computation")).json()
    assert (preview["total"], preview["ground"], preview["doubts"]) == (42_000_000, None, [])
    assert preview["in_indonesian"]
    answer = (await claims.approve(case.claim_id)).json()
    assert (answer["state"], answer["approvers_needed"], answer["amount"]) == (
        "approved", 1, 42_000_000,
    )  # fmt: skip
    assert amounts(answer["lines"]) == WHOLE
    assert {line["payee_id"] for line in answer["lines"]} == {case.party_id}
    assert len({line["line_id"] for line in answer["lines"]}) == 3
    assert answer["explanation"]["steps"] == preview["steps"]
    (approved,) = await claims.service.recorded(ClaimApproved)
    assert (approved.kind, approved.first_approved_by, approved.held) == ("death", None, ())
    told = {fact.name: fact.event_id for fact in approved.explanation.facts}
    assert told["covered-from"] is not None
    assert told["paid-2025-09"] is not None
    assert (await claims.service.replay()).same


async def test_a_disease_is_paid_by_the_cover_of_the_work_that_brought_it(claims: Claims) -> None:
    """The cover ended with the work in September; the doctor found the disease in October."""
    ended = CoverageEnded(
        **Cause(ANNA, ANNA).stamp("end", at=datetime(2025, 10, 1, tzinfo=UTC)),
        worker_id=ANNA, programme_id=PROGRAMME, region_code="53.71", reason="other-segment",
        ended_on=date(2025, 9, 30), released=0, ended_by="cabang.kupang",
    )  # fmt: skip
    await claims.service.hear(ended)
    case = await claims.file_accident(ANNA)
    papers = ["member-card", "member-ktp", "medical-certificate", "medical-receipt"]
    _, _, medical, _ = await claims.papers(case.claim_id, papers)
    path = f"/claims/{case.claim_id}/assessment"
    body = {"medical_document": medical, "medical_cost": 250_000}
    assert (await claims.post(path, body)).is_success
    accident = (await claims.get(f"/claims/{case.claim_id}/computation")).json()
    assert (accident["ground"], accident["total"]) == ("cover-ended", 0)
    disease = body | {"is_disease": True, "work_ended_on": "2025-09-20"}
    assert (await claims.post(path, disease)).is_success
    assert (await claims.verify(case.claim_id)).is_success
    answer = (await claims.approve(case.claim_id)).json()
    assert amounts(answer["lines"]) == {"medical": 250_000}
    told = {fact["name"]: fact["value"] for fact in answer["explanation"]["facts"]}
    assert (told["occupational-disease"], told["work-ended-on"]) == ("yes", "2025-09-20")
    assert (await claims.service.replay()).same


async def test_who_filed_or_verified_or_approved_first_does_not_decide(claims: Claims) -> None:
    case = await claims.verified()
    for _, name in (CLERK, CHECKER):
        same = ("approver", name)
        assert refusal(await claims.approve(case.claim_id, same)) == (403, "same-officer")
        answer = await claims.post(f"/claims/{case.claim_id}/rejection", {"reason": "no"}, same)
        assert refusal(answer) == (403, "same-officer")
    assert (await claims.approve(case.claim_id)).status_code == 200
    again = await claims.approve(case.claim_id, SECOND_HEAD)
    assert refusal(again) == (409, "claim-in-other-state")
    filed = await claims.file(BETA)
    assert refusal(await claims.approve(filed.claim_id)) == (409, "claim-in-other-state")


async def test_a_large_claim_is_approved_by_two_who_approve_the_same(alone: MakeAlone) -> None:
    claims = await an_office(alone, two_approvers_from=42_000_000)
    case = await claims.verified()
    first = (await claims.approve(case.claim_id)).json()
    assert (first["state"], first["approvers_needed"]) == ("verified", 2)
    assert refusal(await claims.approve(case.claim_id)) == (403, "same-officer")
    assert await claims.service.recorded(ClaimApproved) == []
    second = (await claims.approve(case.claim_id, SECOND_HEAD)).json()
    assert (second["state"], amounts(second["lines"])) == ("approved", WHOLE)
    (given,) = await claims.service.recorded(ApprovalGiven)
    (approved,) = await claims.service.recorded(ClaimApproved)
    assert approved.first_approved_by == given.approved_by != approved.approved_by
    assert (await claims.service.replay()).same


async def test_a_first_approval_of_something_else_is_void(alone: MakeAlone) -> None:
    claims = await an_office(alone, two_approvers_from=42_000_000)
    case = await claims.verified()
    await claims.approve(case.claim_id)
    async with claims.service.units.single(area="*") as unit:
        await unit.session.execute(text("UPDATE members SET last_month = '2025-09'"))
    answer = await claims.approve(case.claim_id, SECOND_HEAD, confirmation="asked")
    assert refusal(answer) == (409, "decision-changed")
    anew = await claims.approve(case.claim_id, SECOND_HEAD, confirmation="x", as_first=True)
    assert anew.json()["state"] == "verified"
    assert refusal(await claims.approve(case.claim_id, SECOND_HEAD, confirmation="x")) == (
        403, "same-officer",
    )  # fmt: skip
    answer = await claims.approve(case.claim_id, HEAD, confirmation="asked the province")
    assert answer.json()["state"] == "approved"
    first, second = await claims.service.recorded(ApprovalGiven)
    assert first.decision != second.decision


async def test_where_the_law_leaves_doubt_the_approver_says_why(claims: Claims) -> None:
    case = await claims.verified(died_on="2025-10-02")
    assert refusal(await claims.approve(case.claim_id)) == (409, "needs-confirmation")
    why = "the doctor's letter was seen"
    assert (await claims.approve(case.claim_id, confirmation=why)).status_code == 200
    (approved,) = await claims.service.recorded(ClaimApproved)
    assert (approved.confirmation, amounts_of(approved)) == (why, {"funeral": 10_000_000})


async def test_what_is_not_due_is_rejected_on_a_ground_and_not_approved(claims: Claims) -> None:
    case = await claims.verified(SHORT, died_on="2025-09-02")
    answer = await claims.approve(case.claim_id)
    assert refusal(answer) == (409, "nothing-is-due")
    assert "not-covered" in answer.json()["detail"]
    path = f"/claims/{case.claim_id}/rejection"
    unknown = await claims.post(path, {"reason": "no", "ground": "not-so-nice"}, HEAD)
    assert refusal(unknown) == (422, "ground-unknown")
    answer = await claims.post(path, {"reason": "no cover", "ground": "not-covered"}, HEAD)
    assert answer.json() == {"claim_id": case.claim_id, "state": "rejected"}
    filed = await claims.file(BETA)
    lives = {"reason": "the member came to the office", "member_lives": True}
    answer = await claims.post(f"/claims/{filed.claim_id}/rejection", lives, HEAD)
    assert answer.json()["state"] == "rejected"
    first, second = await claims.service.recorded(ClaimRejected)
    assert (first.ground, first.member_lives) == ("not-covered", False)
    assert (second.ground, second.member_lives) == (None, True)
    assert (await claims.service.replay()).same


async def test_a_document_that_was_swapped_after_verification_is_found(claims: Claims) -> None:
    scan = a_scan("the true certificate")
    case = await claims.file()
    await claims.paper(case.claim_id, "death-certificate", scan=scan)
    await claims.papers(case.claim_id, ("heir-certificate", "member-card"))
    assert (await claims.verify(case.claim_id)).status_code == 200
    rows = await claims.service.rows(
        "SELECT sha256 FROM documents WHERE kind = 'death-certificate'"
    )
    digest = rows[0]["sha256"]
    swap_scan(claims, digest, a_scan("another paper"))
    assert refusal(await claims.approve(case.claim_id)) == (409, "document-changed")
    swap_scan(claims, digest, None)
    assert refusal(await claims.approve(case.claim_id)) == (409, "document-changed")
    swap_scan(claims, digest, scan)
    async with claims.service.units.single(area="*") as unit:
        await unit.session.execute(
            text("UPDATE documents SET sha256 = repeat('0', 64) WHERE kind = 'member-card'")
        )
    assert refusal(await claims.approve(case.claim_id)) == (409, "document-changed")
    assert await claims.service.recorded(ClaimApproved) == []


async def test_a_village_letter_opens_a_claim_and_pays_only_with_a_reason_on_record(
    claims: Claims,
) -> None:
    case = await claims.file(DEWI)
    await claims.papers(case.claim_id, ("village-death-letter", "heir-certificate", "member-card"))
    assert refusal(await claims.verify(case.claim_id)) == (409, "documents-missing")
    seen = await claims.verify(case.claim_id, override="the register was seen at the office")
    assert seen.status_code == 200
    assert (await claims.approve(case.claim_id)).json()["amount"] == 42_000_000


async def test_heirs_share_to_the_last_rupiah_and_a_fund_inherits_last(claims: Claims) -> None:
    heirs = [an_heir() for _ in range(3)]
    shared = await claims.file(
        ANNA, family={"1": 3}, heirs=heirs, shares={"whole": 3, "parts": [1, 1, 1]}
    )
    await claims.papers(shared.claim_id)
    assert (await claims.verify(shared.claim_id)).status_code == 200
    lines = (await claims.approve(shared.claim_id)).json()["lines"]
    assert len(lines) == 9
    assert sum(line["amount"] for line in lines) == 42_000_000
    of_each = {
        party: sum(line["amount"] for line in lines if line["payee_id"] == party)
        for party in shared.party_ids
    }
    assert max(of_each.values()) - min(of_each.values()) <= 3
    arranger = an_heir(role="arranger", heir_class=6, relation="none", relationship="tetangga")
    alone = await claims.file(BETA, family={}, heirs=[arranger])
    await claims.papers(
        alone.claim_id, ("death-certificate", "heir-certificate", "member-card", "funeral-receipt")
    )
    assert (await claims.verify(alone.claim_id)).status_code == 200
    answer = (await claims.approve(alone.claim_id)).json()
    funeral = [line["payee_id"] for line in answer["lines"] if line["benefit"] == "funeral"]
    assert funeral == [alone.party_ids[0]]
    rest = {line["payee_id"] for line in answer["lines"] if line["benefit"] != "funeral"}
    assert len(rest) == 1
    assert rest != set(funeral)


async def test_roles_and_areas_of_decisions(claims: Claims) -> None:
    case = await claims.verified(CESIL)
    assert refusal(await claims.approve(case.claim_id, ("branch", "x"))) == (
        403, "role-not-allowed",
    )  # fmt: skip
    elsewhere = await claims.post(f"/claims/{case.claim_id}/approval", {}, HEAD, area="53.01")
    assert refusal(elsewhere) == (403, "outside-area")
    nowhere = UUID(int=99)
    assert refusal(await claims.approve(str(nowhere))) == (404, "claim-unknown")
    looked = await claims.get(f"/claims/{case.claim_id}/computation", "branch", "53.01")
    assert refusal(looked) == (403, "outside-area")
    unknown = await claims.approve(case.claim_id, by="me")
    assert refusal(unknown) == (422, "field-unknown")


async def test_the_calculator_says_what_is_due_and_which_field_is_wrong(claims: Claims) -> None:
    facts: dict[str, Any] = {
        "kind": "work-accident-death", "filed_on": "2025-10-22", "decided_on": "2025-10-22",
        "happened_on": "2025-10-10", "died_on": "2025-10-11", "heir_class": 1,
        "spells": [{"covered_from": "2025-07-03T02:00:00Z"}],
        "paid": [
            {"month": month, "paid_on": f"{month}-05"}
            for month in ("2025-07", "2025-08", "2025-09", "2025-10")
        ],
        "paid_before": {"lump-sum": 20_000_000, "periodic": 12_000_000, "funeral": 10_000_000},
    }  # fmt: skip
    answer = await claims.post("/computations", facts, ("auditor", "auditor"))
    told = answer.json()
    assert (answer.status_code, told["total"]) == (200, 28_000_000), told
    assert [step["amount"] for step in told["steps"] if step["benefit"] == "accident-death"] == [
        28_000_000
    ]
    assert told["in_indonesian"]
    for wrong, field in (
        ({"spells": [{"covered_from": "2025-07-03T02:00:00Z", "by": "me"}]}, "by"),
        ({"paid": [{"month": "2025-13", "paid_on": "2025-07-01"}]}, "month"),
        ({"base_income": 1.5}, "base_income"),
        ({"paid": [facts["paid"][0]] * 601}, "paid"),
        ({"nik": "5371"}, "nik"),
    ):
        answer = await claims.post("/computations", facts | wrong, ("branch", "x"))
        assert answer.status_code == 422
        assert field in answer.text
    village = await claims.post("/computations", facts, ("village", "x"))
    assert refusal(village) == (403, "role-not-allowed")


def amounts_of(approved: ClaimApproved) -> dict[str, int]:
    return {line.benefit: line.amount for line in approved.lines}


def swap_scan(claims: Claims, digest: str, content: bytes | None) -> None:
    """Put something else in the store where the scan of this digest is kept; None: nothing."""
    folder = Path(claims.tools.settings.blobs_url.removeprefix("file://"))
    file = folder / digest[:2] / digest[2:4] / digest
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
