"""Statements of accounts."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed
from chassis.web.reading import Session
from chassis.web.sheets import SHEETS, Format, sheet_answer
from services.banking.api.dates import Day
from services.banking.operations import statements
from services.banking.operations.statements import CURSOR, LINES_PAGE_MAX

COLUMNS = ("When", "What", "Other account", "In", "Out", "Balance", "Transfer")

router = APIRouter(route_class=Guarded, tags=["Statements"])
_Reads = Annotated[Caller, allowed("bank", "auditor", area=IN_OPERATION)]
_Cursor = Annotated[
    str | None, Query(pattern=CURSOR, description="The `next_cursor` of the page before.")
]
_Limit = Annotated[int, Query(ge=1, le=LINES_PAGE_MAX)]


def _days(
    first: Annotated[Day, Query(alias="from", description="The first day, in Asia/Makassar.")],
    last: Annotated[Day, Query(alias="to", description="The last day; it is included.")],
) -> tuple[date, date]:
    return first, last


Days = Annotated[tuple[date, date], Depends(_days)]
"""Whole days, both included."""


@router.get("/accounts/{account_id}/statement")
async def read_statement(
    account_id: UUID,
    days: Days,
    session: Session,
    caller: _Reads,
    cursor: _Cursor = None,
    limit: _Limit = LINES_PAGE_MAX,
) -> statements.Statement:
    """What moved on an account of a holder, a programme or the bank, with the balance after each
    line; the totals are those of all pages."""
    return await statements.page(session, account_id, days, cursor=cursor, limit=limit, by=caller)


@router.get("/accounts/{account_id}/statement/sheet", response_class=Response, responses=SHEETS)
async def statement_sheet(
    account_id: UUID,
    days: Days,
    session: Session,
    caller: _Reads,
    format_: Annotated[Format, Query(alias="format")] = "csv",
) -> Response:
    """The whole statement as a file for a spreadsheet, with the opening and the closing balance."""
    first, last = days
    found = await statements.statement(session, account_id, first, last, by=caller)
    rows = [
        (first, "Opening balance", None, None, None, found.opening_balance, None),
        *(
            (
                line.transferred_at,
                line.purpose,
                line.counter_account,
                line.amount_in or None,
                line.amount_out or None,
                line.balance,
                line.transfer_id,
            )
            for line in found.lines
        ),
        (
            last,
            "Closing balance",
            None,
            found.total_in,
            found.total_out,
            found.closing_balance,
            None,
        ),
    ]
    return await sheet_answer(format_, f"statement-{first}-{last}", COLUMNS, rows)
