"""What becomes of findings."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.event import Cause
from contracts.refusal import Refused
from services.audit.queries import findings as queries
from services.audit.rules import followups as rules
from services.audit.rules.followups import (
    Answer,
    Assignment,
    Ending,
    FindingState,
    HeldFinding,
    Observation,
)

AUDITOR = "auditor"


class FindingUnknown(Refused):
    """No finding has this id, or it is not the caller's to see."""

    slug, status, retryable = "finding-unknown", 404, False


class Moved(BaseModel):
    """The finding, and where it is now."""

    finding_id: UUID
    state: FindingState


class Told(BaseModel):
    """A finding as it stands."""

    finding_id: UUID
    kind: str
    place: str
    detail: str
    event_ids: list[UUID]
    raised_by: str | None
    raised_at: datetime
    state: str
    assigned_to: str | None
    due_on: date | None
    answer: str | None
    answered_by: str | None
    outcome: str | None
    closed_by: str | None


class Step(BaseModel):
    """One thing that happened to a finding."""

    event_id: UUID
    step: str
    taken_at: datetime
    officer: str | None
    words: str


class History(Told):
    """A finding with all that happened to it."""

    steps: list[Step]


async def observe(unit: Unit, found: Observation, *, by: Caller, cause: Cause) -> Moved:
    """Raise a finding about events."""
    raised = rules.observe(found, cause=cause, officer=by.name, now=unit.now)
    await unit.record([raised])
    return Moved(finding_id=raised.finding_id, state="raised")


async def assign(
    unit: Unit, finding_id: UUID, to: Assignment, *, by: Caller, cause: Cause
) -> Moved:
    """Ask somebody to answer. Raises: FindingUnknown, and what `rules.assign` refuses."""
    finding = await _held(unit, finding_id)
    await unit.record([rules.assign(finding, to, cause=cause, officer=by.name, now=unit.now)])
    return Moved(finding_id=finding_id, state="assigned")


async def answer(unit: Unit, finding_id: UUID, given: Answer, *, by: Caller, cause: Cause) -> Moved:
    """Answer a finding. Raises: FindingUnknown, and what `rules.answer` refuses."""
    finding = await _held(unit, finding_id)
    await unit.record([rules.answer(finding, given, cause=cause, officer=by.name, now=unit.now)])
    return Moved(finding_id=finding_id, state="answered")


async def reopen(unit: Unit, finding_id: UUID, *, reason: str, by: Caller, cause: Cause) -> Moved:
    """Ask again. Raises: FindingUnknown, FindingInOtherState."""
    finding = await _held(unit, finding_id)
    reopened = rules.reopen(finding, reason=reason, cause=cause, officer=by.name, now=unit.now)
    await unit.record([reopened])
    return Moved(finding_id=finding_id, state="assigned")


async def close(unit: Unit, finding_id: UUID, ending: Ending, *, by: Caller, cause: Cause) -> Moved:
    """Accept the answer. Raises: FindingUnknown, and what `rules.close` refuses."""
    finding = await _held(unit, finding_id)
    await unit.record([rules.close(finding, ending, cause=cause, officer=by.name, now=unit.now)])
    return Moved(finding_id=finding_id, state="closed")


async def found(
    session: AsyncSession, *, state: FindingState | None, after: UUID | None, limit: int, by: Caller
) -> list[Told]:
    """Findings, the newest first: all of them for an auditor, their own for everybody else."""
    rows = await queries.page(session, state=state, of=_of(by), after=after, limit=limit)
    return [Told(**row.model_dump()) for row in rows]


async def history(session: AsyncSession, finding_id: UUID, *, by: Caller) -> History:
    """A finding with its steps. Raises: FindingUnknown."""
    row = await queries.finding(session, finding_id)
    if row is None or _of(by) not in (None, row.assigned_to):
        raise FindingUnknown(f"no finding {finding_id} for you: see GET /findings")
    steps = await queries.steps(session, finding_id)
    return History(**row.model_dump(), steps=[Step(**step.model_dump()) for step in steps])


def _of(by: Caller) -> str | None:
    return None if by.role == AUDITOR else by.name


async def _held(unit: Unit, finding_id: UUID) -> HeldFinding:
    held = await queries.finding_locked(unit.session, finding_id)
    if held is None:
        raise FindingUnknown(f"no finding {finding_id}: see GET /findings")
    return held
