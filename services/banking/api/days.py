"""The bank's days: closing one, and the report of its end."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from chassis.web.access import ANYWHERE, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Now, Session
from chassis.web.sheets import SHEETS, Format, sheet_answer
from services.banking.api.dates import Day
from services.banking.operations import day_sheets, days

router = APIRouter(route_class=Guarded, tags=["Days"])

PAGE_MAX = 366
_READS = allowed("bank", "auditor", area=ANYWHERE)


class DaysAsked(Asked):
    """Which days."""

    before: Day | None = None
    """`next_before` of the page before."""
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = 31


@router.get("/days")
async def list_days(
    asked: Annotated[DaysAsked, Query()],
    session: Session,
    now: Now,
    _caller: Annotated[Caller, _READS],
) -> days.Days:
    """Days with interbank payouts or a statement of the rail, the latest first."""
    before = asked.before or now.date() + timedelta(days=2)
    return await days.days(session, before=before, limit=asked.limit)


@router.post("/days/{day}/close", response_model=days.Closed)
async def close_day(
    day: Day, command: Annotated[Command, command("bank", area=ANYWHERE)]
) -> Response:
    """Close a day of the bank, once it is over: the rail's statement is there, every difference is
    accepted or resolved, the books balance, and the days before it are closed.

    Payouts whose outcome is open are carried to the next day and counted. What is missing is named.
    """
    return await command.run_bulk(
        lambda unit: days.close(unit, day, by=command.caller, cause=command.cause)
    )


@router.get("/days/{day}/report")
async def day_report(
    day: Day, session: Session, now: Now, _caller: Annotated[Caller, _READS]
) -> days.DayReport:
    """The end of a day on one sheet: the trial balance, payouts whose outcome is open, suspense,
    what agrees with the rail and what differs and why, who did what when."""
    return await days.report(session, day, now=now)


@router.get("/days/{day}/report/sheet", response_class=Response, responses=SHEETS)
async def day_sheet(
    day: Day,
    session: Session,
    now: Now,
    _caller: Annotated[Caller, _READS],
    format: Annotated[Format, Query()] = "csv",  # noqa: A002  (the name in the interface)
) -> Response:
    """The same report as CSV or XLSX."""
    report = await days.report(session, day, now=now)
    return await sheet_answer(format, f"day-{day}", day_sheets.COLUMNS, day_sheets.rows(report))
