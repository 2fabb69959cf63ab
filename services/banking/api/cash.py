"""Cash at the counter."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field

from chassis.web.access import IN_OPERATION, Guarded
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from contracts.types import Line
from services.banking.operations import cash

AMOUNT_MAX = 10_000_000_000
"""Rupiah in cash at once: more goes by transfer."""

router = APIRouter(route_class=Guarded, tags=["Counter"])
_EXAMPLE: dict[str, Any] = {"amount": 500_000, "branch": "Kupang Oebobo"}


class Cash(Asked):
    """Cash that changes hands, and where."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    amount: Annotated[int, Field(strict=True, gt=0, le=AMOUNT_MAX)]
    branch: Line


@router.post("/accounts/{account_id}/cash-in", status_code=201, response_model=cash.CashMoved)
async def cash_in(
    account_id: UUID,
    asked: Cash,
    command: Annotated[Command, command("bank", area=IN_OPERATION)],
) -> Response:
    """Put cash onto an account."""
    return await command.run_bulk(
        lambda unit: cash.pay_in(
            unit,
            account_id,
            asked.amount,
            branch=asked.branch,
            by=command.caller,
            cause=command.cause,
        )
    )


@router.post("/accounts/{account_id}/cash-out", status_code=201, response_model=cash.CashMoved)
async def cash_out(
    account_id: UUID,
    asked: Cash,
    command: Annotated[Command, command("bank", area=IN_OPERATION)],
) -> Response:
    """Hand out cash from an account to its holder."""
    return await command.run_bulk(
        lambda unit: cash.pay_out(
            unit,
            account_id,
            asked.amount,
            branch=asked.branch,
            by=command.caller,
            cause=command.cause,
        )
    )
