"""Days and instants that may be asked for: those of the programme, and none at the end of time."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2199, 12, 31)
_FIRST_AT = datetime(2000, 1, 1, tzinfo=UTC)
_ENDS_AT = datetime(2200, 1, 1, tzinfo=UTC)


def _day(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"ask for a day from {FIRST_DAY} to {LAST_DAY}")
    return day


def _instant(at: datetime) -> datetime:
    if not _FIRST_AT <= at < _ENDS_AT:
        raise ValueError(f"ask for an instant from {FIRST_DAY} to {LAST_DAY}, in UTC")
    return at.astimezone(UTC)


Day = Annotated[date, AfterValidator(_day)]
"""A calendar day."""
At = Annotated[AwareDatetime, AfterValidator(_instant)]
"""A point in time, kept in UTC."""
