"""Cover: was a person covered on a day, by what evidence; its end by decision; places left free."""

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import ConfigDict, Field, model_validator

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Now, Session, tools
from contracts.types import Kpj, Line
from services.enrollment.adapters import Tools
from services.enrollment.api.bounds import Day, InstantAsked
from services.enrollment.operations import coverage, endings
from services.enrollment.rules.cover import DecidedReason, Decision
from services.enrollment.rules.coverage import Question

router = APIRouter(route_class=Guarded, tags=["Cover"])

WORKERS_MAX = 10_000
PLACES_PAGE_MAX = 500
_ASKS = allowed("branch", "approver", "province", "checker", "auditor", area=IN_OPERATION)
_PLACES = allowed(
    "village", "district", "checker", "province", "branch", "auditor", area=IN_OPERATION
)
_ON: dict[str, Any] = {"date": "2025-09-03", "kpjs": ["25000000001"]}
_END: dict[str, Any] = {
    "reason": "other-segment",
    "ended_on": "2025-09-03",
    "note": "works for PT Semen Kupang since September",
}


class CoversAsked(Asked):
    """Who is asked about, and the day. Either `worker_ids` or `kpjs`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ON]})

    date: Day
    """A day in Asia/Makassar, not after today."""
    at: InstantAsked | None = None
    """An instant of that day, where the hour of the event is known."""
    worker_ids: frozenset[UUID] = Field(default=frozenset(), max_length=WORKERS_MAX)
    kpjs: frozenset[Kpj] = Field(default=frozenset(), max_length=WORKERS_MAX)

    @model_validator(mode="after")
    def _names_somebody_in_one_way(self) -> Self:
        if bool(self.worker_ids) == bool(self.kpjs):
            raise ValueError("give worker_ids or kpjs")
        return self


class DayAsked(Asked):
    """The day that is asked about."""

    on: Day
    """A day in Asia/Makassar, not after today."""
    at: InstantAsked | None = None
    """An instant of that day, where the hour of the event is known."""


class EndMembership(Asked):
    """Why a membership ends, and its last day."""

    model_config = ConfigDict(json_schema_extra={"examples": [_END]})

    reason: DecidedReason
    ended_on: Day
    note: Line | None = None
    """What the decision rests on; nothing that tells who the member is."""


@router.post("/covers:on")
async def covers_on(
    asked: CoversAsked,
    session: Session,
    now: Now,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, _ASKS],
) -> coverage.CoversOn:
    """Who of these was covered on that day, with which right to benefit, and by what evidence.

    Only what was recorded by then counts: a later payment never repairs the cover at the event.
    Lists of up to 10,000; by member number at most so many requests a minute.
    """
    if asked.kpjs:
        await tools.look_ups.check(caller.name)
    question = Question(asked.date, asked.at, tools.after_programme)
    return await coverage.covers_on(
        session, question, worker_ids=asked.worker_ids, kpjs=asked.kpjs, now=now
    )


@router.get("/workers/{worker_id}/cover")
async def cover(
    worker_id: UUID,
    asked: Annotated[DayAsked, Query()],
    session: Session,
    now: Now,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, _ASKS],
) -> coverage.CoverOn:
    """Was this worker covered on that day, with which right to benefit, and by what evidence."""
    question = Question(asked.on, asked.at, tools.after_programme)
    return await coverage.cover_of(session, worker_id, question, by=caller, now=now)


@router.post("/memberships/{worker_id}/{programme_id}/ending", response_model=endings.Ended)
async def end_membership(
    worker_id: UUID,
    programme_id: UUID,
    asked: EndMembership,
    command: Annotated[Command, command("branch", area=IN_OPERATION)],
) -> Response:
    """End a membership: `other-segment`, `double-registration`, `withdrawal` by the funder, or
    `refused` by the insurer before a number was issued. Death comes from a verified claim only.

    The place is free for somebody else, and so is what was reserved for months not billed.
    """
    decision = Decision(asked.reason, asked.ended_on, asked.note)
    return await command.run_bulk(
        lambda unit: endings.end_membership(
            unit, worker_id, programme_id, decision, by=command.caller, cause=command.cause
        )
    )


@router.get("/replacements")
async def list_replacements(
    programme_id: UUID,
    session: Session,
    _caller: Annotated[Caller, _PLACES],
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=PLACES_PAGE_MAX)] = PLACES_PAGE_MAX,
) -> endings.FreePlaces:
    """The places that members of the caller's area left and nobody was named for: propose
    somebody by a single registration with `replaces`."""
    return await endings.free_places(session, programme_id, after=after, limit=limit)
