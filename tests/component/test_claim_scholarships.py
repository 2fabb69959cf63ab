"""School years of a member's children after a death by work."""

from typing import Any

from contracts.claims import ScholarshipDecided
from tests.component.claims_office import (
    ACCIDENT_PAPERS,
    ANNA,
    BETA,
    CLERK,
    DEATH_PAPERS,
    HEAD,
    Case,
    Claims,
    an_heir,
    claims,
    refusal,
)

__all__ = ["claims"]


async def by_work(claims: Claims) -> tuple[Case, dict[str, Any]]:
    """An approved claim for a death by work, and a school year to ask for."""
    case = await claims.file(
        ANNA, kind="work-accident-death", happened_on="2025-10-10",
        heirs=[an_heir(born_on="2005-03-01")],
    )  # fmt: skip
    await claims.papers(case.claim_id, [*DEATH_PAPERS, *ACCIDENT_PAPERS[1:]])
    assert (await claims.verify(case.claim_id)).status_code == 200
    answer = await claims.approve(case.claim_id, confirmation="the report was seen")
    assert answer.status_code == 200, answer.text
    paper = await claims.paper(case.claim_id, "school-certificate")
    assert paper.status_code == 201, paper.text
    year = {
        "child_id": case.party_id, "level": "higher", "school_year": 2025, "is_married": False,
        "is_working": False, "document_id": paper.json()["document_id"], "payee_id": case.party_id,
    }  # fmt: skip
    return case, year


async def test_a_school_year_is_paid_once_and_decided_by_another(claims: Claims) -> None:
    case, year = await by_work(claims)
    path = f"/claims/{case.claim_id}/scholarships"
    asked = await claims.post(path, year)
    assert asked.status_code == 201, asked.text
    twice = await claims.post(path, year)
    assert refusal(twice) == (409, "school-year-asked-before")
    decision = f"{path}/{asked.json()['request_id']}/decision"
    yes = {"approve": True, "reason": "the certificate was seen"}
    assert refusal(await claims.post(decision, yes, ("approver", CLERK[1]))) == (
        403, "same-officer",
    )  # fmt: skip
    answer = await claims.post(decision, yes, HEAD)
    assert (answer.status_code, answer.json()["amount"]) == (200, 12_000_000), answer.text
    assert refusal(await claims.post(decision, yes, HEAD)) == (404, "request-unknown")
    married = await claims.post(path, year | {"school_year": 2024, "is_married": True})
    later = f"{path}/{married.json()['request_id']}/decision"
    assert refusal(await claims.post(later, yes, HEAD)) == (409, "no-scholarship")
    no = await claims.post(later, {"approve": False, "reason": "the child is married"}, HEAD)
    assert no.json()["amount"] == 0
    paid, refused = await claims.service.recorded(ScholarshipDecided)
    assert (len(paid.lines), len(refused.lines)) == (1, 0)
    assert (await claims.service.replay()).same


async def test_a_death_not_by_work_after_three_months_gives_none(claims: Claims) -> None:
    case = await claims.approved(BETA)
    year = {
        "child_id": case.party_id, "level": "sd", "school_year": 2025, "is_married": False,
        "is_working": False, "document_id": case.claim_id, "payee_id": case.party_id,
    }  # fmt: skip
    answer = await claims.post(f"/claims/{case.claim_id}/scholarships", year)
    assert refusal(answer) == (409, "no-scholarship")
