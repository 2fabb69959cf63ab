"""Months and days in the time zone of the programme."""

from calendar import monthrange
from datetime import date, timedelta

from chassis import working_days

DUE_DAY = 15
_MONTHS_A_YEAR = 12


def month_of(day: date) -> str:
    """The month of a day, `2025-07`."""
    return f"{day:%Y-%m}"


def month_before(month: str) -> str:
    """The month before: `2024-12` for `2025-01`."""
    return month_of(_first_day(month) - timedelta(days=1))


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is too short for it."""
    years, month = divmod(day.month - 1 + months, _MONTHS_A_YEAR)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def due_on(month: str) -> date:
    """When a contribution is due: the 15th of its own month, rolled to the next working day.

    Source: PP 44/2015 art. 24(3)(4).
    """
    return working_days.on_or_after(_first_day(month).replace(day=DUE_DAY))


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
