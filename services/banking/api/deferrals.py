"""Members without an account, and the papers that they bring to a branch."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict, Field

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed, query
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Session
from chassis.web.sheets import SHEETS, Format, sheet_answer
from contracts.banking import Paper
from contracts.types import Line, RegionCode
from services.banking.operations import deferrals
from services.banking.operations.deferrals import PAGE_MAX, Wanted

router = APIRouter(route_class=Guarded, tags=["Deferred accounts"])
_LISTS = allowed("bank", "province", "auditor", area=query("area"))
_EXAMPLE: dict[str, Any] = {"papers": ["ktp", "kk"], "branch": "KCP Oebobo"}


class BringPapers(Asked):
    """Papers that a member shows at a branch."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    papers: Annotated[tuple[Paper, ...], Field(min_length=1, max_length=2)]
    """Which originals the officer has looked at."""
    branch: Line
    """Where, as the bank names it."""


class DeferralFilter(Asked):
    """Whose deferrals."""

    area: RegionCode
    missing: Paper | None = None
    """Only those who lack this paper, alone or beside the other."""

    def wanted(self) -> Wanted:
        """What is asked of the list."""
        return Wanted(self.area, self.missing)


class DeferralPage(DeferralFilter):
    """A page of them."""

    after: UUID | None = None
    """`next_after` of the page before."""
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = PAGE_MAX


class DeferralSheet(DeferralFilter):
    """All of them as a file."""

    format: Format = "csv"


@router.get("/deferrals")
async def list_deferrals(
    wanted: Annotated[DeferralPage, Query()], session: Session, _caller: Annotated[Caller, _LISTS]
) -> deferrals.Deferrals:
    """Members of an area who have no account because papers are missing, by village."""
    return await deferrals.deferrals_of(
        session, wanted.wanted(), after=wanted.after, limit=wanted.limit
    )


@router.get("/deferrals/sheet", response_class=Response, responses=SHEETS)
async def deferrals_sheet(
    wanted: Annotated[DeferralSheet, Query()], session: Session, _caller: Annotated[Caller, _LISTS]
) -> Response:
    """Members of an area who have no account, whole, for a spreadsheet."""
    rows = deferrals.deferral_rows(session, wanted.wanted())
    name = f"deferrals-{wanted.area}"
    return await sheet_answer(wanted.format, name, deferrals.SHEET_COLUMNS, rows)


@router.post("/deferrals/{worker_id}/papers", response_model=deferrals.PapersBrought)
async def bring_papers(
    worker_id: UUID,
    asked: BringPapers,
    command: Annotated[Command, command("bank", area=IN_OPERATION)],
) -> Response:
    """Note which papers a member brought. When nothing is missing any more the account is open with
    the answer; else the answer says what the bank still waits for."""
    return await command.run_bulk(
        lambda unit: deferrals.bring_papers(
            unit,
            worker_id,
            asked.papers,
            branch=asked.branch,
            by=command.caller,
            cause=command.cause,
        )
    )
