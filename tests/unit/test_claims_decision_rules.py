"""Who may decide a claim, how many are needed, what two approvals have in common."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from contracts.claims import ApprovalGiven, ClaimApproved, Explanation
from contracts.event import Cause
from services.claims.api.facts import (
    AskedAccident,
    AskedAid,
    AskedChild,
    AskedDisability,
    AskedFacts,
    AskedMonth,
    AskedSpell,
    AskedTrip,
)
from services.claims.rules import facts as rules
from services.claims.rules.claims import ClaimInOtherState, HeldClaim, SameOfficer
from services.claims.rules.decisions import (
    Approval,
    Award,
    DecisionChanged,
    NeedsConfirmation,
    approve,
    approvers_needed,
)

NOW = datetime(2025, 10, 22, 1, tzinfo=UTC)
CAUSE = Cause(UUID(int=1), UUID(int=1))
EXPLAINED = Explanation(
    rule="PP 44/2015", outcome="the whole package", covered_from=NOW, months_paid=3,
    facts=({"name": "decided-on", "value": "2025-10-22"},),
)  # fmt: skip
AWARD = Award((), (), EXPLAINED, whole=42_000_000)
_NOTHING: dict[str, Any] = {field.name: None for field in fields(HeldClaim)}
CLAIM = HeldClaim(
    **_NOTHING | {
        "claim_id": UUID(int=2), "worker_id": UUID(int=3), "kind": "death", "state": "verified",
        "died_on": date(2025, 10, 11), "filed_by": "clerk", "verified_by": "checker",
    }
)  # fmt: skip
ONCE = replace(CLAIM, first_approved_by="head", first_decision=AWARD.digest, approvers_needed=2)


def decided(
    claim: HeldClaim, officer: str, *, needed: int, award: Award = AWARD, **more: Any
) -> ApprovalGiven | ClaimApproved:
    approval = Approval(officer, **more)
    return approve(claim, award, approval, needed=needed, cause=CAUSE, now=NOW)


@pytest.mark.parametrize(
    ("claim", "whole", "warnings", "needed"),
    [(CLAIM, 99, 0, 1), (CLAIM, 100, 0, 2), (CLAIM, 1, 1, 2), (ONCE, 1, 0, 2)],
)
def test_large_flagged_and_once_approved_claims_need_two(
    claim: HeldClaim, whole: int, warnings: int, needed: int
) -> None:
    assert approvers_needed(claim, whole, warnings=warnings, two_from=100) == needed


@pytest.mark.parametrize("officer", ["clerk", "checker"])
def test_who_filed_or_verified_approves_neither_first_nor_last(officer: str) -> None:
    for needed in (1, 2):
        with pytest.raises(SameOfficer):
            decided(CLAIM, officer, needed=needed)
    with pytest.raises(ClaimInOtherState):
        decided(replace(CLAIM, state="filed"), "head", needed=1)


def test_two_approve_the_same_and_the_first_is_named() -> None:
    assert isinstance(decided(CLAIM, "head", needed=2), ApprovalGiven)
    with pytest.raises(SameOfficer):
        decided(ONCE, "head", needed=2)
    second = decided(ONCE, "other", needed=2)
    assert isinstance(second, ClaimApproved)
    assert (second.first_approved_by, second.approved_by) == ("head", "other")


def test_another_decision_voids_the_first_and_the_next_day_does_not() -> None:
    changed = AWARD._replace(explanation=EXPLAINED.model_copy(update={"months_paid": 2}))
    with pytest.raises(DecisionChanged):
        decided(ONCE, "other", needed=2, award=changed)
    for officer, more in (("head", {}), ("other", {"as_first": True})):
        anew = decided(ONCE, officer, needed=2, award=changed, **more)
        assert isinstance(anew, ApprovalGiven)
        assert anew.decision == changed.digest != AWARD.digest
    (fact,) = EXPLAINED.facts
    tomorrow = EXPLAINED.model_copy(
        update={"facts": (fact.model_copy(update={"value": "2025-10-23"}),)}
    )
    assert AWARD._replace(explanation=tomorrow).digest == AWARD.digest


def test_doubts_are_confirmed_in_words_by_each_approver() -> None:
    doubtful = AWARD._replace(
        explanation=EXPLAINED.model_copy(update={"doubts": ("waiting-boundary",)})
    )
    with pytest.raises(NeedsConfirmation, match="waiting-boundary"):
        decided(CLAIM, "head", needed=1, award=doubtful)
    approved = decided(CLAIM, "head", needed=1, award=doubtful, confirmation="seen")
    assert approved.confirmation == "seen"


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        (AskedFacts, rules.Facts), (AskedSpell, rules.Spell), (AskedMonth, rules.PaidMonth),
        (AskedDisability, rules.Disability), (AskedTrip, rules.Trip), (AskedAid, rules.Aid),
        (AskedChild, rules.Child), (AskedAccident, rules.Accident),
    ],
)  # fmt: skip
def test_the_calculator_takes_exactly_the_facts_of_the_rules(asked: Any, taken: Any) -> None:
    assert list(asked.model_fields) == [field.name for field in fields(taken)]
