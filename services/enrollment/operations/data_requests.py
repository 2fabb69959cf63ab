"""What members ask about their data: taken down, listed by the time left, answered."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.subject_keys import keys_of
from chassis.web.access import Caller
from contracts.enrollment import DataRequestKind, DataRequestOutcome
from contracts.event import Cause
from contracts.refusal import Refused
from services.enrollment.adapters import Tools
from services.enrollment.adapters.corrections import open_correction, seal_correction
from services.enrollment.models import DataRequest
from services.enrollment.operations import erasure
from services.enrollment.operations.amendments import Correcting, Versions, applicant, correct
from services.enrollment.operations.people import held_worker, sealed_in, seen_worker, waiting_of
from services.enrollment.operations.register import note_readings
from services.enrollment.queries import privacy as queries
from services.enrollment.queries.privacy import RequestState
from services.enrollment.rules import privacy as rules
from services.enrollment.rules.amendments import row_of
from services.enrollment.rules.privacy import Decision


class DataRequestUnknown(Refused):
    """No request in the caller's area has this id."""

    slug, status, retryable = "data-request-unknown", 404, False


class Taken(BaseModel):
    """A request that was taken down, and until when it has to be answered."""

    request_id: UUID
    due_at: datetime


class Answered(BaseModel):
    """A request that was answered; the fields that were corrected by it."""

    request_id: UUID
    outcome: DataRequestOutcome
    fields: list[str] = []


class RequestLine(BaseModel):
    """A request and how much time is left."""

    request_id: UUID
    worker_id: UUID
    kind: DataRequestKind
    fields: list[str]
    state: RequestState
    received_by: str
    received_at: datetime
    due_at: datetime
    left_s: int | None
    """Seconds until it is due, below zero when it is late; none once it is answered."""
    outcome: DataRequestOutcome | None
    legal_ground: str | None
    reason: str | None
    answered_by: str | None
    answered_at: datetime | None
    in_time: bool | None
    """Whether it was answered within 72 hours."""


class Requests(BaseModel):
    """A page of requests; ask again with `after` for the next."""

    requests: list[RequestLine]
    next_after: UUID | None


class DueAnswer(BaseModel):
    """The answer that the law asks for, in words for the member; a person gives it."""

    outcome: DataRequestOutcome
    legal_ground: str
    reason: str
    until: date | None
    """The last day on which the data have to be kept, where it is known."""


class RequestStanding(RequestLine):
    """A request as whoever answers it has to see it."""

    due_answer: DueAnswer | None
    """Of a wish to be erased that waits for its answer."""
    changes: list[Versions] | None
    """Of a correction that waits: what the fields say and should say, when a reason was given."""


class Wanted(NamedTuple):
    """What a member asks for; for a correction, what columns of a roster's row should say."""

    kind: DataRequestKind
    fields: Mapping[str, str]


async def take_down(
    unit: Unit, worker_id: UUID, wanted: Wanted, *, by: Caller, cause: Cause, tools: Tools
) -> Taken:
    """Take a member's request down; the 72 hours begin.

    Raises: WorkerUnknown, OutsideArea, WorkerIsErased.
    """
    await held_worker(unit.session, worker_id, by=by)
    wish = rules.Wish(wanted.kind)
    if wanted.fields:
        wrapped = (await keys_of(unit.session, [worker_id]))[worker_id]
        block = seal_correction(
            worker_id, wanted.fields, wrap=tools.identities.wrap, wrapped=wrapped
        )
        wish = rules.Wish(wanted.kind, tuple(wanted.fields), block)
    received = rules.receive(worker_id, wish, cause=cause, officer=by.name, now=unit.now)
    await unit.record([received])
    return Taken(request_id=received.request_id, due_at=received.due_at)


async def requests_of(
    session: AsyncSession,
    *,
    state: RequestState | None,
    after: UUID | None,
    limit: int,
    now: datetime,
) -> Requests:
    """Requests of the caller's area, the one with the least time left first."""
    found = await queries.data_requests(session, state=state, now=now, after=after, rows_max=limit)
    return Requests(
        requests=[_line(each, now=now) for each in found],
        next_after=found[-1].request_id if len(found) == limit else None,
    )


