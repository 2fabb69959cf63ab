"""Events of privacy: who read whose data, what members asked for, who was erased."""

from typing import ClassVar, Literal
from uuid import UUID

from contracts.event import Event
from contracts.sealed import Sealed
from contracts.shared import KeyRead, ParkedDropped
from contracts.types import Instant, Line, Officer, WorkerId

DataRequestKind = Literal["access", "correction", "erasure"]
DataRequestOutcome = Literal["granted", "refused"]


class SubjectKeyRead(KeyRead):
    """Somebody was given the key to one worker's personal data."""

    type: ClassVar[str] = "enrollment.subject-key-read.v1"


class PersonalDataRead(Event):
    """Somebody read one worker's data here (UU 27/2022 art. 31)."""

    type: ClassVar[str] = "enrollment.personal-data-read.v1"

    worker_id: WorkerId
    read_by: Officer
    role: Line
    reason: Line
    what: Line
    """What was shown: `look-up`, `card`, `monthly list`, `access report` …"""


class ListExported(Event):
    """Somebody took a list of members out; with whole names, each member's reading stands beside
    it."""

    type: ClassVar[str] = "enrollment.list-exported.v1"
    key_field: ClassVar[str] = "export_id"

    export_id: UUID
    exported_by: Officer
    role: Line
    reason: Line
    what: Line
    rows: int
    masked: bool


class DataRequestReceived(Event):
    """A member asked to see, correct or erase their data; it must be answered in 72 hours."""

    type: ClassVar[str] = "enrollment.data-request-received.v1"

    request_id: UUID
    worker_id: WorkerId
    kind: DataRequestKind
    due_at: Instant
    fields: tuple[Line, ...] = ()
    """The names of the fields to correct."""
    wanted: Sealed | None = None
    """What these fields should say."""
    received_by: Officer


class DataRequestAnswered(Event):
    """The member's request was granted or refused, with the ground in law."""

    type: ClassVar[str] = "enrollment.data-request-answered.v1"

    request_id: UUID
    worker_id: WorkerId
    kind: DataRequestKind
    outcome: DataRequestOutcome
    legal_ground: Line
    reason: Line
    answered_by: Officer


class WorkerErased(Event):
    """The key to a worker's data was destroyed: no copy anywhere can be read again."""

    type: ClassVar[str] = "enrollment.worker-erased.v1"

    worker_id: WorkerId
    request_id: UUID
    erased_by: Officer


class ParkedEventDropped(ParkedDropped):
    """An event that enrollment could not handle was given up."""

    type: ClassVar[str] = "enrollment.parked-event-dropped.v1"
