"""The bank in figures."""

from typing import Annotated

from fastapi import APIRouter

from chassis.web.access import Caller, Guarded, allowed, query
from chassis.web.reading import Session
from contracts.types import RegionCode
from services.banking.operations import figures

router = APIRouter(route_class=Guarded, tags=["Figures"])


@router.get("/figures")
async def bank_figures(
    area: RegionCode,
    session: Session,
    _caller: Annotated[Caller, allowed("bank", "province", "auditor", "admin", area=query("area"))],
) -> figures.Figures:
    """The bank in figures, within an area."""
    return await figures.figures(session, area=area)
