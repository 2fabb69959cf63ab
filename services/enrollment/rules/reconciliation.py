"""Why a member is not the same on the invoice, on the active list and on the paid list.

The three have to agree by name every month (domain 7.3 test 7): nobody is paid for who is dead,
gone, or listed nowhere, as the audits of domain 7.2 found.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

Why = Literal[
    "not-billed",
    "no-membership",
    "no-invoice",
    "other-amount",
    "not-paid",
    "cleared-not-paid",
    "paid-not-cleared",
    "paid-not-covered",
]
MEANS: Mapping[Why, str] = {
    "not-billed": "is to be covered in this month and on no invoice: order another billing run",
    "no-membership": "is billed, and is not promised this month",
    "no-invoice": "is billed on an invoice that does not exist",
    "other-amount": "is billed with another amount than the programme's tariff",
    "not-paid": "is billed and not paid yet",
    "cleared-not-paid": "is not paid, though the invoice is",
    "paid-not-cleared": "is paid, though the invoice is not",
    "paid-not-covered": "is paid for and was not covered: credit the month",
}


class Difference(NamedTuple):
    """A member who is not the same on every side."""

    worker_id: UUID
    district_code: str
    why: Why
    amount: int | None
    """Rupiah on the list; none when he is not on it."""
    covered_from: datetime | None
    ended_on: date | None
    end_reason: str | None

    @property
    def means(self) -> str:
        """What is wrong, and what to do where something can be done."""
        if self.why != "paid-not-covered":
            return MEANS[self.why]
        if self.ended_on is not None:
            return f"{MEANS[self.why]} (ended on {self.ended_on}: {self.end_reason})"
        if self.covered_from is None:
            return f"{MEANS[self.why]} (waits for a member number)"
        return f"{MEANS[self.why]} (the cover had lapsed)"
