"""The trial balance: whether both sides of the ledger are equal, at any instant."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.refusal import Refused
from services.banking.queries import trial_balances as queries
from services.banking.queries.ledger import funds
from services.banking.queries.trial_balances import Sides
from services.banking.rules.ledger import FIXED

SAVINGS = "Savings accounts"


class EventUnknown(Refused):
    """The bank recorded no such event."""

    slug, status, retryable = "event-unknown", 404, False


class AsOfTwice(Refused):
    """An instant and an event were both given."""

    slug, status, retryable = "as-of-twice", 422, False


class TrialLine(BaseModel):
    """One account, or all savings accounts together. Sums in rupiah."""

    account_id: UUID | None
    """None: all savings accounts together."""
    name: str
    debits: int
    """What left it."""
    credits: int
    """What reached it."""
    balance: int
    """The credits without the debits."""
    agrees: bool
    """Whether its balance in the book, now, is what all its transfers come to."""


class TrialBalance(BaseModel):
    """The whole ledger. Sums in rupiah."""

    at: datetime
    """Transfers that were recorded up to this instant are in it."""
    event_id: UUID | None
    transfers: int
    lines: list[TrialLine]
    debits: int
    credits: int
    sum_of_balances: int
    equal: bool
    """Both sides are equal, and the balances come to nothing."""
    agrees: bool
    """Each line does."""


async def trial_balance(
    session: AsyncSession, *, now: datetime, at: datetime | None, event_id: UUID | None
) -> TrialBalance:
    """As of an instant, as of an event of the bank, or now. Raises: AsOfTwice, EventUnknown."""
    if at is not None and event_id is not None:
        raise AsOfTwice("Give an instant or an event, not both.")
    until = at or now
    if event_id is not None:
        until = await _recorded_at(session, event_id)
    named: dict[UUID | None, str] = {}
    named.update(FIXED.items())
    named.update((each.account_id, each.name) for each in (await funds(session)).values())
    sides = await queries.sides(session, named=[each for each in named if each], at=until)
    named[None] = SAVINGS
    lines = [_line(account, name, sides) for account, name in named.items()]
    debits, credits_ = sum(line.debits for line in lines), sum(line.credits for line in lines)
    total = sum(line.balance for line in lines)
    return TrialBalance(
        at=until,
        event_id=event_id,
        transfers=sum(each.transfers for each in sides.moved),
        lines=lines,
        debits=debits,
        credits=credits_,
        sum_of_balances=total,
        equal=debits == credits_ and total == 0,
        agrees=all(line.agrees for line in lines),
    )


async def _recorded_at(session: AsyncSession, event_id: UUID) -> datetime:
    recorded = await queries.recorded_at(session, event_id)
    if recorded is None:
        raise EventUnknown(f"The bank recorded no event {event_id}: give one of its own log.")
    return recorded


def _line(account: UUID | None, name: str, sides: Sides) -> TrialLine:
    out = [each for each in sides.moved if each.debit_account == account]
    into = [each for each in sides.moved if each.credit_account == account]
    debits, credits_ = (sum(each.amount for each in side) for side in (out, into))
    ever = sum(each.ever for each in into) - sum(each.ever for each in out)
    return TrialLine(
        account_id=account,
        name=name,
        debits=debits,
        credits=credits_,
        balance=credits_ - debits,
        agrees=sides.balances.get(account, 0) == ever,
    )
