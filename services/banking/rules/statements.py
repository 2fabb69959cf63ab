"""What a statement of an account says: its days, its words, its order."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from chassis.local_time import begins_at, ends_at
from contracts.refusal import Refused
from contracts.types import AccountId
from services.banking.rules.ledger import FIXED

DAYS_MAX = 366
"""Days in one statement."""
LINES_MAX = 100_000
"""Lines in one file, and in one PDF."""
UNNAMED = "Savings account"
KIND_WORDS = {
    "deposit": "Deposit by the province",
    "contribution": "Contributions paid",
    "benefit": "Benefit paid here",
    "reserve": "Benefit set aside for another bank",
    "settle": "Benefit arrived at another bank",
    "return": "Benefit came back from another bank",
    "posting": "Transfer",
    "cash-in": "Cash paid in at the counter",
    "cash-out": "Cash paid out at the counter",
    "suspense": "Difference with the rail",
    "recovery": "Difference given back by the rail",
}
"""What each kind of transfer is called in print."""


class PeriodInvalid(Refused):
    """The last day comes before the first, or there are too many between them."""

    slug, status, retryable = "period-invalid", 422, False


class StatementTooLong(Refused):
    """More lines than one file takes."""

    slug, status, retryable = "statement-too-long", 422, False


class Place(NamedTuple):
    """Where a line stands in the order of statements, which never changes."""

    transferred_at: datetime
    transfer_id: UUID


class Span(NamedTuple):
    """The instants of whole days in Asia/Makassar, the second one not included."""

    begins_at: datetime
    ends_at: datetime


def span_of(first_day: date, last_day: date) -> Span:
    """From the beginning of the first day to the end of the last. Raises: PeriodInvalid."""
    days = (last_day - first_day).days + 1
    if not 1 <= days <= DAYS_MAX or last_day == date.max:
        raise PeriodInvalid(f"Ask for 1 to {DAYS_MAX} days, the first day first.")
    return Span(begins_at(first_day), ends_at(last_day))


def words(kind: str, purpose: str | None) -> str:
    """What a transfer was for: its kind, and what the one who made it wrote."""
    said = KIND_WORDS.get(kind, kind)
    return f"{said}: {purpose}" if purpose else said


def counter_account(account_id: UUID, *, fund: str | None, number_masked: str | None) -> str:
    """How the other account is shown: never by its number."""
    return FIXED.get(AccountId(account_id)) or fund or number_masked or UNNAMED
