"""Questions: what auditors ask the record, from the catalogue or in their own SQL.

Every question asked is itself on record before its answer goes out. Answers hold nothing of a
person but what is sealed.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict, Field

from chassis.web.access import ANYWHERE, Caller, Guarded, allowed
from chassis.web.asked import Asked
from contracts.audit import SQL_CHARACTERS_MAX
from contracts.types import Line
from services.audit.api.asking import Asker
from services.audit.operations import questions
from services.audit.operations.questions import Form

router = APIRouter(route_class=Guarded, tags=["Questions"])
Auditing = Annotated[Caller, allowed("auditor", area=ANYWHERE)]


class HowAsked(Asked):
    """Beside the question's own parameters."""

    model_config = ConfigDict(extra="ignore")

    reason: Line
    """What it is asked for; it goes on record."""
    form: Form = "page"


class AskFreely(Asked):
    """One SELECT of the auditor's own over the views of the record."""

    sql: Annotated[str, Field(min_length=1, max_length=SQL_CHARACTERS_MAX)]
    reason: Line
    form: Form = "page"


@router.get("/questions")
async def listed(_caller: Auditing) -> list[questions.ListedQuestion]:
    """The catalogue: what each question shows, what it rests on, what it takes, its SQL."""
    return questions.listed()


@router.get("/questions/{name}", response_model=questions.Answer)
async def ask(
    name: str,
    how: Annotated[HowAsked, Query()],
    request: Request,
    asking: Asker,
    _caller: Auditing,
) -> Response | questions.Answer:
    """Ask a question of the catalogue; its parameters are parameters of the query. As a page, or as
    a file: `form=csv`, `xlsx` or `parquet`."""
    given = {
        key: value
        for key, value in request.query_params.items()
        if key not in HowAsked.model_fields
    }
    table = await asking.ask(name, given, reason=how.reason, form=how.form)
    if how.form == "page":
        return questions.answer(name, questions.title(name), table)
    return await questions.file(name, table, how.form)


@router.post("/sql", response_model=questions.Answer)
async def ask_freely(
    asked: AskFreely,
    asking: Asker,
    _caller: Auditing,
) -> Response | questions.Answer:
    """Ask in SQL (DuckDB): one SELECT over `events` and the views; nothing else can be reached."""
    table = await asking.ask_freely(asked.sql, reason=asked.reason, form=asked.form)
    if asked.form == "page":
        return questions.answer("sql", "Own SQL", table)
    return await questions.file("sql", table, asked.form)
