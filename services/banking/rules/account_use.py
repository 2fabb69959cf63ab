"""What an account may be used for as it stands."""

from typing import NamedTuple

from contracts.refusal import Refused
from services.banking.rules.activity import Standing
from services.banking.rules.products import Product


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


def check_debit(account: AccountFacts, amount: int) -> None:
    """Whether this much may leave it. Whether the money is there, the ledger says.

    Raises: AccountIsClosed, AccountUnderBlock, AccountNotActive, AccountIsDormant, DebitOverLimit.
    """
    check_holder_may_act(account)
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


def check_holder_may_act(account: AccountFacts) -> None:
    """Whether its holder, seen and matched, may do something with it.

    Raises: AccountIsClosed, AccountUnderBlock, AccountNotActive.
    """
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
