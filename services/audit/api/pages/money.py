"""The way of the money, and the state on a day."""

from fastapi import Response

from services.audit.api.pages import frame
from services.audit.api.pages.answers import Answering, filled
from services.audit.operations import drawing
from services.audit.rules import money_flow
from services.audit.rules.addresses import ROOT

router = frame.router()


@router.get(f"{ROOT}/money")
async def money(answers: Answering, _caller: frame.Viewer) -> Response:
    """From the province's deposit to the heir's account, for a claim or an invoice."""
    form = filled("money-trail", answers.request)
    found = await answers.of(form)
    stages = money_flow.stages(drawing.moves(found.table)) if found else []
    return answers.html("money.html", form, answer=found, stages=stages)


@router.get(f"{ROOT}/state")
async def state(answers: Answering, _caller: frame.Viewer) -> Response:
    """Members, accounts and open claims of each regency on the evening of a day."""
    form = filled("as-of", answers.request)
    found = await answers.of(form)
    counted = drawing.state(found.table) if found else None
    return answers.html("state.html", form, answer=found, counted=counted)
