"""Member numbers: ranges that offices own."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import EVERYWHERE, Units
from chassis.web.access import Caller, Guarded, allowed, body, query
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from contracts.types import Kpj, RegionCode
from services.enrollment.operations import kpj
from services.enrollment.rules.kpj import KpjRange

router = APIRouter(route_class=Guarded, tags=["Member numbers"])
_EXAMPLE: dict[str, Any] = {"area": "53.71", "first": "10000000001", "last": "10000099999"}


class GrantRange(Asked):
    """Numbers that an office may give to the people of its area, both ends included."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    area: RegionCode
    first: Kpj
    last: Kpj


async def _everywhere(request: Request) -> AsyncIterator[AsyncSession]:
    """How many numbers are left is nobody's data, and whoever moved away has one all the same."""
    units: Units = request.app.state.units
    async with units.reading(area=EVERYWHERE) as session:
        yield session


@router.post("/kpj-ranges", status_code=201, response_model=kpj.Granted)
async def grant_range(
    asked: GrantRange, command: Annotated[Command, command("admin", area=body("area"))]
) -> Response:
    """Grant an office numbers of its own; they are given before those of the area around it.

    Members who paid and found no number left get theirs right away.
    """
    fresh = KpjRange(asked.area, int(asked.first), int(asked.last))
    return await command.run_bulk(
        lambda unit: kpj.grant_range(unit, fresh, by=command.caller, cause=command.cause)
    )


@router.get("/kpj-ranges")
async def list_ranges(
    area: RegionCode,
    session: Annotated[AsyncSession, Depends(_everywhere)],
    _caller: Annotated[
        Caller, allowed("admin", "branch", "province", "auditor", area=query("area"))
    ],
) -> kpj.Ranges:
    """The ranges of an area and of everything under it, and how many numbers each has left."""
    return await kpj.ranges_of(session, area=area)
