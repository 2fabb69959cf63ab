"""Findings as pages, to read: they are raised and moved over the API."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from chassis.local_time import local_day
from chassis.web.reading import Session
from services.audit.api.pages import frame
from services.audit.operations import followups
from services.audit.rules.addresses import ROOT
from services.audit.rules.followups import FindingState, is_overdue

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
    today = _today(request)
    overdue = {f.finding_id for f in listed if is_overdue(f.state, f.due_on, today=today)}
    more = listed[-1].finding_id if len(listed) == FINDINGS_A_PAGE else None
    return frame.html(
        request, "findings.html", findings=listed, overdue=overdue, state=state, more=more
    )


@router.get(f"{ROOT}/findings/{{finding_id}}")
async def history(
    finding_id: UUID, request: Request, session: Session, caller: frame.Viewer
) -> Response:
    """One finding with all that happened to it."""
    told = await followups.history(session, finding_id, by=caller)
    late = is_overdue(told.state, told.due_on, today=_today(request))
    return frame.html(request, "finding.html", finding=told, is_overdue=late)


def _today(request: Request) -> date:
    return local_day(request.app.state.units.clock())
