"""Contributions: months billed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ConfigDict

from chassis.web.access import Guarded, body
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from contracts.types import DistrictCode, Month
from services.enrollment.operations import contributions

router = APIRouter(route_class=Guarded, tags=["Contributions"])


class BillMonth(Asked):
    """A month of one kecamatan to bill."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "programme_id": "a6025373-d271-5f43-83f7-c78e13c96afc",
                    "month": "2025-07",
                    "district_code": "53.71.04",
                }
            ]
        }
    )

    programme_id: UUID
    month: Month
    district_code: DistrictCode


@router.post("/billings", response_model=contributions.Billed)
async def bill_month(
    asked: BillMonth, command: Annotated[Command, command("branch", area=body("district_code"))]
) -> Response:
    """Bill a month of one kecamatan; who was billed before is left out."""
    return await command.run_bulk(
        lambda unit: contributions.bill_month(
            unit,
            asked.programme_id,
            month=asked.month,
            district_code=asked.district_code,
            cause=command.cause,
        )
    )
