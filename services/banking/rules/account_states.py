"""What may become of an account next: asked for, unblocked, upgraded, closed."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.banking import AccountClosed, AccountUnblocked, AccountUpgraded, BalanceInquired
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import AccountId
from services.banking.rules.account_use import (
    AccountFacts,
    BalanceOverLimit,
    check_holder_may_act,
    check_open,
)
from services.banking.rules.products import products


class AccountNotBlocked(Refused):
    """Money may leave it as it is."""

    slug, status, retryable = "account-not-blocked", 409, False


class ProductUnknown(Refused):
    """The bank has no such kind of account."""

    slug, status, retryable = "product-unknown", 422, False


class ProductUnchanged(Refused):
    """The account is of this kind."""

    slug, status, retryable = "product-unchanged", 409, False


class AccountNotEmpty(Refused):
    """Only an empty account is closed."""

    slug, status, retryable = "account-not-empty", 409, True


class MoneyKeptBack(Refused):
    """A hold stands on the account."""

    slug, status, retryable = "money-kept-back", 409, True


class PayoutExpected(Refused):
    """A benefit was ordered onto it."""

    slug, status, retryable = "payout-expected", 409, True


class HeldAccount(NamedTuple):
    """An account that somebody wants to change."""

    holder_id: UUID
    account_id: AccountId
    facts: AccountFacts
    held: int = 0
    """Rupiah that holds keep back."""
    payout_expected: bool = False


class Act(NamedTuple):
    """Who changes it, and by which command."""

    officer: str
    cause: Cause


def inquire(account: HeldAccount, *, act: Act, branch: str, now: datetime) -> BalanceInquired:
    """The holder asks at the counter what the account holds, which counts as use.

    Raises: AccountIsClosed, AccountUnderBlock, AccountNotActive.
    """
    check_holder_may_act(account.facts)
    return BalanceInquired(
        **act.cause.stamp(f"inquire {account.account_id}", at=now),
        holder_id=account.holder_id,
        account_id=account.account_id,
        branch=branch,
        inquired_by=act.officer,
    )


def unblock(account: HeldAccount, *, act: Act, reason: str, now: datetime) -> AccountUnblocked:
    """Let money leave again: the report was wrong, or the estate was settled.

    Raises: AccountIsClosed, AccountNotBlocked.
    """
    check_open(closed=account.facts.closed)
    if not account.facts.blocked:
        raise AccountNotBlocked("The account is not blocked: there is nothing to lift.")
    return AccountUnblocked(
        **act.cause.stamp(f"unblock {account.account_id}", at=now),
        holder_id=account.holder_id,
        account_id=account.account_id,
        reason=reason,
        unblocked_by=act.officer,
    )


def upgrade(account: HeldAccount, product: str, *, act: Act, now: datetime) -> AccountUpgraded:
    """Make it an account of another product, with other limits.

    The holder is known first: what is above simplified limits needs the full level (domain 5.2).
    Raises: ProductUnknown, ProductUnchanged, AccountIsClosed, AccountUnderBlock, AccountNotActive,
    BalanceOverLimit.
    """
    wanted = products().get(product)
    if wanted is None:
        raise ProductUnknown(f"There is no {product}: choose one of {', '.join(products())}.")
    check_holder_may_act(account.facts)
    if wanted == account.facts.product:
        raise ProductUnchanged(f"It is {product} already.")
    limit = wanted.balance_max
    if limit is not None and account.facts.balance > limit:
        raise BalanceOverLimit(
            f"{wanted.name} holds at most Rp{limit:,}, and Rp{account.facts.balance:,} are there."
        )
    return AccountUpgraded(
        **act.cause.stamp(f"upgrade {account.account_id}", at=now),
        holder_id=account.holder_id,
        account_id=account.account_id,
        product=product,
        upgraded_by=act.officer,
    )


def close(account: HeldAccount, *, act: Act, reason: str, now: datetime) -> AccountClosed:
    """Close an empty account that no money is on its way to.

    Raises: AccountIsClosed, AccountNotEmpty, MoneyKeptBack, PayoutExpected.
    """
    check_open(closed=account.facts.closed)
    if account.held:
        raise MoneyKeptBack(f"Rp{account.held:,} are kept back: release the holds first.")
    if account.facts.balance:
        todo = "unblock it once the estate is settled, then pay" if account.facts.blocked else "pay"
        raise AccountNotEmpty(f"Rp{account.facts.balance:,} are there: {todo} them out first.")
    if account.payout_expected:
        raise PayoutExpected("A benefit is on its way to this account: wait until it is there.")
    return AccountClosed(
        **act.cause.stamp(f"close {account.account_id}", at=now),
        holder_id=account.holder_id,
        account_id=account.account_id,
        reason=reason,
        closed_by=act.officer,
    )
