"""What a statement of an account says: its days, its words, its order."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
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
AHEAD_MAX = 100
"""How many moves onto an account are tried for a place before others of the same instant."""
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
    """Where a line stands: its instant, and which of that instant's lines it is."""

    transferred_at: datetime
    transfer_id: UUID


class Move(NamedTuple):
    """What moved on the account. Rupiah."""

    transferred_at: datetime
    amount: int
    """Below zero: it left the account."""
    debit_balance: int
    """What was left on the account that paid."""


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


def as_decided(moves: Sequence[Move], balance: int) -> Iterator[int]:
    """The places of the moves, given by instant, in an order in which they can have been decided.

    Moves of one instant were decided one after the other, and of each that left the account it is
    kept what it left there: it stands where it leaves that. `balance` is what was there before.
    """
    for _, together in groupby(range(len(moves)), key=lambda place: moves[place].transferred_at):
        for place in _of_one_instant(moves, list(together), balance):
            balance += moves[place].amount
            yield place


def _of_one_instant(moves: Sequence[Move], places: Sequence[int], balance: int) -> list[int]:
    """What came in stands as those who paid it decided, if what left fits between; else what lets a
    move leave at once goes first."""
    strictly = list(_woven(moves, places, balance, ahead=1))
    there = balance
    for place in strictly:
        if moves[place].amount < 0 and _before(moves[place]) != there:
            return list(_woven(moves, places, balance, ahead=AHEAD_MAX))
        there += moves[place].amount
    return strictly


def _woven(
    moves: Sequence[Move], places: Sequence[int], balance: int, *, ahead: int
) -> Iterator[int]:
    """Moves of one instant, each that left as soon as it leaves what it left. What no balance lets
    leave comes last, so that none is below zero that was not. `ahead`: how many of those that came
    in are looked at for one that lets a move leave."""
    ins = sorted(
        (each for each in places if moves[each].amount > 0),
        key=lambda each: -moves[each].debit_balance,
    )
    outs: dict[int, list[int]] = {}
    """By the balance before."""
    for place in sorted(
        set(places).difference(ins), key=lambda each: (-_before(moves[each]), each)
    ):
        outs.setdefault(_before(moves[place]), []).append(place)
    while ins or outs:
        if ins and balance not in outs:
            fitting = (each for each in ins[:ahead] if balance + moves[each].amount in outs)
            place = next(fitting, ins[0])
            ins.remove(place)
        else:
            before = balance if balance in outs else next(iter(outs))
            place = outs[before].pop(0)
            if not outs[before]:
                del outs[before]
        balance += moves[place].amount
        yield place


def _before(move: Move) -> int:
    """What was there before a move left."""
    return move.debit_balance - move.amount


def words(kind: str, purpose: str | None) -> str:
    """What a transfer was for: its kind, and what the one who made it wrote."""
    said = KIND_WORDS.get(kind, kind)
    return f"{said}: {purpose}" if purpose else said


def counter_account(account_id: UUID, *, fund: str | None, number_masked: str | None) -> str:
    """How the other account is shown: never by its number."""
    return FIXED.get(AccountId(account_id)) or fund or number_masked or UNNAMED
