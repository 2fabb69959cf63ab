"""Cards: printed, handed over."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from chassis.web.access import Guarded, body
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from contracts.types import DistrictCode
from services.enrollment.operations import cards

router = APIRouter(route_class=Guarded, tags=["Cards"])


class Cards(Asked):
    """The cards of one kecamatan."""

    programme_id: UUID
    district_code: DistrictCode


@router.post("/cards/prints", response_model=cards.Counted)
async def print_cards(
    asked: Cards, command: Annotated[Command, command("branch", area=body("district_code"))]
) -> Response:
    """Print the cards that covered members of one kecamatan lack."""
    return await command.run_bulk(
        lambda unit: cards.print_cards(
            unit,
            asked.programme_id,
            district_code=asked.district_code,
            officer=command.caller.name,
            cause=command.cause,
        )
    )


@router.post("/cards/deliveries", response_model=cards.Counted)
async def deliver_cards(
    asked: Cards,
    command: Annotated[Command, command("branch", "district", area=body("district_code"))],
) -> Response:
    """Hand over the printed cards of one kecamatan."""
    return await command.run_bulk(
        lambda unit: cards.deliver_cards(
            unit,
            asked.programme_id,
            district_code=asked.district_code,
            officer=command.caller.name,
            cause=command.cause,
        )
    )
