"""Whether an account is in use: active, inactive or dormant (POJK 24/2025, domain 5.4)."""

from datetime import datetime, timedelta
from typing import Literal

from chassis.local_time import WITA

Standing = Literal["active", "inactive", "dormant"]
INACTIVE_AFTER = timedelta(days=360)
DORMANT_AFTER = timedelta(days=1_800)


def standing_of(last_used_at: datetime, now: datetime) -> Standing:
    """How an account stands that last saw a credit, a debit or a question for its balance then.

    It takes more than 360 days to be inactive, and more than 1,800 to be dormant.
    """
    unused = now - last_used_at
    if unused > DORMANT_AFTER:
        return "dormant"
    return "inactive" if unused > INACTIVE_AFTER else "active"


def month_start(now: datetime) -> datetime:
    """When the calendar month of Asia/Makassar began in which this instant lies."""
    return now.astimezone(WITA).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
