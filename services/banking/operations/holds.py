"""Keep money back on accounts, and let it go."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.event import Cause
from contracts.refusal import Refused
from services.banking.operations.ledger_accounts import account_of_customer
from services.banking.queries import holds as queries
from services.banking.queries.ledger import ledger_locked
from services.banking.rules import holds as rules
from services.banking.rules.holds import Act

HOLDS_MAX = 1_000
"""Holds of one account in one answer."""


class HoldUnknown(Refused):
    """The bank has no such hold."""

    slug, status, retryable = "hold-unknown", 404, False


class HoldStanding(BaseModel):
    """What is kept back now. Amounts in rupiah."""

    hold_id: UUID
    account_id: UUID
    amount: int
    """Of this hold."""
    balance: int
    held: int
    """Of all holds of the account."""
    available: int


class HoldLine(BaseModel):
    """A hold. `amount` in rupiah."""

    hold_id: UUID
    amount: int
    reason: str
    placed_by: str
    placed_at: datetime
    released_by: str | None
    released_at: datetime | None


class Holds(BaseModel):
    """The holds of an account, those not released first."""

    account_id: UUID
    holds: list[HoldLine]


async def place(
    unit: Unit, account_id: UUID, amount: int, *, reason: str, by: Caller, cause: Cause
) -> HoldStanding:
    """Keep money back. Call it in a bulk unit: no money moves meanwhile.

    Raises: AccountUnknown, OutsideArea, HoldNotCovered.
    """
    account = (await account_of_customer(unit.session, account_id, by=by)).account_id
    ledger = await ledger_locked(unit.session, account)
    placed = rules.place(account, amount, Act(by.name, reason, cause), ledger=ledger, now=unit.now)
    await unit.record([placed])
    held = ledger.held.get(account, 0) + amount
    return _standing(placed.hold_id, account, amount, (ledger.balances[account], held))


async def release(
    unit: Unit, hold_id: UUID, *, reason: str, by: Caller, cause: Cause
) -> HoldStanding:
    """Let the money of a hold go. Call it in a bulk unit.

    Raises: HoldUnknown, OutsideArea, HoldAlreadyReleased.
    """
    held = await queries.hold_locked(unit.session, hold_id)
    if held is None:
        raise HoldUnknown(f"The bank has no hold {hold_id}: ask for the holds of the account.")
    account = (await account_of_customer(unit.session, held.account_id, by=by)).account_id
    ledger = await ledger_locked(unit.session, account)
    await unit.record([rules.release(held, Act(by.name, reason, cause), now=unit.now)])
    left = ledger.held.get(account, 0) - held.amount
    return _standing(hold_id, account, held.amount, (ledger.balances[account], left))


async def of_account(session: AsyncSession, account_id: UUID, *, by: Caller) -> Holds:
    """The holds of an account. Raises: AccountUnknown, OutsideArea."""
    account = await account_of_customer(session, account_id, by=by)
    found = await queries.of_account(session, account.account_id, limit=HOLDS_MAX)
    return Holds(
        account_id=account.account_id,
        holds=[HoldLine.model_validate(each, from_attributes=True) for each in found],
    )


def _standing(hold_id: UUID, account_id: UUID, amount: int, money: tuple[int, int]) -> HoldStanding:
    balance, held = money
    return HoldStanding(
        hold_id=hold_id,
        account_id=account_id,
        amount=amount,
        balance=balance,
        held=held,
        available=balance - held,
    )
