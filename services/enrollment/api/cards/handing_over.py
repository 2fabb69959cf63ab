"""Cards: handed over, lost."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field

from chassis.web.access import IN_OPERATION, Guarded, body
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from contracts.enrollment import HandedTo
from contracts.types import Line
from services.enrollment.api.cards.batches import OfDistrict
from services.enrollment.operations import cards
from services.enrollment.rules.cards import BATCH_CARDS_MAX

router = APIRouter(route_class=Guarded, tags=["Cards"])
_HANDS_OVER = command("district", "branch", area=IN_OPERATION)


class Deliver(Asked):
    """Where a card was handed over, and to whom."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"place": "Kantor Lurah Oebobo", "handed_to": "family"}]}
    )

    place: Line
    handed_to: HandedTo


class DeliverBatch(Asked):
    """Where the cards of a batch were handed over, and which of them nobody came for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "place": "Kantor Lurah Oebobo",
                    "except": ["0d4aaf0e-6fd6-5d1c-9a4b-7f3f6d0c2f11"],
                }
            ]
        }
    )

    place: Line
    uncollected: frozenset[UUID] = Field(
        default=frozenset(), alias="except", max_length=BATCH_CARDS_MAX
    )
    """Cards that were not collected: they wait on."""


class ReportLost(Asked):
    """How a card was lost; no personal data."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "lost at the harbor"}]})

    reason: Line


@router.post("/cards/deliveries", response_model=cards.Counted)
async def deliver_district(
    asked: OfDistrict,
    command: Annotated[Command, command("branch", "district", area=body("district_code"))],
) -> Response:
    """Hand over all cards of one kecamatan that wait."""
    return await command.run_bulk(
        lambda unit: cards.deliver_district(
            unit,
            asked.programme_id,
            district_code=asked.district_code,
            by=command.caller,
            cause=command.cause,
        )
    )


@router.post("/card-batches/{batch_id}/deliveries", response_model=cards.HandedOver)
async def deliver_batch(
    batch_id: UUID, asked: DeliverBatch, command: Annotated[Command, _HANDS_OVER]
) -> Response:
    """Hand over the cards of a batch to their members, `except` those that nobody came for. Cards
    that were lost, or whose membership has ended, stay out by themselves."""
    return await command.run_bulk(
        lambda unit: cards.deliver_batch(
            unit,
            batch_id,
            place=asked.place,
            uncollected=asked.uncollected,
            by=command.caller,
            cause=command.cause,
        )
    )


@router.post("/cards/{card_id}/delivery", response_model=cards.HandedOver)
async def deliver_card(
    card_id: UUID, asked: Deliver, command: Annotated[Command, _HANDS_OVER]
) -> Response:
    """Hand one card over: to the member, to family, or to somebody with a letter (`proxy`)."""
    return await command.run(
        lambda unit: cards.deliver_card(
            unit,
            card_id,
            place=asked.place,
            handed_to=asked.handed_to,
            by=command.caller,
            cause=command.cause,
        )
    )


@router.post("/cards/{card_id}/loss", response_model=cards.Lost)
async def report_lost(
    card_id: UUID, asked: ReportLost, command: Annotated[Command, _HANDS_OVER]
) -> Response:
    """Report a card lost: it is refused from now on, and the next batch of the member's village
    has one in its place."""
    return await command.run(
        lambda unit: cards.report_lost(
            unit, card_id, reason=asked.reason, by=command.caller, cause=command.cause
        )
    )
