"""Months of cover, and dates in the time zone of the programme."""

from datetime import date
from functools import lru_cache

from chassis import working_days

DUE_DAY = 15
MONTHS_REMEMBERED = 1_000
"""Few are asked for, and these again and again."""


def month_of(day: date) -> str:
    """The month of a day, `2025-07`."""
    return day.isoformat()[:7]  # a tenth of what strftime takes


def months_between(first: str, last: str) -> int:
    """How many months from the first to the last, both counted; 0 when the last is before."""
    return max(0, _number(last) - _number(first) + 1)


def month_after(month: str) -> str:
    """The next month."""
    return _written(_number(month) + 1)


def month_before(month: str) -> str:
    """The month before."""
    return _written(_number(month) - 1)


def months_later(month: str, count: int) -> str:
    """So many months later."""
    return _written(_number(month) + count)


def first_day(month: str) -> date:
    """The 1st of a month."""
    return date.fromisoformat(f"{month}-01")


def due_on(month: str) -> date:
    """When a contribution is due: the 15th of its own month, rolled to the next working day.

    Source: PP 44/2015 art. 24(3)(4).
    """
    year, number = map(int, month.split("-"))
    return working_days.on_or_after(date(year, number, DUE_DAY))


@lru_cache(MONTHS_REMEMBERED)
def _number(month: str) -> int:
    year, number = map(int, month.split("-"))
    return year * 12 + number


def _written(number: int) -> str:
    year, month = divmod(number - 1, 12)
    return f"{year}-{month + 1:02d}"
