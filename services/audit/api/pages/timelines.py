"""The timeline of one person, claim, account, programme or officer, drawn."""

from typing import Annotated

from fastapi import Query, Response

from services.audit.api.pages import frame
from services.audit.api.pages.answers import Answering, filled
from services.audit.operations.drawing import happenings
from services.audit.rules import timelines
from services.audit.rules.addresses import ROOT
from services.audit.rules.paging import ROWS_A_PAGE, Paging

router = frame.router()


@router.get(f"{ROOT}/timeline")
async def timeline(
    answers: Answering, _caller: frame.Viewer, page: Annotated[int, Query(ge=1, le=1_000)] = 1
) -> Response:
    """Everything about one subject in the order of time, with what led to what."""
    form = filled("timeline", answers.request)
    found = await answers.of(form)
    if found is None:
        return answers.html("timeline.html", form, answer=None)
    told = happenings(found.table)
    paging = Paging.of(len(told), page, ROWS_A_PAGE)
    events = paging.cut(told)
    return answers.html(
        "timeline.html",
        form,
        answer=found,
        paging=paging,
        events=events,
        unreadable=len(found.table.rows) - len(told),
        causes={each.event_id: each for each in told},
        picture=timelines.picture(events),
    )
