"""What somebody got wrong is refused at once, or can be given back before it is decided."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.claims import ClaimApproved, ClaimFiled, ClaimRejected, HeirRegistered
from contracts.event import Event
from tests.alone import MakeAlone
from tests.component import decided_claims as decided
from tests.component.claims_office import (
    ANNA,
    BETA,
    CHECKER,
    CLERK,
    DIED_ON,
    HEAD,
    SECOND_HEAD,
    SHORT,
    Case,
    Claims,
    an_heir,
    an_office,
    claims,
    refusal,
)

__all__ = ["claims"]

PAPERS = ("member-card", "member-ktp", "medical-certificate", "medical-receipt")


async def assessed(claims: Claims, case: Case, **body: Any) -> str:
    """The claim whose papers are in and whose costs are on record; its doctor's paper."""
    _, _, medical, _ = await claims.papers(case.claim_id, PAPERS)
    told = {"medical_document": medical, "medical_cost": 250_000} | body
    answer = await claims.post(f"/claims/{case.claim_id}/assessment", told)
    assert answer.status_code == 200, answer.text
    return medical


async def test_a_verified_file_is_given_back_and_whoever_agreed_agrees_anew(
    alone: MakeAlone,
) -> None:
    claims = await an_office(alone, two_approvers_from=1)
    case = await claims.file_accident(ANNA)
    path = f"/claims/{case.claim_id}"
    medical = await assessed(claims, case)
    assert (await claims.verify(case.claim_id)).is_success
    assert (await claims.approve(case.claim_id)).json()["state"] == "verified"
    wrong = {"note": "the receipt of the ward was left out", "missing": []}
    assert (await claims.post(f"{path}/return", wrong, SECOND_HEAD)).is_success
    (row,) = await claims.service.rows("SELECT state, verified_by, first_approved_by FROM claims")
    assert tuple(row.values()) == ("returned", None, None)
    more = {"medical_document": medical, "medical_cost": 400_000}
    assert (await claims.post(f"{path}/assessment", more)).is_success
    assert (await claims.post(f"{path}/resubmission")).is_success
    assert refusal(await claims.approve(case.claim_id)) == (409, "claim-in-other-state")
    assert (await claims.verify(case.claim_id)).is_success
    assert (await claims.approve(case.claim_id, SECOND_HEAD)).json()["state"] == "verified"
    approved = await claims.approve(case.claim_id, HEAD)
    assert (approved.json()["state"], approved.json()["amount"]) == ("approved", 400_000)
    answer = await claims.post(f"{path}/return", wrong, SECOND_HEAD)
    assert refusal(answer) == (409, "claim-in-other-state")
    assert (await claims.service.replay()).same


async def test_a_prosthesis_without_the_hospitals_price_is_refused_where_it_can_be_told(
    claims: Claims,
) -> None:
    case = await claims.file_accident(ANNA)
    _, _, medical, _ = await claims.papers(case.claim_id, PAPERS)
    path = f"/claims/{case.claim_id}/assessment"
    aid: dict[str, Any] = {"appliance": "prosthesis", "cost": 1_000_000}
    answer = await claims.post(path, {"medical_document": medical, "aids": [aid]})
    assert refusal(answer) == (422, "hospital-price-missing")
    assert "`hospital_price`" in answer.json()["detail"]
    aid["hospital_price"] = 900_000
    assert (await claims.post(path, {"medical_document": medical, "aids": [aid]})).is_success


async def test_a_ground_that_the_facts_do_not_come_to_is_told_to_no_family(claims: Claims) -> None:
    covered = await claims.verified()
    path = f"/claims/{covered.claim_id}/rejection"
    answer = await claims.post(path, {"reason": "no", "ground": "not-covered"}, HEAD)
    assert refusal(answer) == (409, "ground-untrue")
    assert "Rp42,000,000 due; give no ground" in answer.json()["detail"]
    early = await claims.verified(SHORT, died_on="2025-09-02")
    answer = await claims.post(
        f"/claims/{early.claim_id}/rejection", {"reason": "no", "ground": "cover-lapsed"}, HEAD
    )
    assert refusal(answer) == (409, "ground-untrue")
    assert "give the ground not-covered" in answer.json()["detail"]
    assert await claims.service.recorded(ClaimRejected) == []


async def test_what_another_claim_for_the_accident_paid_needs_the_approvers_word(
    claims: Claims,
) -> None:
    first = await claims.file_accident(ANNA)
    await assessed(claims, first)
    assert (await claims.verify(first.claim_id)).is_success
    assert (await claims.approve(first.claim_id)).is_success
    again = await claims.file(ANNA, kind="work-accident-death", happened_on="2025-10-10")
    await claims.papers(again.claim_id, ("death-certificate", "heir-certificate"))
    await assessed(claims, again)
    assert (await claims.verify(again.claim_id)).is_success
    shown = (await claims.get(f"/claims/{again.claim_id}/computation")).json()
    assert shown["doubts"] == ["paid-in-another-claim"]
    told = {fact["name"]: fact["value"] for fact in shown["facts"]}
    assert told["another-claim-medical"] == "250000"
    assert refusal(await claims.approve(again.claim_id)) == (409, "needs-confirmation")


