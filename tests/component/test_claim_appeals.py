"""Decisions are looked at again: appeals, and deaths that were by work after all, or not."""

from uuid import UUID

from contracts.claims import AppealDecided, ClaimApproved, ClaimPaid, ClaimReclassified
from tests.component.claims_facts import settled
from tests.component.claims_office import (
    ACCIDENT_PAPERS,
    ANNA,
    BETA,
    CHECKER,
    CLERK,
    HEAD,
    SECOND_HEAD,
    Claims,
    claims,
    refusal,
)

__all__ = ["claims"]
OTHER = ("approver", "another head")


async def test_an_appeal_is_decided_by_who_had_no_part_and_reopens_the_file(
    claims: Claims,
) -> None:
    case = await claims.verified()
    base = f"/claims/{case.claim_id}"
    assert refusal(await claims.post(f"{base}/appeals", {"reason": "no"})) == (
        409, "claim-in-other-state",
    )  # fmt: skip
    await claims.post(f"{base}/rejection", {"reason": "no"}, HEAD)
    answer = await claims.post(f"{base}/appeals", {"reason": "a letter was overlooked"})
    assert answer.status_code == 201
    appeal_id = answer.json()["appeal_id"]
    twice = await claims.post(f"{base}/appeals", {"reason": "again"})
    assert refusal(twice) == (409, "appeal-waiting")
    path, reopen = f"{base}/appeals/{appeal_id}/decision", {"outcome": "reopened", "reason": "so"}
    for name in (CLERK[1], CHECKER[1], HEAD[1]):
        answer = await claims.post(path, reopen, ("approver", name))
        assert refusal(answer) == (403, "same-officer")
    wrong = f"{base}/appeals/{UUID(int=3)}/decision"
    assert refusal(await claims.post(wrong, reopen, OTHER)) == (404, "appeal-unknown")
    answer = await claims.post(path, reopen, OTHER)
    assert answer.json() == {"claim_id": case.claim_id, "state": "filed"}
    assert (await claims.verify(case.claim_id)).status_code == 200
    assert (await claims.approve(case.claim_id)).json()["state"] == "approved"
    assert (await claims.service.replay()).same


async def test_an_upheld_decision_stands_and_a_second_claim_bars_a_reopening(
    claims: Claims,
) -> None:
    case = await claims.verified(BETA)
    base = f"/claims/{case.claim_id}"
    await claims.post(f"{base}/rejection", {"reason": "no"}, HEAD)
    first = (await claims.post(f"{base}/appeals", {"reason": "one"})).json()["appeal_id"]
    uphold = {"outcome": "upheld", "reason": "nothing new"}
    answer = await claims.post(f"{base}/appeals/{first}/decision", uphold, OTHER)
    assert answer.json()["state"] == "rejected"
    second = (await claims.post(f"{base}/appeals", {"reason": "two"})).json()["appeal_id"]
    await claims.file(BETA)
    reopen = {"outcome": "reopened", "reason": "a new letter"}
    answer = await claims.post(f"{base}/appeals/{second}/decision", reopen, OTHER)
    assert refusal(answer) == (409, "death-has-another-claim")
    assert [each.outcome for each in await claims.service.recorded(AppealDecided)] == ["upheld"]


async def test_a_reclassified_death_nets_what_was_paid_and_back_again(claims: Claims) -> None:
    case = await claims.approved()
    base = f"/claims/{case.claim_id}"
    for benefit, amount in (("lump-sum", 20), ("periodic", 12), ("funeral", 10)):
        await claims.service.hear(settled(case.claim_id, ANNA, benefit, amount * 1_000_000))  # type: ignore[arg-type]  # a benefit
    by_work = {"kind": "work-accident-death", "reason": "the police report names the boat"}
    answer = await claims.post(f"{base}/reclassification", by_work, OTHER)
    assert refusal(answer) == (422, "accident-day-missing")
    late = by_work | {"happened_on": "2025-10-12"}
    assert refusal(await claims.post(f"{base}/reclassification", late, OTHER)) == (
        422, "accident-day-missing",
    )  # fmt: skip
    by_work |= {"happened_on": "2025-10-10"}
    answer = await claims.post(f"{base}/reclassification", by_work, ("approver", CLERK[1]))
    assert refusal(answer) == (403, "same-officer")
    answer = await claims.post(f"{base}/reclassification", by_work, OTHER)
    assert answer.json() == {"claim_id": case.claim_id, "state": "filed"}
    await claims.papers(case.claim_id, ACCIDENT_PAPERS)
    assert (await claims.verify(case.claim_id)).status_code == 200
    answer = await claims.approve(case.claim_id, confirmation="the report was seen")
    lines = {line["benefit"]: line["amount"] for line in answer.json()["lines"]}
    assert lines == {"accident-death": 28_000_000}
    found = settled(case.claim_id, ANNA, "accident-death", 28_000_000)
    await claims.service.hear(found)
    first, second = await claims.service.recorded(ClaimPaid)
    assert (first.amount, second.amount) == (42_000_000, 70_000_000)
    back = {"kind": "death", "reason": "the doctor found an illness of the heart"}
    answer = await claims.post(f"{base}/reclassification", back, SECOND_HEAD)
    assert answer.json()["state"] == "filed"
    assert (await claims.verify(case.claim_id)).status_code == 200
    answer = (await claims.approve(case.claim_id)).json()
    assert (answer["lines"], answer["explanation"]["overpaid"]) == ([], 28_000_000)
    assert (await claims.standing(case.claim_id))["state"] == "paid"
    assert len(await claims.service.recorded(ClaimReclassified)) == 2
    assert [each.kind for each in await claims.service.recorded(ClaimApproved)] == [
        "death", "work-accident-death", "death",
    ]  # fmt: skip
    assert (await claims.service.replay()).same
