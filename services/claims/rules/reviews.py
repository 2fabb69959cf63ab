"""Second looks: a share of the approved claims is drawn by lot, so that everybody can draw again.

The lot of a decision is a hash of the seed, the claim and the event of the decision. It is settled
by nobody's choice, and whoever knows the seed and the share, which are recorded, recomputes it.
"""

from datetime import datetime
from hashlib import sha256
from typing import Literal, NamedTuple
from uuid import UUID

from contracts.claims import ReviewClosed, ReviewDrawn
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.types import ClaimId, WorkerId
from services.claims.rules.warnings import Known

PER_CENT = 100
REVIEW = "review"
"""What the id of a review is derived for, from the event of the decision."""
Outcome = Literal["in-order", "finding"]


class ReviewUnknown(Refused):
    """No review has this id."""

    slug, status, retryable = "review-unknown", 404, False


class ReviewIsClosed(Refused):
    """A review is closed once."""

    slug, status, retryable = "review-closed", 409, False


class Lottery(NamedTuple):
    """How claims are drawn."""

    seed: str
    share: int
    """Per cent of the approved claims, 0 to 100."""


class Decision(NamedTuple):
    """An approval that may be drawn."""

    claim_id: ClaimId
    worker_id: WorkerId
    decision_id: UUID
    """The event of the approval."""


class Verdict(NamedTuple):
    """What the second look found."""

    outcome: Outcome
    reason: str


def lot(seed: str, claim_id: UUID, decision_id: UUID) -> int:
    """The lot of a decision, 0 to 99; drawn are those below the share."""
    digest = sha256(f"{seed} {claim_id} {decision_id}".encode()).digest()
    return int.from_bytes(digest, "big") % PER_CENT


def is_drawn(lottery: Lottery, claim_id: UUID, decision_id: UUID) -> bool:
    """Whether the decision gets a second look."""
    return lot(lottery.seed, claim_id, decision_id) < lottery.share


def draw(
    lottery: Lottery, decision: Decision, *, cause: Cause, now: datetime
) -> ReviewDrawn | None:
    """Draw the decision, or not."""
    if not is_drawn(lottery, decision.claim_id, decision.decision_id):
        return None
    return ReviewDrawn(
        **cause.stamp(f"draw-review {decision.decision_id}", at=now),
        claim_id=decision.claim_id,
        worker_id=decision.worker_id,
        review_id=derived_id(decision.decision_id, REVIEW),
        seed=lottery.seed,
        share=lottery.share,
    )


def close(
    claim: Known, review_id: UUID, verdict: Verdict, *, cause: Cause, officer: str, now: datetime
) -> ReviewClosed:
    """Say what the second look found."""
    return ReviewClosed(
        **cause.stamp(f"close-review {review_id}", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        review_id=review_id,
        outcome=verdict.outcome,
        reason=verdict.reason,
        closed_by=officer,
    )
