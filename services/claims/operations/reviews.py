"""Second looks: the list, and closing one. They are drawn where a claim is approved."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.event import Cause, derived_id
from services.claims.models import Claim, Review
from services.claims.operations.held import held_claim
from services.claims.operations.warning_lists import Page
from services.claims.queries import reviews as queries
from services.claims.queries import warning_lists
from services.claims.queries.reviews import ReviewsAsked
from services.claims.rules import reviews as rules
from services.claims.rules.reviews import ReviewIsClosed, ReviewUnknown, Verdict
from services.claims.rules.warnings import Known, check_has_no_part


class ReviewRow(BaseModel):
    """A second look, and the claim that was drawn for it. Amount in rupiah.

    Drawn is a decision of which SHA-256 of `<seed> <claim_id> <decision_id>`, as a number, leaves
    less than the share when it is divided by 100.
    """

    review_id: UUID
    claim_id: UUID
    number: str | None
    kind: str
    state: str
    """Of the claim."""
    village_code: str
    amount: int | None
    decision_id: UUID | None
    """The event of the approval that was drawn; null: a later decision stands now."""
    seed: str
    share: int
    drawn_at: datetime
    outcome: str | None
    """`in-order` or `finding`; null: nobody has looked."""
    reason: str | None
    closed_by: str | None
    closed_at: datetime | None


class ReviewList(BaseModel):
    """A page of second looks, the open ones first."""

    reviews: list[ReviewRow]
    next_after: UUID | None
    """Give it as `after` for the next page; null: this is the last."""


class ReviewStanding(BaseModel):
    """What a second look found."""

    review_id: UUID
    claim_id: UUID
    outcome: str


async def reviews(
    session: AsyncSession, asked: ReviewsAsked, page: Page, *, by: Caller
) -> ReviewList:
    """The second looks of an area. Raises: OutsideArea."""
    by.check_area(asked.area)
    rows = await queries.reviews_of(session, asked, after=page.after, limit=page.limit)
    return ReviewList(
        reviews=[
            ReviewRow(
                **review.model_dump(),
                number=claim.number,
                kind=claim.kind,
                state=claim.state,
                village_code=village_code,
                amount=amount,
                decision_id=_drawn_decision(review, claim),
            )
            for review, claim, village_code, amount in rows
        ],
        next_after=rows[-1][0].review_id if len(rows) == page.limit else None,
    )


async def close(
    unit: Unit, review_id: UUID, verdict: Verdict, *, by: Caller, cause: Cause
) -> ReviewStanding:
    """Say what the second look found, as somebody who had no part in the claim.

    Raises: ReviewUnknown, OutsideArea, ReviewIsClosed, SameOfficer.
    """
    found = await queries.review(unit.session, review_id)
    if found is None:
        raise ReviewUnknown(f"no review {review_id}: see the list of reviews")
    claim = await held_claim(unit, found.claim_id, by=by)
    locked = await queries.review(unit.session, review_id, locked=True)
    if locked is None or locked.closed_at is not None:
        raise ReviewIsClosed("this review was closed before: see its outcome in the list")
    check_has_no_part(by.name, await warning_lists.officers_of(unit.session, claim.claim_id))
    closed = rules.close(
        Known(claim.claim_id, claim.worker_id),
        review_id,
        verdict,
        cause=cause,
        officer=by.name,
        now=unit.now,
    )
    await unit.record([closed])
    return ReviewStanding(review_id=review_id, claim_id=claim.claim_id, outcome=verdict.outcome)


def _drawn_decision(review: Review, claim: Claim) -> UUID | None:
    decision = claim.decision_id
    if decision is not None and derived_id(decision, rules.REVIEW) == review.review_id:
        return decision
    return None
