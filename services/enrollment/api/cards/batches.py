"""Batches of cards: printed for a village, drawn on paper, listed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import ConfigDict

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed, body, query
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.papers import PAPER, paper_answer
from chassis.web.reading import Noting, Session, tools
from chassis.web.sheets import SHEETS, sheet_answer
from contracts.types import DistrictCode, Line, RegionCode, VillageCode
from services.enrollment.adapters import Tools
from services.enrollment.api.cards.paging import InFormat, Paging
from services.enrollment.operations import cards
from services.enrollment.operations.cards import documents, standing
from services.enrollment.operations.cards.documents import Shown
from services.enrollment.queries.cards import BatchState

router = APIRouter(route_class=Guarded, tags=["Cards"])

_COUNTS = allowed(
    "province", "checker", "district", "branch", "auditor", "admin", area=query("area")
)
_NAMES = allowed("branch", "district", area=IN_OPERATION)
Why = Annotated[Line, Query(description="Goes on record with the name of each member shown.")]


class PrintVillage(Asked):
    """The village whose covered members get the cards that they lack."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "programme_id": "a6025373-d271-5f43-83f7-c78e13c96afc",
                    "village_code": "53.71.04.1001",
                }
            ]
        }
    )

    programme_id: UUID
    village_code: VillageCode


class OfDistrict(Asked):
    """The cards of one kecamatan."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "programme_id": "a6025373-d271-5f43-83f7-c78e13c96afc",
                    "district_code": "53.71.04",
                }
            ]
        }
    )

    programme_id: UUID
    district_code: DistrictCode


@router.post("/card-batches", response_model=cards.Printed)
async def print_batch(
    asked: PrintVillage, command: Annotated[Command, command("branch", area=body("village_code"))]
) -> Response:
    """Print the cards that covered members of one kelurahan or desa lack, as one batch.

    Whoever has none, or lost the last one, gets one; at most 5,000 at a time. Nobody lacks one: no
    batch. Then ask for its `sheets.pdf`.
    """
    return await command.run_bulk(
        lambda unit: cards.print_village(
            unit,
            asked.programme_id,
            village_code=asked.village_code,
            by=command.caller,
            cause=command.cause,
        )
    )


@router.post("/cards/prints", response_model=cards.PrintedDistrict)
async def print_district(
    asked: OfDistrict, command: Annotated[Command, command("branch", area=body("district_code"))]
) -> Response:
    """Print the cards that covered members of one kecamatan lack, one batch for each village."""
    return await command.run_bulk(
        lambda unit: cards.print_district(
            unit,
            asked.programme_id,
            district_code=asked.district_code,
            by=command.caller,
            cause=command.cause,
        )
    )


@router.get("/card-batches")
async def list_batches(
    programme_id: UUID,
    area: RegionCode,
    session: Session,
    page: Paging,
    _caller: Annotated[Caller, _COUNTS],
    state: Annotated[BatchState | None, Query()] = None,
) -> standing.Batches:
    """The batches that went to an area, by village, with how many cards were handed over or lost.

    `open`: some card is still to be handed over; `delivered`: none is.
    """
    return await standing.batches(session, programme_id, area=area, state=state, page=page)


@router.get("/card-batches/{batch_id}/sheets.pdf", response_class=Response, responses=PAPER)
async def sheets(
    batch_id: UUID,
    notes: Noting,
    caller: Annotated[Caller, _NAMES],
    tools: Annotated[Tools, Depends(tools)],
    reason: Why = "printing of cards",
) -> Response:
    """The cards of a batch to print and cut, ten on a page of A4, by name.

    Made anew from the record whenever it is asked for. That each member's name was shown, to whom
    and why, is put on record; members who were erased are left out.
    """
    shown = Shown(caller, reason, "card")
    batch = await notes.run(
        lambda unit: documents.named_batch(unit, batch_id, shown=shown, identities=tools.identities)
    )
    return paper_answer(await documents.sheets(batch, key=tools.card_key), f"cards-{batch_id}")


@router.get("/card-batches/{batch_id}/hand-out-list.pdf", response_class=Response, responses=PAPER)
async def hand_out_list(
    batch_id: UUID,
    notes: Noting,
    caller: Annotated[Caller, _NAMES],
    tools: Annotated[Tools, Depends(tools)],
    reason: Why = "handing over of cards",
) -> Response:
    """The list on which members sign for the cards of a batch. Put on record as the sheets are."""
    shown = Shown(caller, reason, "hand-out list")
    batch = await notes.run(
        lambda unit: documents.named_batch(unit, batch_id, shown=shown, identities=tools.identities)
    )
    return paper_answer(await documents.hand_out_list(batch), f"hand-out-{batch_id}")


@router.get("/card-batches/{batch_id}/hand-out-list", response_class=Response, responses=SHEETS)
async def hand_out_sheet(
    batch_id: UUID,
    format_: InFormat,
    notes: Noting,
    caller: Annotated[Caller, _NAMES],
    tools: Annotated[Tools, Depends(tools)],
    reason: Why = "handing over of cards",
) -> Response:
    """The members of a batch for a spreadsheet, with what became of each card. Put on record as the
    sheets are, and as an export too."""
    shown = Shown(caller, reason, "hand-out list")
    batch = await notes.run(
        lambda unit: documents.exported_batch(
            unit, batch_id, shown=shown, identities=tools.identities
        )
    )
    return await sheet_answer(
        format_, f"hand-out-{batch_id}", documents.LIST_COLUMNS, documents.hand_out_rows(batch)
    )
