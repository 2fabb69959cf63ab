"""Approving and rejecting a claim: by other people than filed and verified it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple, get_args
from uuid import UUID

from pydantic_core import to_json

from contracts.claims import (
    ApprovalGiven,
    BenefitLine,
    ClaimApproved,
    ClaimRejected,
    Explanation,
)
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from services.claims.rules.claims import HeldClaim
from services.claims.rules.compute import compute
from services.claims.rules.explain import explanation
from services.claims.rules.facts import Computation, Facts, Ground
from services.claims.rules.netting import NEVER_NETTED
from services.claims.rules.parties import Party
from services.claims.rules.shares import payees
from services.claims.rules.tariffs import RuleSet

GROUNDS: tuple[str, ...] = get_args(Ground)
_OF_THE_DAY = frozenset({"decided-on"})
"""Facts that differ from one day to the next though the decision is the same."""


class NothingIsDue(Refused):
    """By the rules nothing is to be paid: such a claim is rejected, not approved."""

    slug, status, retryable = "nothing-is-due", 409, False


class NeedsConfirmation(Refused):
    """A person has to look, and say in words why the claim is approved all the same."""

    slug, status, retryable = "needs-confirmation", 409, False


class DecisionChanged(Refused):
    """What the first approver approved is not what would be approved now."""

    slug, status, retryable = "decision-changed", 409, False


class GroundUnknown(Refused):
    """No rule has this name by which nothing is due."""

    slug, status, retryable = "ground-unknown", 422, False


class GroundUntrue(Refused):
    """By the rules this is not why nothing is due."""

    slug, status, retryable = "ground-untrue", 409, False


@dataclass(frozen=True)
class Approval:
    """What an approver says."""

    officer: str
    confirmation: str | None = None
    """Why it is approved, where a person has to look."""
    as_first: bool = False
    """What was approved first has changed: this approval takes its place."""


@dataclass(frozen=True)
class Rejection:
    """What an approver says who rejects."""

    officer: str
    reason: str
    ground: str | None = None
    member_lives: bool = False


class Award(NamedTuple):
    """What a decision would give to whom, and why."""

    lines: tuple[BenefitLine, ...]
    held: tuple[BenefitLine, ...]
    explanation: Explanation
    whole: int
    """Rupiah of the whole benefit, with what was paid of it before: by this, two approve."""

    @property
    def digest(self) -> str:
        """Of what is approved: the lines but for their ids, and the explanation."""
        told = self.explanation.model_dump(mode="json")
        told["facts"] = [each for each in told["facts"] if each["name"] not in _OF_THE_DAY]
        lines = [
            [line.benefit, line.amount, str(line.payee_id), is_held]
            for is_held, lines in enumerate((self.lines, self.held))
            for line in lines
        ]
        return sha256(to_json({"lines": lines, "explanation": told})).hexdigest()


def award(
    claim: HeldClaim,
    facts: Facts,
    heirs: Sequence[Party],
    *,
    cause: Cause,
    rule_set: RuleSet | None = None,
) -> Award:
    """Compute what is due and share it among the payees whom the law names. Without a rule set, by
    the one in force.

    Raises: NothingIsDue, and what `compute` and `payees` refuse.
    """
    computation = compute(facts, rule_set)
    if computation.ground is not None:
        raise NothingIsDue(f"{computation.outcome}: reject the claim, ground {computation.ground}")
    lines, held = _lines(computation, heirs, claim.shares, cause=cause)
    if not lines and not held and not facts.paid_before:
        raise NothingIsDue(f"{computation.outcome}: reject the claim and say why")
    return Award(
        lines=lines,
        held=held,
        explanation=explanation(facts, computation, rule_set),
        whole=computation.total + sum(facts.paid_before.values()) - computation.overpaid,
    )


def approvers_needed(claim: HeldClaim, whole: int, *, warnings: int, two_from: int) -> int:
    """Two for a large claim, for one with warning signs that nobody cleared, and for one of which
    a first approval is on record."""
    needs_two = whole >= two_from or warnings > 0 or claim.first_approved_by is not None
    return 2 if needs_two else 1


def approve(
    claim: HeldClaim, award: Award, approval: Approval, *, needed: int, cause: Cause, now: datetime
) -> ApprovalGiven | ClaimApproved:
    """Approve, as the only one, or as the first or second of two.

    Raises: ClaimInOtherState, SameOfficer, NeedsConfirmation, DecisionChanged.
    """
    check_decider(claim, approval.officer)
    _check_confirmed(award.explanation, approval)
    first = claim.first_approved_by
    is_changed = claim.first_decision != award.digest
    if needed > 1 and (
        first is None or (is_changed and (first == approval.officer or approval.as_first))
    ):
        return _given(claim, award, approval, needed=needed, cause=cause, now=now)
    if first is not None:
        claim.check_is_other(approval.officer, first, did="approved")
        if is_changed:
            raise DecisionChanged(
                "the facts or the rules have changed since the first approval, which counts no "
                "longer: look at the computation and approve anew, with `as_first`, or let the "
                "first approver do so"
            )
    return ClaimApproved(
        **cause.stamp("approve-claim", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        lines=award.lines,
        held=award.held,
        explanation=award.explanation,
        approved_by=approval.officer,
        confirmation=approval.confirmation,
        kind=claim.kind,
        first_approved_by=first,
    )


def check_decider(claim: HeldClaim, officer: str) -> None:
    """Raises ClaimInOtherState, SameOfficer."""
    claim.check_state("verified")
    claim.check_is_other(officer, claim.filed_by, claim.verified_by, did="filed or verified")


def check_ground(ground: str, facts: Facts) -> None:
    """The family is told the rule by which nothing is due: it has to be the one that the facts come
    to. Raises: GroundUnknown, GroundUntrue, and what `compute` refuses."""
    if ground not in GROUNDS:
        raise GroundUnknown(f"choose one of {', '.join(GROUNDS)}, or leave it and say why in words")
    found = compute(facts)
    if found.ground != ground:
        raise GroundUntrue(
            f"by the rules: {found.outcome}; give "
            f"{'no ground' if found.ground is None else f'the ground {found.ground}'}, or leave it "
            "and say why in words"
        )


def reject(
    claim: HeldClaim,
    rejection: Rejection,
    *,
    paid_before: Mapping[str, int],
    cause: Cause,
    now: datetime,
) -> ClaimRejected:
    """Decide that nothing is due, by a rule or in the officer's own words. What earlier decisions
    let go out, by benefit, was too much then, but for what the office paid for its delay.

    Raises: ClaimInOtherState, SameOfficer.
    """
    claim.check_state("filed", "returned", "verified")
    officer, others = rejection.officer, (claim.filed_by, claim.verified_by)
    claim.check_is_other(officer, *others, did="filed or verified")
    claim.check_is_other(officer, claim.first_approved_by, did="approved")
    return ClaimRejected(
        **cause.stamp("reject-claim", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        reason=rejection.reason,
        rejected_by=officer,
        ground=rejection.ground,
        member_lives=rejection.member_lives,
        overpaid=sum(paid for line, paid in paid_before.items() if line not in NEVER_NETTED),
    )


def _check_confirmed(told: Explanation, approval: Approval) -> None:
    if told.doubts and approval.confirmation is None:
        raise NeedsConfirmation(
            f"{', '.join(told.doubts)}: look again, and say in `confirmation` why it is approved"
        )


def _given(
    claim: HeldClaim, award: Award, approval: Approval, *, needed: int, cause: Cause, now: datetime
) -> ApprovalGiven:
    return ApprovalGiven(
        **cause.stamp("approve-claim-first", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        decision=award.digest,
        approvers_needed=needed,
        confirmation=approval.confirmation,
        approved_by=approval.officer,
    )


def _lines(
    computation: Computation,
    heirs: Sequence[Party],
    shares: Mapping[str, Any] | None,
    *,
    cause: Cause,
) -> tuple[tuple[BenefitLine, ...], tuple[BenefitLine, ...]]:
    """What is paid now, and what is held; each line has an id of its own for life."""
    found: list[tuple[bool, BenefitLine]] = []
    for step in computation.steps:
        for payee_id, amount in payees(step, heirs, shares):
            line = BenefitLine(
                benefit=step.benefit,
                amount=amount,
                payee_id=payee_id,
                line_id=_line_id(cause, len(found)),
            )
            found.append((step.is_held, line))
    return (
        tuple(line for is_held, line in found if not is_held),
        tuple(line for is_held, line in found if is_held),
    )


def _line_id(cause: Cause, place: int) -> UUID:
    return derived_id(cause.cause_id, f"line {place}")
