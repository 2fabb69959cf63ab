"""Close the bank's days, and list them."""

from datetime import date, datetime

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.event import Cause
from services.banking.operations import reconciliation
from services.banking.operations.day_reports import Closed, DayReport, State, closed_of, report
from services.banking.operations.evenings import evening_of
from services.banking.queries import days as queries
from services.banking.rules import days as rules
from services.banking.rules.reconciliation import Acting, DayAlreadyClosed

__all__ = ["Closed", "Day", "DayReport", "Days", "close", "days", "report"]


class Day(BaseModel):
    """A day on which something happened. Amounts in rupiah."""

    day: date
    state: State
    lines: int | None
    """Transfers in the rail's statement; null: there is none."""
    amount: int | None
    differences: int
    pending: int
    """Differences that are not accepted yet."""
    closed_by: str | None
    closed_at: datetime | None


class Days(BaseModel):
    """A page of days, the latest first."""

    days: list[Day]
    next_before: date | None
    """Ask again with `before` = this for the next page."""


async def close(unit: Unit, day: date, *, by: Caller, cause: Cause) -> Closed:
    """Close a day, once and in order. Raises: DayAlreadyClosed, DayInTheFuture, DayNotOver,
    DayNotReady, StatementNotOurs."""
    if await queries.closed(unit.session, day) is not None:
        raise DayAlreadyClosed(f"{day} is closed already: GET /days/{day}/report")
    rules.check_not_in_future(day, now=unit.now)
    acting = Acting(by.name, cause, unit.now)
    await reconciliation.compare_again(unit, day, acting=acting)
    evening = await evening_of(unit.session, day)
    closed = rules.close(evening, officer=by.name, cause=cause, now=unit.now)
    await unit.record([closed])
    row = await queries.closed(unit.session, day)
    assert row is not None  # noqa: S101  (it was recorded)
    return closed_of(row)


async def days(session: AsyncSession, *, before: date, limit: int) -> Days:
    """Days on which something happened, the latest first, before the one given."""
    rows = await queries.days(session, before=before, limit=limit)
    return Days(
        days=[
            Day(
                state="open" if row.closed_at is None else "closed",
                **{
                    name: value for name, value in row._asdict().items() if name in Day.model_fields
                },
            )
            for row in rows
        ],
        next_before=rows[-1].day if len(rows) == limit else None,
    )
