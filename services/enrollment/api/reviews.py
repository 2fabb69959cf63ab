"""Reviews: what a person has to look at, and what was decided."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import ConfigDict, Field

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed, query
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Noting, Session, tools
from contracts.enrollment import ReviewKind, ReviewOutcome
from contracts.types import Line, RegionCode
from services.enrollment.adapters import Tools
from services.enrollment.operations import reviews
from services.enrollment.queries.reviews import ReviewsAsked
from services.enrollment.rules.reviews import Verdict

router = APIRouter(route_class=Guarded, tags=["Reviews"])
PAGE_MAX = 200
_LISTS = allowed("checker", "branch", "province", "auditor", area=query("area"))
_READS = allowed("checker", "branch", area=IN_OPERATION)
_VERDICT: dict[str, Any] = {"outcome": "keep", "reason": "twins: two family cards, both seen"}
_WHY: dict[str, Any] = {"reason": "possible duplicate: papers compared"}


class ReviewsWanted(Asked):
    """Which reviews of an area, and which page."""

    area: RegionCode
    kind: ReviewKind | None = None
    state: reviews.ReviewState | None = None
    after: UUID | None = None
    """The last review of the page before."""
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = PAGE_MAX


class DecideReview(Asked):
    """What a person found."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VERDICT]})

    outcome: ReviewOutcome
    """`end` ends the memberships of the worker under review that go on."""
    reason: Line
    """What it rests on; nothing that tells who the member is."""


class ReadReview(Asked):
    """Why the members are looked at."""

    model_config = ConfigDict(json_schema_extra={"examples": [_WHY]})

    reason: Line


@router.get("/reviews")
async def list_reviews(
    wanted: Annotated[ReviewsWanted, Query()],
    session: Session,
    tools: Annotated[Tools, Depends(tools)],
    _caller: Annotated[Caller, _LISTS],
) -> reviews.Reviews:
    """What was put on the review list in an area, the oldest first: members who may be the same
    person side by side, and members who reached the age limit. Of names only the initials."""
    decided = None if wanted.state is None else wanted.state == "decided"
    asked = ReviewsAsked(wanted.area, wanted.kind, decided)
    return await reviews.reviews_of(
        session, asked, after=wanted.after, limit=wanted.limit, tools=tools
    )


@router.post("/reviews/{review_id}/reading")
async def read_review(
    review_id: UUID,
    asked: ReadReview,
    notes: Noting,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, _READS],
) -> reviews.ReviewLine:
    """One review with what tells two people apart: names, mothers, birth dates. Each member shown
    is put on record with the reason."""
    return await notes.run(
        lambda unit: reviews.read_review(
            unit, review_id, reason=asked.reason, by=caller, tools=tools
        )
    )


@router.post("/reviews/{review_id}/decision", response_model=reviews.Decided)
async def decide_review(
    review_id: UUID,
    asked: DecideReview,
    command: Annotated[Command, command("checker", "branch", area=IN_OPERATION)],
) -> Response:
    """Keep the member, or end what goes on: as a double registration, or at the age limit as
    withdrawn by the funder. Whoever sent the roster may not decide about a duplicate in it."""
    verdict = Verdict(asked.outcome, asked.reason)
    return await command.run_bulk(
        lambda unit: reviews.decide_review(
            unit, review_id, verdict, by=command.caller, cause=command.cause
        )
    )