async def standing(
    unit: Unit, request_id: UUID, *, reason: str | None, by: Caller, tools: Tools
) -> RequestStanding:
    """A request as whoever answers it has to see it.

    With a reason, what a correction would change is opened, which is a reading on record.
    Raises: DataRequestUnknown, WorkerUnknown, OutsideArea.
    """
    held = _known(await queries.data_request(unit.session, request_id), request_id)
    await seen_worker(unit.session, held.worker_id, by=by)
    waits = held.answered_at is None
    due = changes = None
    if waits and held.kind == "correction" and reason is not None:
        changes = await _changes(unit, held, reason=reason, by=by, tools=tools)
    if waits and held.kind == "erasure":
        legal = await erasure.legal_answer(unit.session, held.worker_id, now=unit.now)
        due = DueAnswer(**legal._asdict())
    return RequestStanding(**dict(_line(held, now=unit.now)), due_answer=due, changes=changes)


async def answer(
    unit: Unit, request_id: UUID, decision: Decision, *, by: Caller, cause: Cause, tools: Tools
) -> Answered:
    """Answer a request as another person than the one who took it down; do what is granted.

    Raises: DataRequestUnknown, WorkerUnknown, OutsideArea, WorkerIsErased, DataRequestDecided,
    MakerIsChecker; granted, what `correct` and `erase` raise.
    """
    held = _known(await queries.data_request_locked(unit.session, request_id), request_id)
    worker = await held_worker(unit.session, held.worker_id, by=by)
    waiting = waiting_of(held)
    answered = rules.answer(waiting, decision, cause=cause, officer=by.name, now=unit.now)
    await unit.record([answered])
    fields: list[str] = []
    if decision.outcome == "granted" and held.kind == "correction":
        wanted = await _wanted(unit.session, held, tools=tools)
        correcting = Correcting(wanted, request_id, cause)
        fields = (await correct(unit, worker, correcting, by=by, tools=tools)).fields
    if decision.outcome == "granted" and held.kind == "erasure":
        await erasure.erase(unit, waiting, by=by, cause=cause, tools=tools)
    return Answered(request_id=request_id, outcome=decision.outcome, fields=fields)


def _known(held: DataRequest | None, request_id: UUID) -> DataRequest:
    if held is None:
        raise DataRequestUnknown(f"no request {request_id} in your area: see the list of requests")
    return held


async def _changes(
    unit: Unit, held: DataRequest, *, reason: str, by: Caller, tools: Tools
) -> list[Versions]:
    worker = await seen_worker(unit.session, held.worker_id, by=by)
    before = row_of(await applicant(unit.session, worker, tools=tools))
    wanted = await _wanted(unit.session, held, tools=tools)
    await note_readings(unit, [held.worker_id], by=by, reason=reason, what="data request")
    return [
        Versions(field=name, before=before[name], after=words) for name, words in wanted.items()
    ]


async def _wanted(session: AsyncSession, held: DataRequest, *, tools: Tools) -> dict[str, str]:
    assert held.wanted is not None  # noqa: S101  (a correction names what it wants)
    wrapped = (await keys_of(session, [held.worker_id]))[held.worker_id]
    return open_correction(sealed_in(held.wanted), wrap=tools.identities.wrap, wrapped=wrapped)


def _line(held: DataRequest, *, now: datetime) -> RequestLine:
    answered_at = held.answered_at
    kind: Any = held.kind
    outcome: Any = held.outcome
    return RequestLine(
        request_id=held.request_id,
        worker_id=held.worker_id,
        kind=kind,
        fields=held.fields,
        state=_state(held, now=now),
        received_by=held.received_by,
        received_at=held.received_at,
        due_at=held.due_at,
        left_s=None if answered_at else int((held.due_at - now).total_seconds()),
        outcome=outcome,
        legal_ground=held.legal_ground,
        reason=held.reason,
        answered_by=held.answered_by,
        answered_at=answered_at,
        in_time=answered_at <= held.due_at if answered_at else None,
    )


def _state(held: DataRequest, *, now: datetime) -> RequestState:
    if held.answered_at is not None:
        return "answered"
    return "late" if held.due_at < now else "open"
