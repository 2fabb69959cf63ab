"""How audit's events change its tables, live and in replay."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.projections import Projections
from chassis.state.tables import insert_rows, update_rows
from contracts.audit import (
    CheckpointCosigned,
    CheckpointSigned,
    FindingAnswered,
    FindingAssigned,
    FindingClosed,
    FindingRaised,
    FindingReopened,
    QuestionAsked,
)
from services.audit.models import AskedQuestion, Checkpoint, Finding, FindingStep

projections = Projections()
replicas = Projections()
_FINDING = ("finding_id",)


class _OfFinding(Protocol):
    """An event of a finding."""

    @property
    def event_id(self) -> UUID:
        """Its own id."""

    @property
    def finding_id(self) -> UUID:
        """The finding."""

    @property
    def occurred_at(self) -> datetime:
        """When it was recorded."""


E = TypeVar("E", bound=_OfFinding)


@projections.applies(CheckpointSigned)
async def checkpoints_signed(session: AsyncSession, events: Sequence[CheckpointSigned]) -> None:
    """The archive was vouched for."""
    rows = [
        {
            "checkpoint_id": e.checkpoint_id,
            "heads": [head.model_dump() for head in e.heads],
            "events": e.events,
            "root": e.root,
            "signature": e.signature,
            "note": e.note,
            "signed_by": e.signed_by,
            "signed_at": e.occurred_at,
        }
        for e in events
    ]
    await insert_rows(session, Checkpoint, rows)


@projections.applies(CheckpointCosigned)
async def checkpoints_cosigned(session: AsyncSession, events: Sequence[CheckpointCosigned]) -> None:
    """A witness put its name below."""
    rows = [{"checkpoint_id": e.checkpoint_id, "note": e.note} for e in events]
    await update_rows(session, Checkpoint, rows, keys=("checkpoint_id",))


@projections.applies(QuestionAsked)
async def questions_asked(session: AsyncSession, events: Sequence[QuestionAsked]) -> None:
    """An auditor asked something."""
    rows = [
        {
            "question_id": e.question_id,
            "question": e.question,
            "parameters": dict(e.parameters),
            "form": e.form,
            "rows": e.rows,
            "reason": e.reason,
            "asked_by": e.asked_by,
            "asked_at": e.occurred_at,
        }
        for e in events
    ]
    await insert_rows(session, AskedQuestion, rows)


@projections.applies(FindingRaised)
async def findings_raised(session: AsyncSession, events: Sequence[FindingRaised]) -> None:
    """Something was found."""
    nothing_yet = dict.fromkeys(
        ("assigned_to", "due_on", "answer", "answered_by", "outcome", "closed_by")
    )
    rows = [
        {
            "finding_id": e.finding_id,
            "kind": e.kind,
            "place": e.place,
            "detail": e.detail,
            "event_ids": [str(event_id) for event_id in e.event_ids],
            "raised_by": e.raised_by,
            "raised_at": e.occurred_at,
            "state": "raised",
        }
        | nothing_yet
        for e in events
    ]
    await insert_rows(session, Finding, rows)
    await _take_steps(session, events, "raised", lambda e: (e.raised_by, e.detail))


@projections.applies(FindingAssigned)
async def findings_assigned(session: AsyncSession, events: Sequence[FindingAssigned]) -> None:
    """Somebody is to answer."""
    rows = [
        {
            "finding_id": e.finding_id,
            "state": "assigned",
            "assigned_to": e.assigned_to,
            "due_on": e.due_on,
        }
        for e in events
    ]
    await update_rows(session, Finding, rows, keys=_FINDING)
    await _take_steps(
        session, events, "assigned", lambda e: (e.assigned_by, f"{e.assigned_to} by {e.due_on}")
    )


@projections.applies(FindingAnswered)
async def findings_answered(session: AsyncSession, events: Sequence[FindingAnswered]) -> None:
    """An answer that nobody has accepted yet."""
    rows = [
        {
            "finding_id": e.finding_id,
            "state": "answered",
            "answer": e.answer,
            "answered_by": e.answered_by,
        }
        for e in events
    ]
    await update_rows(session, Finding, rows, keys=_FINDING)
    await _take_steps(session, events, "answered", lambda e: (e.answered_by, e.answer))


@projections.applies(FindingReopened)
async def findings_reopened(session: AsyncSession, events: Sequence[FindingReopened]) -> None:
    """It is asked for again."""
    rows = [
        {"finding_id": e.finding_id, "state": "assigned", "outcome": None, "closed_by": None}
        for e in events
    ]
    await update_rows(session, Finding, rows, keys=_FINDING)
    await _take_steps(session, events, "reopened", lambda e: (e.reopened_by, e.reason))


@projections.applies(FindingClosed)
async def findings_closed(session: AsyncSession, events: Sequence[FindingClosed]) -> None:
    """The answer was accepted."""
    rows = [
        {
            "finding_id": e.finding_id,
            "state": "closed",
            "outcome": e.outcome,
            "closed_by": e.closed_by,
        }
        for e in events
    ]
    await update_rows(session, Finding, rows, keys=_FINDING)
    await _take_steps(session, events, "closed", lambda e: (e.closed_by, e.note))


async def _take_steps(
    session: AsyncSession,
    events: Sequence[E],
    step: str,
    told: Callable[[E], tuple[str | None, str]],
) -> None:
    """Write one step for each event; `told` gives the officer and the words of one."""
    rows = []
    for event in events:
        officer, words = told(event)
        rows.append({
            "event_id": event.event_id, "finding_id": event.finding_id, "step": step,
            "taken_at": event.occurred_at, "officer": officer, "words": words,
        })  # fmt: skip
    await insert_rows(session, FindingStep, rows)
