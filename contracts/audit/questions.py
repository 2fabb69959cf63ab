"""What auditors asked the record."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import Event
from contracts.types import Line, Officer

SQL_CHARACTERS_MAX = 10_000


class QuestionAsked(Event):
    """An auditor asked the record something. The answer holds nothing that is not sealed."""

    type: ClassVar[str] = "audit.question-asked.v1"
    key_field: ClassVar[str] = "question_id"

    question_id: UUID
    question: Line
    """Its name in the catalogue; `sql` of one of the auditor's own."""
    parameters: dict[Line, Annotated[str, Field(max_length=SQL_CHARACTERS_MAX)]]
    """What it was asked with; of `sql` the statement."""
    form: Literal["page", "csv", "xlsx", "parquet"]
    rows: Annotated[int, Field(ge=0)]
    """How many were answered."""
    reason: Line
    asked_by: Officer
