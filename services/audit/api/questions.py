"""Questions: what auditors ask the record, from the catalogue or in their own SQL.

Every question asked is itself on record before its answer goes out. Answers hold nothing of a
person but what is sealed.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ConfigDict, Field

from chassis.correlation import correlation_id
from chassis.ids import new_id
from chassis.web.access import ANYWHERE, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.reading import Noting, tools
from contracts.audit import SQL_CHARACTERS_MAX
from contracts.event import Cause
from contracts.types import Line
from services.audit.adapters import Tools
from services.audit.adapters.answering import Limits, Table
from services.audit.operations import questions
from services.audit.operations.questions import Form, Putting

router = APIRouter(route_class=Guarded, tags=["Questions"])
PAGE_ROWS = 1_000
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
    tools: Annotated[Tools, Depends(tools)],
    noting: Noting,
    caller: Auditing,
) -> Response | questions.Answer:
    """Ask a question of the catalogue; its parameters are parameters of the query. As a page, or as
    a file: `form=csv`, `xlsx` or `parquet`."""
    given = {
        key: value
        for key, value in request.query_params.items()
        if key not in HowAsked.model_fields
    }
    asked = questions.asked(name, given)
    await questions.refresh(tools)
    table = await questions.ask(
        tools.settings.parquet_path(), asked, limits=_limits(tools, how.form)
    )
    told = {key: str(value) for key, value in asked.values.items() if value is not None}
    await _note(noting, Putting(name, told, how.form, len(table.rows), how.reason), caller)
    return await _answered(name, asked.question.title, table, how.form)


@router.post("/sql", response_model=questions.Answer)
async def ask_freely(
    asked: AskFreely,
    tools: Annotated[Tools, Depends(tools)],
    noting: Noting,
    caller: Auditing,
) -> Response | questions.Answer:
    """Ask in SQL (DuckDB): one SELECT over `events` and the views; nothing else can be reached."""
    await questions.refresh(tools)
    table = await questions.ask_freely(
        tools.settings.parquet_path(), asked.sql, limits=_limits(tools, asked.form)
    )
    put = Putting("sql", {"sql": asked.sql}, asked.form, len(table.rows), asked.reason)
    await _note(noting, put, caller)
    return await _answered("sql", "Own SQL", table, asked.form)


def _limits(tools: Tools, form: Form) -> Limits:
    rows = PAGE_ROWS if form == "page" else tools.settings.answer_rows
    return questions.limits_of(tools.settings, rows)


async def _note(noting: Noting, put: Putting, caller: Caller) -> None:
    cause_id: UUID = new_id()
    cause = Cause(cause_id, correlation_id() or cause_id)
    await noting.run(lambda unit: questions.put_on_record(unit, put, by=caller, cause=cause))


async def _answered(name: str, title: str, table: Table, form: Form) -> Response | questions.Answer:
    match form:
        case "page":
            return questions.answer(name, title, table)
        case "parquet":
            return await questions.as_parquet(name, table)
    return await questions.sheet(name, table, form)
