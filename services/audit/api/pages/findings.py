"""Findings as pages, to read: they are raised and moved over the API."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from chassis.web.reading import Session
from services.audit.api.pages import frame
from services.audit.operations import followups
from services.audit.rules.addresses import ROOT
from services.audit.rules.followups import FindingState

FINDINGS_A_PAGE = 100
router = frame.router()


@router.get(f"{ROOT}/findings")
async def found(
    request: Request,
    session: Session,
    caller: frame.Viewer,
    state: Annotated[FindingState | None, Query()] = None,
    after: UUID | None = None,
) -> Response:
    """Findings, the newest first."""
    listed = await followups.found(
        session, state=state, after=after, limit=FINDINGS_A_PAGE, by=caller
    )
    more = listed[-1].finding_id if len(listed) == FINDINGS_A_PAGE else None
    return frame.html(request, "findings.html", findings=listed, state=state, more=more)


@router.get(f"{ROOT}/findings/{{finding_id}}")
async def history(
    finding_id: UUID, request: Request, session: Session, caller: frame.Viewer
) -> Response:
    """One finding with all that happened to it."""
    told = await followups.history(session, finding_id, by=caller)
    return frame.html(request, "finding.html", finding=told)
