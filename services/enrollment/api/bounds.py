"""How far numbers and days go that somebody asks with: nothing real lies beyond, and what does
would break the database or the calendar."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

from contracts.enrollment import Quota
from contracts.types import Rupiah

CEILING_MAX = 1_000_000_000_000_000
"""Rupiah: a quarter of the budget of the state."""
HEADS_MAX = 10_000_000
"""People: twice those who live in the province."""
ROW_NUMBER_MAX = 1_000_000
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
_FIRST_INSTANT, _LAST_INSTANT = (
    datetime(2000, 1, 1, tzinfo=UTC),
    datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC),
)

Ceiling = Annotated[Rupiah, Field(le=CEILING_MAX)]
"""What a programme may promise in all."""
HeadsAsked = Annotated[int, Field(ge=1, le=HEADS_MAX)]
"""A number of people in a query, where every value comes as text."""
Day = Annotated[date, Field(ge=_FIRST_DAY, le=_LAST_DAY)]
"""A calendar date of this century or the next."""
InstantAsked = Annotated[
    AwareDatetime,
    Field(ge=_FIRST_INSTANT, le=_LAST_INSTANT),
    AfterValidator(lambda at: at.astimezone(UTC)),
]
"""A point in time of this century or the next, kept in UTC."""


def _heads_bounded(quota: Quota) -> Quota:
    if quota.heads > HEADS_MAX:
        raise ValueError(f"heads should be less than or equal to {HEADS_MAX}")
    return quota


QuotaAsked = Annotated[Quota, AfterValidator(_heads_bounded)]
"""How many members a kabupaten or kota may have."""
