"""The questions that auditors ask about members: asked, put on record, answered."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import EVERYWHERE
from chassis.web.access import Caller
from chassis.web.reading import Notes
from contracts.refusal import Refused
from services.enrollment.adapters import Tools
from services.enrollment.adapters.regions import names
from services.enrollment.operations.register import note_export
from services.enrollment.queries import questions as queries
from services.enrollment.queries.questions import QUESTIONS, Given, Parameter, Question, Value
from services.enrollment.rules.programmes import TARIFF

ROWS_MAX = 10_000
_PLACES = ("village_code", "district_code", "region_code", "place_code")


class QuestionUnknown(Refused):
    """There is no such question."""

    slug, status, retryable = "question-unknown", 404, False


class AnswerTooLong(Refused):
    """A file never leaves rows out."""

    slug, status, retryable = "answer-too-long", 422, False


class QuestionLine(BaseModel):
    """A question in the list."""

    name: str
    number: int
    """Of the sixteen tests of the audit; the others are asked of banking, claims and audit."""
    text: str
    source: str
    """The law or the audit report that it comes from."""
    parameters: list[Parameter]


class Questions(BaseModel):
    """The questions that can be asked here."""

    questions: list[QuestionLine]


class Answer(BaseModel):
    """The answer to a question, as it stands at this moment."""

    name: str
    number: int
    text: str
    source: str
    verdict: str
    """`ok`, `1 finding`, `3 findings`."""
    findings: int
    area: str
    programme_id: UUID | None
    month: str | None
    rows: list[dict[str, Value]]
    """Findings first; rows with `finding` false are shown and nothing is wrong with them."""
    rows_left_out: int


class Asking(NamedTuple):
    """What somebody asks, and why."""

    name: str
    area: str
    programme_id: UUID | None
    month: str | None
    reason: str


def questions() -> Questions:
    """What can be asked."""
    return Questions(
        questions=[
            QuestionLine(
                name=each.name,
                number=each.number,
                text=each.text,
                source=each.source,
                parameters=list(each.takes),
            )
            for each in QUESTIONS.values()
        ]
    )


async def answer(notes: Notes, asking: Asking, *, by: Caller, tools: Tools) -> Answer:
    """Ask; that it was asked is on record before it is answered.

    Raises: QuestionUnknown, OutsideArea.
    """
    question = _question(asking.name)
    by.check_area(asking.area)
    found = await _ask(notes, question, asking, tools=tools, area=by.area)
    await notes.run(
        lambda unit: note_export(
            unit, by=by, reason=asking.reason, what=f"question {question.name}",
            rows=len(found.rows), masked=True,
        )
    )  # fmt: skip
    return Answer(
        name=question.name,
        number=question.number,
        text=question.text,
        source=question.source,
        verdict=_verdict(found.findings),
        findings=found.findings,
        area=asking.area,
        programme_id=asking.programme_id,
        month=asking.month,
        rows=[_with_place(row) for row in found.rows],
        rows_left_out=found.rows_in_all - len(found.rows),
    )


def sheet(answered: Answer) -> tuple[Sequence[str], list[list[Value]]]:
    """Columns and cells of an answer; of one without rows only what it is.

    Raises: AnswerTooLong.
    """
    if answered.rows_left_out:
        raise AnswerTooLong(
            f"a file holds {ROWS_MAX:,} rows of an answer, and {answered.rows_left_out:,} are "
            "beyond: ask for a programme, a month, or a smaller area"
        )
    if not answered.rows:
        return ("question", "verdict"), [[answered.name, answered.verdict]]
    columns = list(answered.rows[0])
    return columns, [[row[column] for column in columns] for row in answered.rows]


def _question(name: str) -> Question:
    if name not in QUESTIONS:
        raise QuestionUnknown("there is no question of this name: GET /questions lists them")
    return QUESTIONS[name]


async def _ask(
    notes: Notes, question: Question, asking: Asking, *, tools: Tools, area: str
) -> queries.Answered:
    given = Given(
        area=asking.area,
        programme_id=asking.programme_id,
        month=asking.month,
        age_min=tools.age_min,
        state_tariff=TARIFF.month,
    )
    async with notes.units.reading(area=EVERYWHERE if question.everywhere else area) as session:
        return await queries.ask(session, question, given, rows_max=ROWS_MAX)


def _verdict(findings: int) -> str:
    if findings:
        return "1 finding" if findings == 1 else f"{findings} findings"
    return "ok"


def _with_place(row: Mapping[str, Value]) -> dict[str, Value]:
    """A row, with the name of the place that it is about."""
    place = next((code for code in map(row.get, _PLACES) if isinstance(code, str)), None)
    return {**row, "place": names().get(place) if place else None}
