"""Account numbers: ranges that the bank set aside for the programme."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import ConfigDict

from chassis.web.access import ANYWHERE, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Session
from contracts.types import AccountNumber
from services.banking.operations import numbers

router = APIRouter(route_class=Guarded, tags=["Account numbers"])
_EXAMPLE: dict[str, Any] = {"first": "0012300450001", "last": "0012300549999"}


class AddRange(Asked):
    """Numbers that the bank sets aside, both ends included, with all leading zeros."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    first: AccountNumber
    last: AccountNumber


@router.post("/number-ranges", status_code=201, response_model=numbers.Added)
async def add_number_range(
    asked: AddRange, command: Annotated[Command, command("bank", area=ANYWHERE)]
) -> Response:
    """Set account numbers aside for the programme. Ranges are given from in the order in which they
    came; accounts that were opened while no number was left get theirs right away."""
    return await command.run_bulk(
        lambda unit: numbers.add_range(
            unit, asked.first, asked.last, by=command.caller, cause=command.cause
        )
    )


@router.get("/number-ranges")
async def list_number_ranges(
    session: Session,
    _caller: Annotated[Caller, allowed("bank", "auditor", "admin", area=ANYWHERE)],
) -> numbers.Ranges:
    """The ranges of account numbers, and how many numbers each has left."""
    return await numbers.ranges_of(session)
