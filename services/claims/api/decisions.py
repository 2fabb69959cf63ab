"""Decisions about a claim: approve, reject, appeal, reclassify."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import ConfigDict

from chassis.web.access import IN_OPERATION, Guarded
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import tools
from contracts.types import Instant, Line
from services.claims.adapters import Tools
from services.claims.operations import appeals, decisions, documents
from services.claims.operations.held import Stepped
from services.claims.rules.appeals import NewKind, Outcome, Verdict
from services.claims.rules.decisions import Approval, Rejection

router = APIRouter(route_class=Guarded, tags=["Decisions"])

Deciding = Annotated[Command, command("approver", area=IN_OPERATION)]
Asking = Annotated[Command, command("branch", area=IN_OPERATION)]


class Approve(Asked):
    """Approve what is computed; in words, where a person has to look."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"confirmation": "the doctor's letter was seen"}]}
    )

    confirmation: Line | None = None
    as_first: bool = False
    """What was approved first has changed since: this approval takes its place."""


class Reject(Asked):
    """Why nothing is due; name no person."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"reason": "no cover had begun on that day", "ground": "not-covered"}]
        }
    )

    reason: Line
    ground: str | None = None
    """The rule by which nothing is due, as the computation names it."""
    member_lives: bool = False
    """The report of the death was wrong: the cover goes on."""


class Appeal(Asked):
    """Why the family does not accept the decision; name no person."""

    reason: Line


class DecideAppeal(Asked):
    """Whether the decision stands, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"outcome": "reopened", "reason": "a receipt of July was found"}]
        }
    )

    outcome: Outcome
    reason: Line


class Reclassify(Asked):
    """What the claim is to be, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "work-accident-death",
                    "happened_on": "2025-10-10",
                    "reason": "the police report names the fishing boat",
                }
            ]
        }
    )

    kind: Literal["death", "work-accident-death"]
    happened_on: date | None = None
    """The day of the accident."""
    happened_at: Instant | None = None
    reason: Line
    excuse: Line | None = None
    """Why an accident is taken in after its time limit of five years."""


@router.post("/claims/{claim_id}/approval", response_model=decisions.Approved)
async def approve(
    claim_id: UUID,
    asked: Approve,
    tools: Annotated[Tools, Depends(tools)],
    command: Deciding,
) -> Response:
    """Decide what is paid to whom. A large or flagged claim needs two people; the state `verified`
    in the answer says that another has to agree."""
    # Before the transaction, which holds the claim: reading the scans may take long.
    intact = await documents.intact_scans(command.units, claim_id, tools=tools, by=command.caller)
    approval = Approval(**dict(asked), officer=command.caller.name)
    return await command.run_together(
        lambda unit: decisions.approve(
            unit, claim_id, approval, intact=intact, by=command.caller, cause=command.cause
        ),
        about=claim_id,
    )


@router.post("/claims/{claim_id}/rejection", response_model=Stepped)
async def reject(claim_id: UUID, asked: Reject, command: Deciding) -> Response:
    """Decide that nothing is due."""
    rejection = Rejection(**dict(asked), officer=command.caller.name)
    return await command.run(
        lambda unit: decisions.reject(
            unit, claim_id, rejection, by=command.caller, cause=command.cause
        )
    )


@router.post("/claims/{claim_id}/appeals", status_code=201, response_model=appeals.Appealed)
async def lodge_appeal(claim_id: UUID, asked: Appeal, command: Asking) -> Response:
    """Take down that somebody does not accept the decision or its amount."""
    return await command.run(
        lambda unit: appeals.lodge(
            unit, claim_id, reason=asked.reason, by=command.caller, cause=command.cause
        )
    )


@router.post("/claims/{claim_id}/appeals/{appeal_id}/decision", response_model=Stepped)
async def decide_appeal(
    claim_id: UUID, appeal_id: UUID, asked: DecideAppeal, command: Deciding
) -> Response:
    """Let the decision stand, or have the file worked on again: somebody without a part in it."""
    verdict = Verdict(appeal_id, asked.outcome, asked.reason)
    return await command.run(
        lambda unit: appeals.decide(unit, claim_id, verdict, by=command.caller, cause=command.cause)
    )


@router.post("/claims/{claim_id}/reclassification", response_model=Stepped)
async def reclassify(claim_id: UUID, asked: Reclassify, command: Deciding) -> Response:
    """Make a death one by work accident, or the other way round: it is verified and decided anew,
    and what was paid is netted."""
    new = NewKind(**dict(asked))
    return await command.run(
        lambda unit: appeals.reclassify(unit, claim_id, new, by=command.caller, cause=command.cause)
    )
