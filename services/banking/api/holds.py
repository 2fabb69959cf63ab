"""Money that is kept back on accounts."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Session
from contracts.types import Line
from services.banking.operations import holds

AMOUNT_MAX = 1_000_000_000_000_000

router = APIRouter(route_class=Guarded, tags=["Ledger"])
_PLACED: dict[str, Any] = {"amount": 2_000_000, "reason": "letter 12/PN of the court"}
_RELEASED: dict[str, Any] = {"reason": "letter 15/PN of the court"}


class PlaceHold(Asked):
    """How much is kept back, and what for."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PLACED]})

    amount: Annotated[int, Field(strict=True, gt=0, le=AMOUNT_MAX)]
    reason: Line
    """The paper that it rests on. No names of persons."""


class ReleaseHold(Asked):
    """Why the money is free again."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RELEASED]})

    reason: Line


@router.post("/accounts/{account_id}/holds", status_code=201, response_model=holds.HoldStanding)
async def place_hold(
    account_id: UUID,
    asked: PlaceHold,
    command: Annotated[Command, command("bank", area=IN_OPERATION)],
) -> Response:
    """Keep money back on an account of a holder or a programme: it stays there and cannot be paid
    out."""
    return await command.run_bulk(
        lambda unit: holds.place(
            unit,
            account_id,
            asked.amount,
            reason=asked.reason,
            by=command.caller,
            cause=command.cause,
        )
    )


@router.post("/holds/{hold_id}/release", response_model=holds.HoldStanding)
async def release_hold(
    hold_id: UUID,
    asked: ReleaseHold,
    command: Annotated[Command, command("bank", area=IN_OPERATION)],
) -> Response:
    """Let the money of a hold go, once."""
    return await command.run_bulk(
        lambda unit: holds.release(
            unit, hold_id, reason=asked.reason, by=command.caller, cause=command.cause
        )
    )


@router.get("/accounts/{account_id}/holds")
async def list_holds(
    account_id: UUID,
    session: Session,
    caller: Annotated[Caller, allowed("bank", "auditor", area=IN_OPERATION)],
) -> holds.Holds:
    """The holds of an account, those not released first."""
    return await holds.of_account(session, account_id, by=caller)
