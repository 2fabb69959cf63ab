"""Months and days in the time zone of the programme.

A month is written `2025-07`; where months are counted it is the number of months since year 0.
"""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from chassis import working_days

DUE_DAY = 15
MONTHS_REMEMBERED = 4_096
DAYS_REMEMBERED = 16_384
"""Ends of waiting times and time limits: many members share a day."""
_MONTHS_A_YEAR = 12


def month_of(day: date) -> str:
    """The month of a day, `2025-07`."""
    return day.isoformat()[:7]  # a tenth of what strftime takes


def month_before(month: str) -> str:
    """The month before: `2024-12` for `2025-01`."""
    return month_of(_first_day(month) - timedelta(days=1))


@lru_cache(maxsize=DAYS_REMEMBERED)
def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is too short for it."""
    years, month = divmod(day.month - 1 + months, _MONTHS_A_YEAR)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def years_later(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes the 28th in a common year."""
    return months_later(day, years * _MONTHS_A_YEAR)


def due_on(month: str) -> date:
    """When a contribution is due: the 15th of its own month, rolled to the next working day.

    Source: PP 44/2015 art. 24(3)(4).
    """
    return working_days.on_or_after(_first_day(month).replace(day=DUE_DAY))


def number_of(day: date) -> int:
    """The number of the month of a day."""
    return day.year * _MONTHS_A_YEAR + day.month - 1


@lru_cache(maxsize=MONTHS_REMEMBERED)
def number(month: str) -> int:
    """The number of a month that is written `2025-07`."""
    return number_of(_first_day(month))


@lru_cache(maxsize=MONTHS_REMEMBERED)
def written(number: int) -> str:
    """The month with this number, `2025-07`."""
    year, month = divmod(number, _MONTHS_A_YEAR)
    return f"{year:04}-{month + 1:02}"


def number_due_on(number: int) -> date:
    """When the contribution of the month with this number is due."""
    year, month = divmod(number, _MONTHS_A_YEAR)
    return working_days.on_or_after(date(year, month + 1, DUE_DAY))


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
