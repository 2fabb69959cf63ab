"""The clock on the wall of Nusa Tenggara Timur: its days, and when they begin."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WITA = ZoneInfo("Asia/Makassar")


def local_day(at: datetime) -> date:
    """The calendar day of an instant."""
    return at.astimezone(WITA).date()


def begins_at(day: date) -> datetime:
    """The first instant of a day, in UTC."""
    return datetime.combine(day, time(), WITA).astimezone(UTC)


def ends_at(day: date) -> datetime:
    """The first instant after the day, in UTC."""
    return begins_at(day + timedelta(days=1))
