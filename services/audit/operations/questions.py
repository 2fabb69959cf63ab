"""Ask the record: the questions of the catalogue, and what auditors write themselves."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

from fastapi import Response
from pydantic import BaseModel

from chassis.state.unit import Unit
from chassis.web import sheets
from chassis.web.access import Caller
from contracts.audit import SQL_CHARACTERS_MAX, QuestionAsked
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from services.audit.adapters import Tools, duck, parquet
from services.audit.adapters.answering import MIB, Cell, ColumnKind, Limits, Table
from services.audit.rules import questions
from services.audit.rules.questions import Question, Value
from services.audit.settings import Settings

PARQUET = "application/vnd.apache.parquet"
FileForm = Literal["csv", "xlsx", "parquet"]
Form = Literal["page", FileForm]
TOGETHER_MAX = 2
"""Questions answered at once: each may take the memory of its limits."""
_turns = asyncio.Semaphore(TOGETHER_MAX)
_refreshing = asyncio.Lock()
"""One export at a time: two who ask at once, or one and the job, wait for each other."""


class SqlTooLong(Refused):
    """Nobody reads so much SQL."""

    slug, status, retryable = "sql-too-long", 422, False


class AskedParameter(BaseModel):
    """What a question takes."""

    name: str
    kind: questions.Kind
    words: str
    default: str | None
    """`none`: it may be left out; null: it must be given."""


class ListedQuestion(BaseModel):
    """A question of the catalogue, without its SQL."""

    name: str
    theme: questions.Theme
    title: str
    shows: str
    rests_on: str
    reference: str
    parameters: list[AskedParameter]
    sql: str


class AnsweredColumn(BaseModel):
    """A column of an answer."""

    name: str
    kind: ColumnKind


class Answer(BaseModel):
    """What the record says."""

    name: str
    title: str
    columns: list[AnsweredColumn]
    rows: list[list[Cell]]
    is_cut: bool
    """There are more rows: ask for less."""


class Asked(NamedTuple):
    """A question with the values it was asked with, for the record and for an answer."""

    question: Question
    values: dict[str, Value]


class Putting(NamedTuple):
    """What is put on record of a question."""

    question: str
    parameters: Mapping[str, str]
    form: Form
    rows: int
    reason: str


def listed() -> list[ListedQuestion]:
    """Every question there is."""
    return [
        ListedQuestion(
            **{name: value for name, value in each._asdict().items() if name != "parameters"},
            parameters=[AskedParameter(**one._asdict()) for one in each.parameters],
        )
        for each in duck.catalogue().values()
    ]


def asked(name: str, given: Mapping[str, str]) -> Asked:
    """A question, with its values read. Raises: QuestionUnknown, Parameter*."""
    question = questions.found(duck.catalogue(), name)
    return Asked(question, questions.values(question, given))


def title(name: str) -> str:
    """What a question is called. Raises: QuestionUnknown."""
    return questions.found(duck.catalogue(), name).title


async def refresh(tools: Tools) -> parquet.Exported:
    """Add to the record for questions what is new in the archive. Raises: ExportRuns, OSError."""
    settings = tools.settings
    async with _refreshing:
        return await asyncio.to_thread(
            parquet.export,
            settings.archive_folder,
            settings.parquet_path(),
            upto=tools.archive.watermarks(),
        )


def limits_of(settings: Settings, rows: int) -> Limits:
    """What one question may take."""
    return Limits(
        seconds=settings.question_seconds,
        memory_bytes=settings.question_memory_mb * MIB,
        rows=rows,
    )


async def put_on_record(unit: Unit, what: Putting, *, by: Caller, cause: Cause) -> None:
    """Record that the record was asked, before the answer goes out."""
    asked_event = QuestionAsked(
        **cause.stamp("ask-question", at=unit.now),
        question_id=derived_id(cause.cause_id, "question"),
        question=what.question,
        parameters=dict(what.parameters),
        form=what.form,
        rows=what.rows,
        reason=what.reason,
        asked_by=by.name,
    )
    await unit.record([asked_event])


async def ask(folder: Path, asked: Asked, *, limits: Limits) -> Table:
    """Answer a question of the catalogue. Raises: QuestionFailed, QuestionTooLarge, RecordMoved."""
    async with _turns:
        return await asyncio.to_thread(
            duck.ask, folder, asked.question.sql, asked.values, limits=limits
        )


async def ask_freely(folder: Path, sql: str, *, limits: Limits) -> Table:
    """Answer what somebody wrote, in a process apart.

    Raises: SqlTooLong, NotOneSelect, QuestionFailed, QuestionTooLarge, RecordMoved.
    """
    if len(sql) > SQL_CHARACTERS_MAX:
        raise SqlTooLong(f"SQL of more than {SQL_CHARACTERS_MAX:,} characters is not run.")
    async with _turns:
        return await asyncio.to_thread(duck.ask_freely, folder, sql, limits=limits)


def answer(name: str, title: str, table: Table) -> Answer:
    """An answer as it is told."""
    return Answer(
        name=name,
        title=title,
        columns=[AnsweredColumn(name=each.name, kind=each.kind) for each in table.columns],
        rows=[list(row) for row in table.rows],
        is_cut=table.is_cut,
    )


async def file(name: str, table: Table, form: FileForm) -> Response:
    """An answer as a file. Raises: TooManyRows."""
    if form == "parquet":
        return await _as_parquet(name, table)
    columns = [each.name for each in table.columns]
    rows = ([_in_sheet(cell) for cell in row] for row in table.rows)
    return await sheets.sheet_answer(form, name, columns, rows)


async def _as_parquet(name: str, table: Table) -> Response:
    content = await asyncio.to_thread(_parquet, table)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.parquet"',
        "Cache-Control": "no-store",
    }
    return Response(content, 200, headers, PARQUET)


def _parquet(table: Table) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "answer.parquet"
        duck.write_parquet(table, path)
        return path.read_bytes()


def _in_sheet(cell: Cell) -> sheets.Cell:
    """A fraction goes into a sheet as text: cells hold whole numbers only."""
    return str(cell) if isinstance(cell, float) else cell
