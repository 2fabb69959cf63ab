"""What was found, and what became of it."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import Event
from contracts.types import Line, Officer

FINDING_EVENTS_MAX = 100


class FindingRaised(Event):
    """Something in the record is not as it was, or an auditor found what somebody must answer."""

    type: ClassVar[str] = "audit.finding-raised.v1"
    key_field: ClassVar[str] = "finding_id"

    finding_id: UUID
    kind: Literal["archive-damaged", "content-differs", "checkpoint-altered", "observation"]
    """`observation`: an auditor raised it; the others the service itself."""
    place: Line
    """Topic, shard and number; of an observation the question that showed it, or `record`."""
    detail: Line
    """Names no person."""
    event_ids: Annotated[tuple[UUID, ...], Field(max_length=FINDING_EVENTS_MAX)] = ()
    """The events that it is about."""
    raised_by: Officer | None = None
    """None: the service itself."""


class FindingAssigned(Event):
    """Somebody is to answer a finding."""

    type: ClassVar[str] = "audit.finding-assigned.v1"
    key_field: ClassVar[str] = "finding_id"

    finding_id: UUID
    assigned_to: Officer
    due_on: date
    assigned_by: Officer


class FindingAnswered(Event):
    """Whoever was to answer says what happened and what was done."""

    type: ClassVar[str] = "audit.finding-answered.v1"
    key_field: ClassVar[str] = "finding_id"

    finding_id: UUID
    answer: Line
    """Names no person."""
    event_ids: Annotated[tuple[UUID, ...], Field(max_length=FINDING_EVENTS_MAX)] = ()
    """The events by which it was put right."""
    answered_by: Officer


class FindingReopened(Event):
    """The answer does not do; it is asked for again."""

    type: ClassVar[str] = "audit.finding-reopened.v1"
    key_field: ClassVar[str] = "finding_id"

    finding_id: UUID
    reason: Line
    reopened_by: Officer


class FindingClosed(Event):
    """An auditor, who did not answer it, accepts the answer."""

    type: ClassVar[str] = "audit.finding-closed.v1"
    key_field: ClassVar[str] = "finding_id"

    finding_id: UUID
    outcome: Literal["put-right", "explained", "risk-accepted"]
    note: Line
    closed_by: Officer
