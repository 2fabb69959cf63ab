"""Warning signs, the graph around a claim, and second looks."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict, Field

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Now, Session
from contracts.claims import WarningSign
from contracts.types import Line, RegionCode
from services.claims.api import reviews
from services.claims.operations import graphs, warning_lists
from services.claims.operations.warning_lists import Page
from services.claims.queries.warning_lists import WarningsAsked, WarningState
from services.claims.rules.warnings import Outcome, Settlement

router = APIRouter(route_class=Guarded, tags=["Warnings"])
router.include_router(reviews.router)

PAGE_MAX = 200
SVG = "image/svg+xml"
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A picture to look at.", "content": {SVG: {}}}
}
_READS = allowed("fraud", "auditor", "approver", area=IN_OPERATION)


class WarningsWanted(Asked):
    """Which warnings."""

    sign: WarningSign | None = None
    state: WarningState | None = None
    area: RegionCode | None = None
    """A part of the caller's area; left out, all of it."""
    after: UUID | None = None
    """`next_after` of the page before."""
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = PAGE_MAX


class Settle(Asked):
    """What a look at the warning showed, and why; name no person."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"outcome": "cleared", "reason": "the family was visited; the letter is genuine"}
            ]
        }
    )

    outcome: Outcome
    reason: Line


@router.get("/warnings")
async def list_warnings(
    asked: Annotated[WarningsWanted, Query()],
    session: Session,
    caller: Annotated[Caller, _READS],
) -> warning_lists.WarningList:
    """The warnings of an area, the open ones first and of these the oldest, a page at a time. None
    of them decides: each adds an approver."""
    which = WarningsAsked(asked.area or caller.area, asked.sign, asked.state)
    return await warning_lists.warnings(session, which, Page(asked.after, asked.limit), by=caller)


@router.post("/warnings/{warning_id}/settlement", response_model=warning_lists.WarningStanding)
async def settle_warning(
    warning_id: UUID,
    asked: Settle,
    command: Annotated[Command, command("fraud", area=IN_OPERATION)],
) -> Response:
    """Clear or confirm a warning, once, as somebody who had no part in the claim."""
    settlement = Settlement(asked.outcome, asked.reason)
    return await command.run(
        lambda unit: warning_lists.settle(
            unit, warning_id, settlement, by=command.caller, cause=command.cause
        )
    )


@router.get("/claims/{claim_id}/graph")
async def graph(
    claim_id: UUID, session: Session, now: Now, caller: Annotated[Caller, _READS]
) -> graphs.GraphShown:
    """What the claim has, and the other claims that have the same."""
    return await graphs.graph(session, claim_id, by=caller, now=now)


@router.get("/claims/{claim_id}/graph.svg", response_class=Response, responses=_PICTURE)
async def graph_picture(
    claim_id: UUID, session: Session, now: Now, caller: Annotated[Caller, _READS]
) -> Response:
    """The same as a picture."""
    picture = await graphs.drawn(session, claim_id, by=caller, now=now)
    return Response(picture, media_type=SVG, headers={"Cache-Control": "no-store"})
