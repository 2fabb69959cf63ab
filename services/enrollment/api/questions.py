"""The questions of auditors."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.web.access import ANYWHERE, IN_OPERATION, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.reading import Noting, tools
from chassis.web.sheets import SHEETS, Format, sheet_answer
from contracts.types import Line, Month, RegionCode
from services.enrollment.adapters import Tools
from services.enrollment.operations import questions

router = APIRouter(route_class=Guarded, tags=["Questions"])

_ROLES = ("auditor", "admin", "province")


class Ask(Asked):
    """What a question is asked about; a question passes over what it does not take."""

    programme_id: UUID | None = None
    month: Month | None = None
    area: RegionCode | None = None
    """Within the caller's own; else all of that."""
    format: Literal["json"] | Format = "json"
    reason: Line = "audit"
    """Why it is asked: it is put on record."""


@router.get("/questions")
async def list_questions(
    _caller: Annotated[Caller, allowed(*_ROLES, area=ANYWHERE)],
) -> questions.Questions:
    """The questions about members that auditors ask, with what each is asked about."""
    return questions.questions()


@router.get("/questions/{name}", response_model=questions.Answer, responses=SHEETS)
async def ask(
    name: str,
    asked: Annotated[Ask, Query()],
    noting: Noting,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, allowed(*_ROLES, area=IN_OPERATION)],
) -> questions.Answer | Response:
    """Ask a question: a verdict, and rows with the findings first. It names nobody. That it was
    asked is put on record."""
    asking = questions.Asking(
        name, asked.area or caller.area, asked.programme_id, asked.month, asked.reason
    )
    answered = await questions.answer(noting, asking, by=caller, tools=tools)
    if asked.format == "json":
        return answered
    columns, rows = questions.sheet(answered)
    return await sheet_answer(asked.format, f"question-{name}", columns, rows)
