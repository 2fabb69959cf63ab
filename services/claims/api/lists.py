"""What officers and auditors see of claims."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed, query
from chassis.web.reading import Now, Session
from chassis.web.sheets import SHEETS, Format, sheet_answer
from contracts.claims import ClaimKind
from contracts.types import RegionCode
from services.claims.operations import lookups, work_list
from services.claims.queries.lists import EXPORT_PORTION, Wanted
from services.claims.rules.claims import ClaimState
from services.claims.rules.next_steps import Whose

PAGE_MAX = 200
router = APIRouter(route_class=Guarded, tags=["Lists"])
Reader = Annotated[Caller, allowed("branch", "approver", "auditor", "fraud", area=IN_OPERATION)]
Within = Annotated[RegionCode | None, Query(description="Within yours; else all of it.")]


def _wanted(
    caller: Reader,
    area: Within = None,
    state: ClaimState | None = None,
    kind: ClaimKind | None = None,
    from_: Annotated[
        date | None, Query(alias="from", description="The first day of filing.")
    ] = None,
    to: Annotated[date | None, Query(description="The last day of filing.")] = None,
) -> Wanted:
    return Wanted(_area(caller, area), state=state, kind=kind, from_day=from_, to_day=to)


def _page(
    wanted: Annotated[Wanted, Depends(_wanted)],
    after: Annotated[UUID | None, Query(description="The `next_after` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_MAX,
) -> Wanted:
    return wanted._replace(after=after, limit=limit)


@router.get("/claims")
async def list_claims(
    page: Annotated[Wanted, Depends(_page)], session: Session, now: Now, _caller: Reader
) -> lookups.ClaimList:
    """Claims of an area, those filed first at the head, with what each waits for."""
    return await lookups.claims(session, page, now=now)


@router.get("/claims/sheet", response_class=Response, responses=SHEETS)
async def sheet(
    wanted: Annotated[Wanted, Depends(_wanted)],
    session: Session,
    now: Now,
    _caller: Reader,
    format_: Annotated[Format, Query(alias="format")] = "csv",
) -> Response:
    """The claims of an area for a spreadsheet, all of them: ids, days, amounts and nobody's
    name."""
    rows = lookups.rows(session, wanted._replace(limit=EXPORT_PORTION), now=now)
    return await sheet_answer(format_, "claims", lookups.COLUMNS, rows)


@router.get("/claims/{claim_id}")
async def claim(
    claim_id: UUID, session: Session, now: Now, caller: Reader
) -> lookups.ClaimStanding:
    """A claim with its history, papers, heirs, lines, clock and reasons; who anybody is, is
    sealed."""
    return await lookups.claim(session, claim_id, now=now, by=caller)


@router.get("/work-list")
async def list_work(
    session: Session,
    now: Now,
    caller: Reader,
    area: Within = None,
    by: Annotated[Whose | None, Query(description="Only what waits for them.")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_MAX,
) -> work_list.WorkList:
    """Open claims by the time that is left, the shortest first: what is to be done, and by whom.

    What the bank could not pay stands here with its reason.
    """
    return await work_list.work_list(session, area=_area(caller, area), by=by, limit=limit, now=now)


@router.get("/figures")
async def figures(
    area: RegionCode,
    session: Session,
    _caller: Annotated[
        Caller,
        allowed("branch", "approver", "auditor", "province", "admin", area=query("area")),
    ],
) -> lookups.Figures:
    """The claims of an area in figures."""
    return await lookups.figures(session, area=area)


def _area(caller: Caller, area: str | None) -> str:
    if area is not None:
        caller.check_area(area)
    return area or caller.area