@pytest.mark.parametrize(
    ("changed", "slug"),
    [
        ({"heirs": None, "shares": {"whole": 1, "parts": [1]}}, "shares-uneven"),
        ({"heirs": [an_heir(name="   ")]}, "field-invalid"),
        ({"heirs": [an_heir(born_on="2030-01-01")]}, "party-does-not-fit"),
        ({"died_on": "2025-10-22", "happened_at": "2025-10-22T23:00:00+08:00"}, "day-in-future"),
    ],
)
async def test_what_cannot_be_is_not_filed(
    claims: Claims, changed: dict[str, Any], slug: str
) -> None:
    answer = await claims.ask(BETA, who=CHECKER, **changed)
    assert refusal(answer) == (422, slug)
    assert await claims.service.recorded(ClaimFiled) == []


async def test_of_several_heirs_it_is_said_which_one_does_not_fit(claims: Claims) -> None:
    heirs = [an_heir(), an_heir(name="Yosef Ndolu", nik="5371044107850003", relation="sibling")]
    answer = await claims.ask(BETA, family={"1": 2}, heirs=heirs)
    assert refusal(answer) == (422, "party-does-not-fit")
    assert answer.json()["detail"].startswith("number 2 of 2: the relation sibling")


async def test_a_death_that_was_by_work_after_all_is_excused_for_its_time(claims: Claims) -> None:
    claims.service.clock.set(datetime(2030, 11, 4, 1, tzinfo=UTC))
    case = await claims.file()
    path = f"/claims/{case.claim_id}"
    by_work = {"kind": "work-accident-death", "happened_on": DIED_ON, "reason": "a boat"}
    assert (await claims.post(f"{path}/reclassification", by_work, HEAD)).is_success
    late = (await claims.get(f"{path}/computation")).json()
    assert (late["ground"], late["total"]) == ("claim-out-of-time", 0)
    back = {"kind": "death", "reason": "nobody excused it"}
    assert (await claims.post(f"{path}/reclassification", back, HEAD)).is_success
    excused = by_work | {"excuse": "the wreck was found this year"}
    assert (await claims.post(f"{path}/reclassification", excused, HEAD)).is_success
    shown = (await claims.get(f"{path}/computation")).json()
    assert (shown["ground"], shown["total"], shown["doubts"]) == (None, 70_000_000, ["late-filing"])
    assert (await claims.service.replay()).same


async def test_what_went_out_for_a_claim_that_nothing_is_due_for_is_on_record(
    claims: Claims,
) -> None:
    case = await claims.approved()
    path = f"/claims/{case.claim_id}"
    before_cover = {"kind": "work-accident-death", "happened_on": "2025-06-20", "reason": "a boat"}
    assert (await claims.post(f"{path}/reclassification", before_cover, SECOND_HEAD)).is_success
    no = {"reason": "the accident came before the cover", "ground": "not-covered"}
    assert (await claims.post(f"{path}/rejection", no, SECOND_HEAD)).is_success
    (rejected,) = await claims.service.recorded(ClaimRejected)
    assert (rejected.ground, rejected.overpaid) == ("not-covered", 42_000_000)
    (step,) = await claims.service.rows("SELECT words FROM claim_steps WHERE step = 'rejected'")
    assert step["words"].endswith("; Rp42,000,000 were paid too much before")
    assert (await claims.service.replay()).same


async def test_a_payee_whom_the_bank_could_not_pay_gets_another_account(claims: Claims) -> None:
    first = an_heir()
    case = await claims.verified(heirs=[first])
    path = f"/claims/{case.claim_id}/heirs/{case.party_id}/account"
    other = {"kind": "elsewhere", "bank_code": "008", "account_number": "1230009876"}
    body = {"account": other, "is_account_new": True}
    early = await claims.post(path, body, HEAD)
    assert refusal(early) == (409, "claim-in-other-state")
    assert (await claims.approve(case.claim_id)).is_success
    assert refusal(await claims.post(path, body, HEAD)) == (409, "nothing-came-back")
    (approved,) = await claims.service.recorded(ClaimApproved)
    await claims.service.hear(decided.failed(claims, case, approved.lines[0]))
    assert refusal(await claims.post(path, body, CLERK)) == (403, "role-not-allowed")
    assert refusal(await claims.post(path, body, ("approver", "checker"))) == (403, "same-officer")
    answer = await claims.post(path, body, HEAD)
    assert answer.json() == {"party_id": case.party_id}, answer.text
    before, after = await claims.service.recorded(HeirRegistered)
    changed = {"account", "identity", "account_mark", "is_account_new", "registered_by"}
    changed |= {"replaces_account", *Event.model_fields}
    assert before.model_dump(exclude=changed) == after.model_dump(exclude=changed)
    assert (after.replaces_account, after.account_mark != before.account_mark) == (True, True)
    shown = await claims.get(f"/claims/{case.claim_id}/heirs?reason=who", "branch")
    (heir,) = shown.json()["heirs"]
    assert (heir["name"], heir["bank_code"], heir["is_account_new"]) == (first["name"], "008", True)
    steps = (await claims.standing(case.claim_id))["steps"]
    assert "account-corrected" in {step["step"] for step in steps}
    await claims.service.hear(decided.settled(claims, case, approved.lines[0]))
    assert refusal(await claims.post(path, body, SECOND_HEAD)) == (409, "nothing-came-back")
    assert (await claims.service.replay()).same
