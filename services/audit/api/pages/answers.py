"""A question with its form, as several pages have it: filled in, asked, answered."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request, Response
from pydantic import TypeAdapter, ValidationError

from chassis.web.reading import Session
from contracts.types import Line
from services.audit.adapters import duck
from services.audit.adapters.answering import Table
from services.audit.api.asking import Asker, Asking
from services.audit.api.pages import frame
from services.audit.operations import evidence
from services.audit.operations.evidence import Newest
from services.audit.operations.questions import Form
from services.audit.rules import forms, questions
from services.audit.rules.forms import REASON, Field
from services.audit.rules.questions import Question

PAGE = "page"
FORM = "form"
NOT_PARAMETERS = frozenset({REASON, PAGE, FORM})
REASON_WRONG = "Say what it is for, in one line of at most 200 characters; it goes on record."
UNPROCESSABLE = 422
_REASON = TypeAdapter[str](Line)


class Filled(NamedTuple):
    """A form as it came: with what was given, and what is wrong with it."""

    question: Question
    given: Mapping[str, str]
    reason: str
    faults: Mapping[str, str]
    is_sent: bool
    """Something was given, so that an answer is wanted."""

    @property
    def is_asked(self) -> bool:
        """It can be put to the record."""
        return self.is_sent and not self.faults

    @property
    def fields(self) -> list[Field]:
        """What the page shows of the form."""
        given = {**self.given, REASON: self.reason}
        return [
            *forms.fields(self.question, self.given, self.faults),
            forms.reason(given, self.faults),
        ]


class Answered(NamedTuple):
    """What the record says, and what that rests on."""

    table: Table
    newest: Newest | None


def filled(name: str, request: Request, **known: str) -> Filled:
    """The form of a question of the catalogue; `known` parameters stand in the page's own address.
    Raises: QuestionUnknown."""
    question = questions.found(duck.catalogue(), name)
    sent = request.query_params
    given = {k: value for k, value in sent.items() if k not in NOT_PARAMETERS} | known
    reason = sent.get(REASON, "")
    if not sent:
        return Filled(question, given, reason, {}, is_sent=False)
    faults = questions.faults(question, given)
    try:
        _REASON.validate_python(reason.strip())
    except ValidationError:
        faults[REASON] = REASON_WRONG
    return Filled(question, given, reason.strip(), faults, is_sent=True)


class Answers:
    """Answers the forms of one request."""

    def __init__(self, request: Request, session: Session, asking: Asker) -> None:
        self.request = request
        self._session = session
        self._asking: Asking = asking

    async def of(self, form: Filled, *, as_form: Form = "page") -> Answered | None:
        """The answer, once the asking is on record; None when nothing can be asked yet."""
        if not form.is_asked:
            return None
        table = await self._asking.ask(
            form.question.name, form.given, reason=form.reason, form=as_form
        )
        return Answered(table, await self.newest())

    async def newest(self) -> Newest | None:
        """The checkpoint that an answer rests on."""
        return await evidence.newest(self._session, tools=self._asking.tools)

    def html(self, template: str, form: Filled, **given: Any) -> Response:  # noqa: ANN401
        """The page of a form; 422 where something is wrong with it."""
        status = UNPROCESSABLE if form.faults else 200
        return frame.html(self.request, template, status=status, form=form, **given)


Answering = Annotated[Answers, Depends()]
"""For a page that answers questions."""
