"""Working days: Monday to Friday but for the national holidays of Indonesia.

National holidays come from the package `holidays`, and from `holidays.csv` what was decreed since:
for all of Indonesia (`national`), or for the province alone (`local`), each with its decree. That
file has the days of joint leave (cuti bersama) too. By default they are
working days: joint leave is taken out of the yearly leave and left to each employer, banks and
counters may stay open, and a rule that speaks of holidays (hari libur) does not speak of leave.
"""

import csv
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

from holidays import HolidayBase, country_holidays

Kind = Literal["national", "local", "joint-leave"]
DAYS_REMEMBERED = 10_000
"""To look a holiday up costs microseconds, and due dates come by the hundred thousand."""
_SATURDAY = 5
_OBSERVED: set[Kind] = {"national", "local"}


class Decreed(NamedTuple):
    """A day off by decree."""

    day: date
    kind: Kind
    source: str
    """The decree."""


def observe_joint_leave(*, off: bool) -> None:
    """Say whether offices are closed on joint leave; once, when a process starts."""
    if off:
        _OBSERVED.add("joint-leave")
    else:
        _OBSERVED.discard("joint-leave")
    _days.cache_clear()
    on_or_after.cache_clear()


@cache
def decreed(kind: Kind) -> frozenset[Decreed]:
    """The days in `holidays.csv` of this kind."""
    with files("chassis").joinpath("holidays.csv").open(encoding="utf-8") as lines:
        return frozenset(
            Decreed(date.fromisoformat(row["date"]), kind, row["source"])
            for row in csv.DictReader(lines)
            if row["kind"] == kind
        )


@cache
def _days(kind: Kind) -> frozenset[date]:
    return frozenset(each.day for each in decreed(kind))


@cache
def _holidays() -> HolidayBase:
    return country_holidays("ID")


def is_working_day(day: date) -> bool:
    """Whether offices are open."""
    return (
        day.weekday() < _SATURDAY
        and day not in _holidays()
        and not any(day in _days(kind) for kind in _OBSERVED)
    )


@lru_cache(maxsize=DAYS_REMEMBERED)
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
