"""Second looks at approved claims that were drawn by lot."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict, Field

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Session
from contracts.types import Line, RegionCode
from services.claims.operations import reviews
from services.claims.operations.warning_lists import Page
from services.claims.queries.reviews import ReviewsAsked, ReviewState
from services.claims.rules.reviews import Outcome, Verdict

router = APIRouter(route_class=Guarded, tags=["Warnings"])

PAGE_MAX = 200


class ReviewsWanted(Asked):
    """Which second looks."""

    state: ReviewState | None = None
    area: RegionCode | None = None
    """A part of the caller's area; left out, all of it."""
    after: UUID | None = None
    """`next_after` of the page before."""
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = PAGE_MAX


class CloseReview(Asked):
    """What the second look found, and in which papers; name no person."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"outcome": "in-order", "reason": "all papers seen, amounts recomputed"}]
        }
    )

    outcome: Outcome
    reason: Line


@router.get("/reviews")
async def list_reviews(
    asked: Annotated[ReviewsWanted, Query()],
    session: Session,
    caller: Annotated[Caller, allowed("fraud", "approver", "auditor", area=IN_OPERATION)],
) -> reviews.ReviewList:
    """The second looks of an area, the open ones first, a page at a time."""
    which = ReviewsAsked(asked.area or caller.area, asked.state)
    return await reviews.reviews(session, which, Page(asked.after, asked.limit), by=caller)


@router.post("/reviews/{review_id}/closing", response_model=reviews.ReviewStanding)
async def close_review(
    review_id: UUID,
    asked: CloseReview,
    command: Annotated[Command, command("fraud", "approver", area=IN_OPERATION)],
) -> Response:
    """Say what a second look found, once, as somebody who had no part in the claim."""
    verdict = Verdict(asked.outcome, asked.reason)
    return await command.run(
        lambda unit: reviews.close(unit, review_id, verdict, by=command.caller, cause=command.cause)
    )
