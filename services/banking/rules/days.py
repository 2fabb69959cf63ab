"""The bank's days: when one begins and ends, and when it may be closed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from chassis.local_time import ends_at, local_day
from contracts.banking import DayClosed
from contracts.event import Cause
from contracts.refusal import Refused

NAMED_MAX = 20
"""How many differences a refusal names."""


class DayNotReady(Refused):
    """Something is missing before the day can be closed."""

    slug, status, retryable = "day-not-ready", 409, True


class DayNotOver(Refused):
    """Payouts may still settle on this day."""

    slug, status, retryable = "day-not-over", 409, True


class DayInTheFuture(Refused):
    """Nothing can be known of this day yet."""

    slug, status, retryable = "day-in-the-future", 422, False


class Books(NamedTuple):
    """Whether the ledger is right over all accounts. Sums in rupiah."""

    debits: int
    credits: int
    sum_of_balances: int
    accounts_off: int
    """Accounts whose balance is not the sum of their transfers."""
    accounts_overdrawn: int

    @property
    def balanced(self) -> bool:
        """Whether both sides are equal and every balance is what was moved."""
        return self.debits == self.credits and not (
            self.sum_of_balances or self.accounts_off or self.accounts_overdrawn
        )


class Pending(NamedTuple):
    """A difference that keeps a day open, as a refusal names it."""

    difference_id: UUID
    kind: str
    rail_reference: str
    state: str


class Evening(NamedTuple):
    """All that decides whether a day may be closed."""

    day: date
    statement_id: UUID | None
    has_lines: bool
    """Whether the statement's lines are here, so that it can be compared."""
    matched: int
    differences: int
    pending: Sequence[Pending]
    earlier_open: date | None
    """The first day before it that has interbank payouts or a statement, and is not closed."""
    unknown: int
    books: Books


def check_not_in_future(day: date, *, now: datetime) -> None:
    """Raises: DayInTheFuture."""
    if day > local_day(now):
        raise DayInTheFuture(f"{day} is in the future; today is {local_day(now)} in Kupang")


def hindrances(evening: Evening) -> list[str]:
    """What is missing before the day can be closed, each with what to do."""
    missing = []
    if evening.earlier_open is not None:
        missing.append(f"{evening.earlier_open} is not closed: close it first")
    if evening.statement_id is None:
        missing.append(f"no statement of the rail: POST /rail-statements?day={evening.day}")
    elif not evening.has_lines:
        missing.append("the lines of the statement are not here: send the same file again")
    missing += _named(evening.pending)
    books = evening.books
    if not books.balanced:
        missing.append(
            f"the books do not balance (debits Rp{books.debits:,}, credits Rp{books.credits:,}, "
            f"sum of balances {books.sum_of_balances:,}, accounts off {books.accounts_off}, "
            f"overdrawn {books.accounts_overdrawn}): call whoever runs the system"
        )
    return missing


def close(evening: Evening, *, officer: str, cause: Cause, now: datetime) -> DayClosed:
    """Close the day. Raises: DayNotOver, DayNotReady."""
    if now < ends_at(evening.day):
        raise DayNotOver(
            f"{evening.day} ends at midnight in Kupang, and payouts may settle until then: "
            "close it on the next day"
        )
    missing = hindrances(evening)
    if missing:
        raise DayNotReady("; ".join(missing))
    assert evening.statement_id is not None  # noqa: S101  (nothing is missing)
    return DayClosed(
        **cause.stamp("close", at=now),
        day=evening.day,
        statement_id=evening.statement_id,
        matched=evening.matched,
        differences=evening.differences,
        unknown=evening.unknown,
        debits=evening.books.debits,
        credits=evening.books.credits,
        closed_by=officer,
    )


def _named(pending: Sequence[Pending]) -> list[str]:
    words = [
        f"difference {each.difference_id} ({each.kind}, {each.rail_reference}) is {each.state}: "
        f"{'explain it' if each.state == 'open' else 'another person has to accept it'}"
        for each in pending[:NAMED_MAX]
    ]
    more = len(pending) - NAMED_MAX
    return [*words, f"and {more:,} more: GET /differences"] if more > 0 else words
