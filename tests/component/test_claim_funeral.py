"""The funeral benefit is paid once, also where another segment paid it."""

from contracts.claims import ClaimApproved, ClaimVerified
from tests.component.claims_office import ANNA, BETA, HEAD, SHORT, Claims, claims, refusal
from tests.component.test_what_if import asked

__all__ = ["claims"]
OTHER = ("approver", "another head")
SEEN = "the slip of the other segment was seen"


async def test_a_funeral_that_another_segment_paid_is_not_paid_again(claims: Claims) -> None:
    case = await claims.file(ANNA)
    await claims.papers(case.claim_id)
    answer = await claims.verify(case.claim_id, funeral_paid_elsewhere=True)
    assert answer.status_code == 200, answer.text
    assert (await claims.standing(case.claim_id))["funeral_paid_elsewhere"] is True
    found = (await claims.get(f"/claims/{case.claim_id}/computation")).json()
    assert (found["total"], found["doubts"]) == (32_000_000, ["funeral-elsewhere"])
    assert refusal(await claims.approve(case.claim_id)) == (409, "needs-confirmation")
    answer = await claims.approve(case.claim_id, confirmation=SEEN)
    assert answer.json()["amount"] == 32_000_000
    assert {line["benefit"] for line in answer.json()["lines"]} == {"lump-sum", "periodic"}
    (approved,) = await claims.service.recorded(ClaimApproved)
    assert "funeral-paid-elsewhere" in {fact.name for fact in approved.explanation.facts}
    assert (await claims.service.replay()).same
    assert (await asked(claims)).holds


async def test_whoever_was_covered_for_less_than_three_months_is_due_nothing_then(
    claims: Claims,
) -> None:
    case = await claims.file(SHORT)
    await claims.papers(case.claim_id)
    await claims.verify(case.claim_id, funeral_paid_elsewhere=True)
    answer = await claims.approve(case.claim_id, confirmation=SEEN)
    assert refusal(answer) == (409, "nothing-is-due")


async def test_what_a_verifier_found_counts_until_the_next_verification(claims: Claims) -> None:
    case = await claims.file(BETA)
    base = f"/claims/{case.claim_id}"
    await claims.papers(case.claim_id)
    await claims.verify(case.claim_id, funeral_paid_elsewhere=True)
    await claims.post(f"{base}/rejection", {"reason": "no"}, HEAD)
    appeal = (await claims.post(f"{base}/appeals", {"reason": "that slip was another's"})).json()
    reopen = {"outcome": "reopened", "reason": "so it was"}
    await claims.post(f"{base}/appeals/{appeal['appeal_id']}/decision", reopen, OTHER)
    await claims.verify(case.claim_id)
    first, second = await claims.service.recorded(ClaimVerified)
    assert (first.funeral_paid_elsewhere, second.funeral_paid_elsewhere) == (True, False)
    assert (await claims.approve(case.claim_id)).json()["amount"] == 42_000_000
    assert (await claims.service.replay()).same
