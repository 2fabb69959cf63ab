"""The first page: the record at a glance."""

from typing import Annotated

from fastapi import Depends, Request, Response

from chassis.service import Running
from chassis.status import status
from chassis.web.reading import Session, tools
from services.audit.adapters import Tools
from services.audit.api.pages import frame
from services.audit.operations import evidence, glance
from services.audit.rules.addresses import ROOT
from services.audit.settings import Settings

router = frame.router()


@router.get(ROOT)
async def home(
    request: Request,
    session: Session,
    tools: Annotated[Tools, Depends(tools)],
    _caller: frame.Viewer,
) -> Response:
    """Whether all that was published is archived and applied, the newest checkpoint, findings."""
    running: Running[Settings] = request.app.state.running
    seen = await glance.at_a_glance(
        session,
        await status(running.units.engine, running.relay, running.consumer),
        tools=tools,
        topics=running.topics,
        authorization=frame.authorization(request),
    )
    newest = await evidence.newest(session, tools=tools)
    return frame.html(request, "home.html", seen=seen, newest=newest)
