"""Cards that are late: not printed, or printed and not handed over."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.web.access import Caller, Guarded, allowed, query
from chassis.web.reading import Now, Session
from chassis.web.sheets import SHEETS, sheet_answer
from contracts.types import RegionCode
from services.enrollment.api.cards.paging import InFormat, Paging
from services.enrollment.operations.cards import late
from services.enrollment.operations.cards.late import Wanted

router = APIRouter(route_class=Guarded, tags=["Cards"])

DAYS_MAX = 366
_CHASES = allowed("branch", "district", "province", "auditor", "admin", area=query("area"))
Days = Annotated[
    int,
    Query(
        ge=0, le=DAYS_MAX,
        description="Only those that are late by so many working days or more; 0: all that wait.",
    ),
]  # fmt: skip


@router.get("/cards/undelivered")
async def undelivered(
    programme_id: UUID,
    area: RegionCode,
    session: Session,
    now: Now,
    page: Paging,
    _caller: Annotated[Caller, _CHASES],
    days: Days = 0,
) -> late.UndeliveredCards:
    """The cards that wait to be handed over, by village: the law allows three working days after
    the printing (PP 44/2015 art. 12)."""
    wanted = Wanted(programme_id, area, days)
    return await late.undelivered(session, wanted, page=page, now=now)


@router.get("/cards/undelivered/sheet", response_class=Response, responses=SHEETS)
async def undelivered_sheet(
    programme_id: UUID,
    area: RegionCode,
    format_: InFormat,
    session: Session,
    now: Now,
    _caller: Annotated[Caller, _CHASES],
    days: Days = 0,
) -> Response:
    """The cards that wait to be handed over, whole, for a spreadsheet."""
    rows = late.undelivered_rows(session, Wanted(programme_id, area, days), now=now)
    return await sheet_answer(format_, f"undelivered-{area}", late.UNDELIVERED_COLUMNS, rows)


@router.get("/cards/unprinted")
async def unprinted(
    programme_id: UUID,
    area: RegionCode,
    session: Session,
    now: Now,
    page: Paging,
    _caller: Annotated[Caller, _CHASES],
    days: Days = 1,
) -> late.WaitingMembers:
    """The covered members who wait for a card, by village: the law allows seven working days from
    the issue of the number (PP 44/2015 art. 12). A lost card is to be replaced in the same time."""
    wanted = Wanted(programme_id, area, days)
    return await late.unprinted(session, wanted, page=page, now=now)


@router.get("/cards/unprinted/sheet", response_class=Response, responses=SHEETS)
async def unprinted_sheet(
    programme_id: UUID,
    area: RegionCode,
    format_: InFormat,
    session: Session,
    now: Now,
    _caller: Annotated[Caller, _CHASES],
    days: Days = 1,
) -> Response:
    """The covered members who wait for a card, whole, for a spreadsheet."""
    rows = late.unprinted_rows(session, Wanted(programme_id, area, days), now=now)
    return await sheet_answer(format_, f"unprinted-{area}", late.UNPRINTED_COLUMNS, rows)
