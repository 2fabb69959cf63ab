"""Working days: Monday to Friday but for the national holidays of Indonesia.

Joint leave (cuti bersama) is no holiday here: whether it counts is each institution's decision.
"""

from datetime import date, timedelta
from functools import cache

from holidays import HolidayBase, country_holidays

_SATURDAY = 5


@cache
def _holidays() -> HolidayBase:
    return country_holidays("ID")


def is_working_day(day: date) -> bool:
    """Whether offices are open."""
    return day.weekday() < _SATURDAY and day not in _holidays()


def on_or_after(day: date) -> date:
    """The day itself when offices are open on it, else the next one on which they are."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def after(day: date, *, days: int) -> date:
    """The working day that comes so many working days after this day, itself not counted."""
    for _ in range(days):
        day = on_or_after(day + timedelta(days=1))
    return day
