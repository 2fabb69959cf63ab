"""Months set side by side, and the frozen lists behind them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.reading import Noting, Session, tools
from chassis.web.sheets import SHEETS, Format, sheet_answer
from contracts.types import DistrictCode, Line, Month
from services.enrollment.adapters import Tools
from services.enrollment.operations import monthly_lists, reconciliations
from services.enrollment.rules.reconciliation import Why

router = APIRouter(route_class=Guarded, tags=["Contributions"])
ROWS_PAGE_MAX = 1_000
_READS = allowed("province", "branch", "checker", "auditor", area=IN_OPERATION)


class MonthAsked(Asked):
    """A month to set side by side, and which of the differences to show."""

    programme_id: UUID
    month: Month
    why: Why | None = None
    after: UUID | None = None
    """`next_after` of the page before."""
    limit: Annotated[int, Field(ge=1, le=ROWS_PAGE_MAX)] = ROWS_PAGE_MAX

    @property
    def side(self) -> reconciliations.Side:
        """Which differences."""
        return reconciliations.Side(self.why, self.after, self.limit)


class ListAsked(Asked):
    """A frozen list, as a file."""

    format: Format = "csv"
    district_code: DistrictCode | None = None
    reason: Line | None = None
    """Why names are needed: it is put on record. Without it nobody is named."""


@router.get("/reconciliations")
async def reconciliation(
    asked: Annotated[MonthAsked, Query()], session: Session, caller: Annotated[Caller, _READS]
) -> reconciliations.Reconciliation:
    """Whether invoices, names on the list, covers and payments of a month agree, for whoever works
    for the whole province: sums, the frozen list against the list as it stands now, and who
    differs, with why."""
    return await reconciliations.reconciliation(
        session, asked.programme_id, month=asked.month, side=asked.side, by=caller
    )


@router.get("/monthly-lists/{run_id}", response_class=Response, responses=SHEETS)
async def monthly_list(
    run_id: UUID,
    asked: Annotated[ListAsked, Query()],
    noting: Noting,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, _READS],
) -> Response:
    """The frozen list of a billing run, or of a kecamatan in the caller's area, as CSV or XLSX.

    With a reason, `branch` and `province` get it by name and address and the NIK without its
    middle, others by initials. That it was taken out, and whose records were opened for it, is put
    on record."""
    wanted = monthly_lists.Wanted(run_id, asked.district_code)
    look = monthly_lists.Look(caller, asked.reason, tools)
    taken = await monthly_lists.monthly_list(noting, wanted, look=look)
    name = f"monthly-list-{taken.month}"
    return await sheet_answer(asked.format, name, monthly_lists.COLUMNS, taken.rows())
