"""Change what an account is: ask for the balance, unblock, upgrade, close."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from chassis.web.problems import OutsideArea
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import AccountId
from services.banking.models import Account
from services.banking.queries import holders as queries
from services.banking.queries.activity import facts, last_used
from services.banking.rules import account_states as rules
from services.banking.rules.account_states import Act, HeldAccount

ShownState = Literal["opened", "ready", "collected", "active", "blocked", "closed"]


class AccountUnknown(Refused):
    """The bank has no such account."""

    slug, status, retryable = "account-unknown", 404, False


class Changed(BaseModel):
    """An account as it is now."""

    account_id: UUID
    holder_id: UUID
    state: ShownState
    product: str


class BalanceTold(BaseModel):
    """What the holder was told. Amounts in rupiah."""

    account_id: UUID
    balance: int
    held: int
    """Kept back: it is there and cannot be paid out."""
    available: int
    last_used_at: datetime
    """When the account was used before this question."""


async def tell_balance(
    unit: Unit, account_id: UUID, *, branch: str, by: Caller, cause: Cause
) -> BalanceTold:
    """Tell the holder what is there; it makes an inactive or dormant account active again.

    Raises: AccountUnknown, OutsideArea, AccountIsClosed, AccountUnderBlock, AccountNotActive.
    """
    held = await _held(unit, await account_to_change(unit, account_id, by=by))
    before = (await last_used(unit.session, [account_id]))[held.account_id]
    act = Act(by.name, cause)
    await unit.record([rules.inquire(held, act=act, branch=branch, now=unit.now)])
    return BalanceTold(
        account_id=account_id,
        balance=held.facts.balance,
        held=held.held,
        available=held.facts.balance - held.held,
        last_used_at=before,
    )


async def unblock(
    unit: Unit, account_id: UUID, *, reason: str, by: Caller, cause: Cause
) -> Changed:
    """Let money leave an account again.

    Raises: AccountUnknown, OutsideArea, AccountIsClosed, AccountNotBlocked.
    """
    account = await account_to_change(unit, account_id, by=by)
    held, act = await _held(unit, account), Act(by.name, cause)
    await unit.record([rules.unblock(held, act=act, reason=reason, now=unit.now)])
    return await _changed(unit.session, account)


async def upgrade(
    unit: Unit, account_id: UUID, *, product: str, by: Caller, cause: Cause
) -> Changed:
    """Give an account the limits of another product. Call it in a bulk unit: no money moves
    meanwhile. Raises: AccountUnknown, OutsideArea and what `rules.upgrade` does.
    """
    account = await account_to_change(unit, account_id, by=by)
    held, act = await _held(unit, account), Act(by.name, cause)
    await unit.record([rules.upgrade(held, product, act=act, now=unit.now)])
    return await _changed(unit.session, account)


async def close(unit: Unit, account_id: UUID, *, reason: str, by: Caller, cause: Cause) -> Changed:
    """Close an empty account. Call it in a bulk unit: no money moves meanwhile.

    Raises: AccountUnknown, OutsideArea and what `rules.close` does.
    """
    account = await account_to_change(unit, account_id, by=by)
    held, act = await _held(unit, account), Act(by.name, cause)
    await unit.record([rules.close(held, act=act, reason=reason, now=unit.now)])
    return await _changed(unit.session, account)


async def account_to_change(unit: Unit, account_id: UUID, *, by: Caller) -> Account:
    """The account, held until the transaction ends. Raises: AccountUnknown, OutsideArea."""
    return _inside(await queries.account_locked(unit.session, account_id), account_id, by=by)


async def account_to_read(session: AsyncSession, account_id: UUID, *, by: Caller) -> Account:
    """The account. Raises: AccountUnknown, OutsideArea."""
    return _inside(await queries.account(session, account_id), account_id, by=by)


def check_place(village_code: str | None, *, by: Caller) -> None:
    """Whether the caller works where an account is at home; one without a village, of a holder
    whose home nobody told us, is the whole province's. Raises: OutsideArea."""
    if village_code is not None:
        by.check_area(village_code)
    elif "." in by.area:
        raise OutsideArea(f"This account has no village: ask an office above {by.area}.")


def shown_state(account: Account) -> ShownState:
    """One word for how it stands: a close and a block come before how far it came."""
    if account.closed_at is not None:
        return "closed"
    if account.blocked_at is not None:
        return "blocked"
    state: ShownState = account.state  # type: ignore[assignment]
    return state


def _inside(account: Account | None, account_id: UUID, *, by: Caller) -> Account:
    if account is None:
        raise AccountUnknown(f"The bank has no account {account_id}: look it up by its holder.")
    check_place(account.village_code, by=by)
    return account


async def _held(unit: Unit, account: Account) -> HeldAccount:
    account_id = AccountId(account.account_id)
    _, kept_back = await queries.balance(unit.session, account_id)
    return HeldAccount(
        holder_id=account.holder_id,
        account_id=account_id,
        facts=(await facts(unit.session, [account_id], now=unit.now))[account_id],
        held=kept_back,
        payout_expected=await queries.is_payout_expected(unit.session, account.holder_id),
    )


async def _changed(session: AsyncSession, account: Account) -> Changed:
    await session.refresh(account)
    return Changed(
        account_id=account.account_id,
        holder_id=account.holder_id,
        state=shown_state(account),
        product=account.product,
    )
