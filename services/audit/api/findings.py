"""Findings: raised, assigned, answered, closed."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict, Field

from chassis.web.access import ANYWHERE, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Session
from contracts.audit import FINDING_EVENTS_MAX
from contracts.types import Line, Officer
from services.audit.operations import followups
from services.audit.rules.followups import (
    Answer,
    Assignment,
    Ending,
    FindingState,
    Observation,
    Outcome,
)

router = APIRouter(route_class=Guarded, tags=["Findings"])
LIMIT_MAX = 500
_ANSWERING = ("province", "district", "checker", "bank", "branch", "approver", "fraud", "admin")
Auditing = Annotated[Command, command("auditor", area=ANYWHERE)]
EventIds = Annotated[tuple[UUID, ...], Field(max_length=FINDING_EVENTS_MAX)]


class Observe(Asked):
    """What an auditor found in the record; name no person."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"detail": "approved without the heir certificate"}]}
    )

    detail: Line
    place: Line = "record"
    """The question that showed it."""
    event_ids: EventIds = ()


class Assign(Asked):
    """Who is to answer, as the name in the token, and until when."""

    assigned_to: Officer
    due_on: date


class GiveAnswer(Asked):
    """What happened and what was done; name no person."""

    answer: Line
    event_ids: EventIds = ()
    """The events by which it was put right."""


class Reopen(Asked):
    """Why the answer does not do."""

    reason: Line


class Close(Asked):
    """Why nothing more is needed."""

    outcome: Outcome
    note: Line


@router.post("/findings", status_code=201, response_model=followups.Moved)
async def observe(asked: Observe, command: Auditing) -> Response:
    """Raise a finding about events."""
    found = Observation(**dict(asked))
    return await command.run(
        lambda unit: followups.observe(unit, found, by=command.caller, cause=command.cause)
    )


@router.post("/findings/{finding_id}/assignment", response_model=followups.Moved)
async def assign(finding_id: UUID, asked: Assign, command: Auditing) -> Response:
    """Ask somebody to answer it, or somebody else."""
    to = Assignment(asked.assigned_to, asked.due_on)
    return await command.run(
        lambda unit: followups.assign(unit, finding_id, to, by=command.caller, cause=command.cause)
    )


@router.post("/findings/{finding_id}/answer", response_model=followups.Moved)
async def answer(
    finding_id: UUID,
    asked: GiveAnswer,
    command: Annotated[Command, command(*_ANSWERING, area=ANYWHERE)],
) -> Response:
    """Answer a finding that was assigned to you."""
    given = Answer(asked.answer, asked.event_ids)
    return await command.run(
        lambda unit: followups.answer(
            unit, finding_id, given, by=command.caller, cause=command.cause
        )
    )


@router.post("/findings/{finding_id}/reopening", response_model=followups.Moved)
async def reopen(finding_id: UUID, asked: Reopen, command: Auditing) -> Response:
    """Ask again: the answer does not do, or a closed one turned up again."""
    return await command.run(
        lambda unit: followups.reopen(
            unit, finding_id, reason=asked.reason, by=command.caller, cause=command.cause
        )
    )


@router.post("/findings/{finding_id}/closing", response_model=followups.Moved)
async def close(finding_id: UUID, asked: Close, command: Auditing) -> Response:
    """Accept the answer; whoever gave it cannot."""
    ending = Ending(asked.outcome, asked.note)
    return await command.run(
        lambda unit: followups.close(
            unit, finding_id, ending, by=command.caller, cause=command.cause
        )
    )


@router.get("/findings")
async def found(
    session: Session,
    caller: Annotated[Caller, allowed("auditor", *_ANSWERING, area=ANYWHERE)],
    state: FindingState | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 100,
) -> list[followups.Told]:
    """Findings, the newest first: all of them for an auditor, those assigned to you for others.
    `after` is the last finding of the page before."""
    return await followups.found(session, state=state, after=after, limit=limit, by=caller)


@router.get("/findings/{finding_id}")
async def history(
    finding_id: UUID,
    session: Session,
    caller: Annotated[Caller, allowed("auditor", *_ANSWERING, area=ANYWHERE)],
) -> followups.History:
    """A finding with all that happened to it."""
    return await followups.history(session, finding_id, by=caller)
