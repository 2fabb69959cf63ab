"""What an account may be used for as it stands, and what may become of it next."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.banking import AccountClosed, AccountUnblocked, AccountUpgraded, BalanceInquired
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import AccountId
from services.banking.rules.activity import Standing
from services.banking.rules.products import Product, products


class AccountNotActive(Refused):
    """Nothing leaves an account before its holder was seen and matched (domain 5.2)."""

    slug, status, retryable = "account-not-active", 409, False


class AccountUnderBlock(Refused):
    """The holder's death was reported: the account belongs to the estate (domain 5.3)."""

    slug, status, retryable = "account-blocked", 409, False


class AccountIsClosed(Refused):
    """It takes nothing and gives nothing any more."""

    slug, status, retryable = "account-closed", 409, False


class AccountIsDormant(Refused):
    """Nobody used it for more than 1,800 days: a person looks first (POJK 24/2025)."""

    slug, status, retryable = "account-dormant", 409, False


class BalanceOverLimit(Refused):
    """The product may not hold so much (domain 5.2)."""

    slug, status, retryable = "product-limit", 409, False


class DebitOverLimit(Refused):
    """So much may not leave an account of this product in one calendar month."""

    slug, status, retryable = "product-debit-limit", 409, False


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


class AccountFacts(NamedTuple):
    """An account as it stands. Amounts in rupiah."""

    state: str
    """`opened`, `ready`, `collected` or `active`."""
    blocked: bool
    closed: bool
    standing: Standing
    """Of its last use, by `rules.activity.standing_of`."""
    product: Product
    balance: int
    debited_this_month: int = 0
    """What left it in this calendar month of Asia/Makassar."""


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


def check_debit(account: AccountFacts, amount: int) -> None:
    """Whether this much may leave it. Whether the money is there, the ledger says.

    Raises: AccountIsClosed, AccountUnderBlock, AccountNotActive, AccountIsDormant, DebitOverLimit.
    """
    _check_holder_may_act(account)
    if account.standing == "dormant":
        raise AccountIsDormant(
            "The account is dormant: let the holder ask for the balance at the counter first, "
            "which makes it active again."
        )
    limit = account.product.debit_month_max
    if limit is not None and account.debited_this_month + amount > limit:
        left = max(0, limit - account.debited_this_month)
        raise DebitOverLimit(
            f"{account.product.name} lets Rp{limit:,} leave in a month, Rp{left:,} are left: "
            "ask for less, or upgrade the account."
        )


def check_credit(account: AccountFacts, amount: int) -> None:
    """Whether this much may come onto it; a block and a missing holder do not hinder that.

    Raises: AccountIsClosed, AccountIsDormant, BalanceOverLimit.
    """
    check_open(closed=account.closed)
    if account.standing == "dormant":
        raise AccountIsDormant(
            "The account is dormant: a person has to see whether the holder still uses it before "
            "money is put there."
        )
    limit = account.product.balance_max
    if limit is not None and account.balance + amount > limit:
        raise BalanceOverLimit(
            f"{account.product.name} holds at most Rp{limit:,}, Rp{account.balance:,} are there: "
            "upgrade the account first."
        )


def check_open(*, closed: bool) -> None:
    """Raises: AccountIsClosed."""
    if closed:
        raise AccountIsClosed("The account is closed: it takes nothing and gives nothing any more.")


def inquire(account: HeldAccount, *, act: Act, branch: str, now: datetime) -> BalanceInquired:
    """The holder asks at the counter what the account holds, which counts as use.

    Raises: AccountIsClosed, AccountUnderBlock, AccountNotActive.
    """
    _check_holder_may_act(account.facts)
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
    _check_holder_may_act(account.facts)
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
        raise AccountNotEmpty(f"Rp{account.facts.balance:,} are there: pay them out first.")
    if account.payout_expected:
        raise PayoutExpected("A benefit is on its way to this account: wait until it is there.")
    return AccountClosed(
        **act.cause.stamp(f"close {account.account_id}", at=now),
        holder_id=account.holder_id,
        account_id=account.account_id,
        reason=reason,
        closed_by=act.officer,
    )


def _check_holder_may_act(account: AccountFacts) -> None:
    check_open(closed=account.closed)
    if account.blocked:
        raise AccountUnderBlock(
            "The holder's death was reported: nothing leaves the account until it is unblocked."
        )
    if account.state != "active":
        raise AccountNotActive(
            f"The account is {account.state}, not active: the holder has to appear with KTP and KK "
            "and be verified first."
        )
