"""Claims end when every line has arrived; what is late is compensated, what is held released."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from contracts.banking import PayoutSettled
from contracts.claims import ClaimApproved, ClaimPaid, CompensationAwarded, LinesReleased
from contracts.types import ClaimId, WorkerId
from tests.component.claims_facts import _paid, covered, enrolled, failed, settled
from tests.component.claims_office import ANNA, BETA, NOW, Case, Claims, claims, refusal

__all__ = ["claims"]
OWING = WorkerId(UUID(int=41))
LATE = datetime(2025, 10, 31, 3, 0, tzinfo=UTC)
"""Four calendar days after the 27th, on which the three working days end."""


def arrived(
    case: Case, worker_id: WorkerId, line: dict[str, Any], at: datetime = NOW
) -> PayoutSettled:
    found = settled(case.claim_id, worker_id, line["benefit"], line["amount"])
    return found.model_copy(update={"line_id": UUID(line["line_id"]), "occurred_at": at})


async def lines_of(claims: Claims, case: Case) -> list[dict[str, Any]]:
    answer = await claims.approve(case.claim_id)
    lines: list[dict[str, Any]] = answer.json()["lines"]
    return lines


async def test_a_claim_is_paid_once_when_the_last_line_has_arrived(claims: Claims) -> None:
    case = await claims.verified()
    lines = await lines_of(claims, case)
    await claims.service.hear(failed(case.claim_id, ANNA, "funeral", 10_000_000))
    for line in lines[:2]:
        await claims.service.hear(arrived(case, ANNA, line))
    wrong = arrived(case, ANNA, lines[2] | {"line_id": str(UUID(int=5))})
    await claims.service.hear(wrong)
    assert await claims.service.recorded(ClaimPaid) == []
    last = settled(case.claim_id, ANNA, lines[2]["benefit"], lines[2]["amount"], attempt="2")
    await claims.service.hear(last.model_copy(update={"line_id": UUID(lines[2]["line_id"])}))
    await claims.service.hear_again()
    (paid,) = await claims.service.recorded(ClaimPaid)
    assert (paid.claim_id, paid.amount) == (ClaimId(UUID(case.claim_id)), 42_000_000)
    assert await claims.service.recorded(CompensationAwarded) == []
    assert (await claims.service.replay()).same


async def test_payouts_of_before_lines_had_ids_are_known_by_their_benefit(claims: Claims) -> None:
    case = await claims.verified(BETA)
    for line in await lines_of(claims, case):
        await claims.service.hear(settled(case.claim_id, BETA, line["benefit"], line["amount"]))
    assert len(await claims.service.recorded(ClaimPaid)) == 1


async def test_each_calendar_day_late_is_one_per_cent_awarded_once(claims: Claims) -> None:
    case = await claims.verified()
    lines = await lines_of(claims, case)
    claims.service.clock.set(LATE)
    for line in lines:
        await claims.service.hear(arrived(case, ANNA, line, at=LATE))
    (awarded,) = await claims.service.recorded(CompensationAwarded)
    assert (awarded.days_late, awarded.base) == (4, 42_000_000)
    assert awarded.arithmetic == "1 % x 42,000,000 x 4 days = 1,680,000"
    (extra,) = awarded.lines
    assert (str(extra.payee_id), extra.amount) == (case.party_id, 1_680_000)
    await claims.service.hear_again()
    told = {"benefit": "late-compensation", "amount": 1_680_000, "line_id": str(extra.line_id)}
    await claims.service.hear(arrived(case, ANNA, told, at=LATE))
    assert len(await claims.service.recorded(CompensationAwarded)) == 1
    (paid,) = await claims.service.recorded(ClaimPaid)
    assert paid.amount == 42_000_000
    assert (await claims.service.replay()).same


async def test_what_is_held_for_arrears_goes_out_when_all_of_them_are_paid(
    claims: Claims,
) -> None:
    await claims.member(OWING)
    claims.service.clock.set(datetime(2025, 12, 22, 1, 0, tzinfo=UTC))
    case = await claims.verified(OWING, died_on="2025-12-20")
    answer = (await claims.approve(case.claim_id, confirmation="the province was told")).json()
    assert {line["benefit"] for line in answer["lines"]} == {"funeral"}
    assert {line["benefit"] for line in answer["held"]} == {"lump-sum", "periodic"}
    (approved,) = await claims.service.recorded(ClaimApproved)
    assert approved.explanation.arrears == ("2025-11", "2025-12")
    assert approved.explanation.doubts == ("funder-arrears",)
    await claims.service.hear(arrived(case, OWING, answer["lines"][0]))
    assert await claims.service.recorded(ClaimPaid) == []
    await claims.service.hear(_month(OWING, "2025-11"))
    assert await claims.service.recorded(LinesReleased) == []
    await claims.service.hear(enrolled(WorkerId(UUID(int=42))), _month(OWING, "2025-12"))
    (released,) = await claims.service.recorded(LinesReleased)
    assert {(line.benefit, str(line.line_id)) for line in released.lines} == {
        (line["benefit"], line["line_id"]) for line in answer["held"]
    }
    await claims.service.hear(*(arrived(case, OWING, line) for line in answer["held"]))
    (paid,) = await claims.service.recorded(ClaimPaid)
    assert paid.amount == 42_000_000
    assert (await claims.service.replay()).same


async def test_all_that_is_held_for_a_funders_arrears_goes_out_when_the_funder_has_paid(
    claims: Claims,
) -> None:
    """The province promised December and paid July: five months are owed, and none of them by the
    member."""
    owed = [f"2025-{month:02}" for month in range(8, 13)]
    await claims.service.hear(enrolled(OWING), *covered(OWING)[:2])
    claims.service.clock.set(datetime(2025, 12, 22, 1, 0, tzinfo=UTC))
    case = await claims.verified(OWING, died_on="2025-12-20")
    assert refusal(await claims.approve(case.claim_id)) == (409, "needs-confirmation")
    answer = (await claims.approve(case.claim_id, confirmation="the province was told")).json()
    assert (answer["state"], answer["amount"], answer["lines"]) == ("approved", 0, [])
    (approved,) = await claims.service.recorded(ClaimApproved)
    assert sum(line.amount for line in approved.held) == 42_000_000
    assert approved.explanation.doubts == ("funder-arrears", "months-in-row")
    claims.service.clock.set(datetime(2026, 1, 12, 1, 0, tzinfo=UTC))
    standing = await claims.standing(case.claim_id)
    assert (standing["next_step"], standing["term"]["days_late"]) == ("await-arrears", 0)
    await claims.service.hear(*(_month(OWING, month) for month in owed[:-1]))
    assert await claims.service.recorded(LinesReleased) == []
    await claims.service.hear(_month(OWING, owed[-1]))
    (released,) = await claims.service.recorded(LinesReleased)
    assert (set(released.lines), released.paid_months) == (set(approved.held), tuple(owed))
    assert await claims.service.recorded(ClaimPaid) == []
    await claims.service.hear(*(arrived(case, OWING, line) for line in answer["held"]))
    (paid,) = await claims.service.recorded(ClaimPaid)
    assert paid.amount == 42_000_000
    assert await claims.service.recorded(CompensationAwarded) == []
    assert (await claims.service.replay()).same


async def test_the_same_months_owed_by_the_member_himself_leave_no_right(claims: Claims) -> None:
    own = enrolled(OWING).model_copy(update={"last_month": "2025-07"})
    await claims.service.hear(own, *covered(OWING)[:2])
    claims.service.clock.set(datetime(2025, 12, 22, 1, 0, tzinfo=UTC))
    case = await claims.verified(OWING, died_on="2025-12-20")
    assert refusal(await claims.approve(case.claim_id)) == (409, "nothing-is-due")


def _month(worker_id: WorkerId, month: str) -> Any:
    paid = _paid(worker_id, "2025-10")
    stamp = paid.cause.stamp(month, at=datetime(2025, 12, 23, tzinfo=UTC))
    return paid.model_copy(update=dict(stamp) | {"month": month})
