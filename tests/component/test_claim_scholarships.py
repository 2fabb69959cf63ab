"""School years of a member's children: after a death by work, or one after three years paid."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from contracts.claims import LinesReleased, ScholarshipDecided
from contracts.enrollment import MembershipActivated
from contracts.event import Event
from contracts.types import WorkerId
from services.claims.rules.months import written
from tests.component.claims_facts import _paid, covered, enrolled, settled
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
OWING = WorkerId(UUID(int=51))
MONTHS_PAID = range(2022 * 12 + 10, 2025 * 12 + 10)
"""Three years: November 2022 to October 2025, as `months.number` counts them."""


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


@pytest.mark.parametrize("kind", ["death", "work-accident-death"])
async def test_arrears_put_the_scholarship_off_until_they_are_paid(
    claims: Claims, kind: str
) -> None:
    case, year = await owing(claims, kind)
    path = f"/claims/{case.claim_id}/scholarships"
    assert refusal(await claims.post(path, year)) == (409, "no-scholarship")
    await claims.service.hear(month(OWING, "2025-11", paid_on="2025-12-23"))
    (released,) = await claims.service.recorded(LinesReleased)
    asked = await claims.post(path, year)
    assert asked.status_code == 201, asked.text
    for line in (await claims.standing(case.claim_id))["lines"]:
        arrived = settled(case.claim_id, OWING, line["benefit"], line["amount"])
        await claims.service.hear(arrived.model_copy(update={"line_id": UUID(line["line_id"])}))
    assert (await claims.standing(case.claim_id))["state"] == "paid"
    yes = {"approve": True, "reason": "the certificate was seen"}
    answer = await claims.post(f"{path}/{asked.json()['request_id']}/decision", yes, HEAD)
    assert (answer.status_code, answer.json()["amount"]) == (200, 12_000_000), answer.text
    assert released.paid_months == ("2025-11",)


async def owing(claims: Claims, kind: str) -> tuple[Case, dict[str, Any]]:
    """An approved claim of a member with three years paid and a month owed, and a school year."""
    (begun,) = (event for event in covered(OWING) if isinstance(event, MembershipActivated))
    months = [written(number) for number in MONTHS_PAID]
    since = {"covered_from": datetime(2022, 11, 3, 2, tzinfo=UTC)}
    await claims.service.hear(
        enrolled(OWING),
        begun.model_copy(update=since),
        *(month(OWING, each, paid_on=f"{each}-03") for each in months),
    )
    claims.service.clock.set(datetime(2025, 12, 15, 1, 0, tzinfo=UTC))
    accident = {"happened_on": "2025-12-10"} if kind != "death" else {}
    heirs = [an_heir(born_on="2005-03-01")]
    case = await claims.file(OWING, kind=kind, died_on="2025-12-10", heirs=heirs, **accident)
    papers = ACCIDENT_PAPERS[1:] if accident else ()
    await claims.papers(case.claim_id, [*DEATH_PAPERS, *papers])
    assert (await claims.verify(case.claim_id)).status_code == 200
    answer = await claims.approve(case.claim_id, confirmation="the law leaves it to a person")
    assert answer.status_code == 200, answer.text
    assert answer.json()["held"]
    paper = await claims.paper(case.claim_id, "school-certificate")
    return case, {
        "child_id": case.party_id, "level": "higher", "school_year": 2025, "is_married": False,
        "is_working": False, "document_id": paper.json()["document_id"], "payee_id": case.party_id,
    }  # fmt: skip


def month(worker_id: WorkerId, month: str, *, paid_on: str) -> Event:
    """A month paid on a day."""
    paid = _paid(worker_id, "2025-10")
    at = datetime.fromisoformat(f"{paid_on}T10:00+08:00")
    stamp = paid.cause.stamp(f"pay {month} {paid_on}", at=at)
    return paid.model_copy(update=dict(stamp) | {"month": month})
