"""Passbooks: printed for whole villages, handed over one by one against KTP and KK."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.banking import Paper, PassbookCollected, PassbookReady
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import AccountId
from services.banking.rules.account_use import AccountUnderBlock, check_open

PASSBOOKS_MAX = 5_000
"""In one command."""
PROXY_ACCOUNTS_MAX = 5
"""For how many accounts one person may collect: a family, not a village (domain 5.1)."""


class PassbookPrepared(Refused):
    """There is a passbook already."""

    slug, status, retryable = "passbook-prepared", 409, False


class NumberMissing(Refused):
    """No range of account numbers had one left when it was opened."""

    slug, status, retryable = "number-missing", 409, True


class PassbookNotReady(Refused):
    """Nothing lies at a branch that could be handed over."""

    slug, status, retryable = "passbook-not-ready", 409, True


class AlreadyCollected(Refused):
    """Somebody has the passbook."""

    slug, status, retryable = "passbook-collected", 409, False


class PapersMissing(Refused):
    """A bank sees both papers before it hands an account over (domain 5.1)."""

    slug, status, retryable = "papers-missing", 422, False


class ProxyCollectsForMany(Refused):
    """Nobody collects passbooks for a village (domain 5.1)."""

    slug, status, retryable = "proxy-collects-for-many", 409, False


class PowerOfAttorneyUsed(Refused):
    """A power of attorney is for one account."""

    slug, status, retryable = "power-of-attorney-used", 409, False


class Passbook(NamedTuple):
    """An account on its way to its holder."""

    holder_id: UUID
    account_id: AccountId
    state: str
    blocked: bool
    closed: bool
    numbered: bool


class Proxy(NamedTuple):
    """Who collects for a holder, and for whom else."""

    proxy: str
    """What stands for the NIK."""
    power_of_attorney: str
    accounts: int
    """Passbooks of others that this person collected."""
    paper_used: bool
    """Whether this paper was shown for another account."""


class Counter(NamedTuple):
    """Where and by whom it was done."""

    branch: str
    officer: str


def prepare(passbook: Passbook, *, at: Counter, cause: Cause, now: datetime) -> PassbookReady:
    """Print a passbook.

    Raises: AccountIsClosed, AccountUnderBlock, PassbookPrepared, NumberMissing.
    """
    check_handed(passbook)
    if passbook.state != "opened":
        raise PassbookPrepared(f"The account is {passbook.state}: its passbook was printed before.")
    if not passbook.numbered:
        raise NumberMissing("The account has no number yet: add a range of numbers first.")
    return PassbookReady(
        **cause.stamp(f"prepare {passbook.account_id}", at=now),
        holder_id=passbook.holder_id,
        account_id=passbook.account_id,
        branch=at.branch,
        prepared_by=at.officer,
    )


def collect(
    passbook: Passbook,
    proxy: Proxy | None,
    *,
    papers: Sequence[Paper],
    at: Counter,
    cause: Cause,
    now: datetime,
) -> PassbookCollected:
    """Hand a passbook over, to the holder or to a proxy.

    Raises: AccountIsClosed, AccountUnderBlock, PassbookNotReady, AlreadyCollected, PapersMissing,
    ProxyCollectsForMany, PowerOfAttorneyUsed.
    """
    check_may_collect(passbook)
    _check_papers(papers)
    if proxy is not None:
        _check_proxy(proxy)
    return PassbookCollected(
        **cause.stamp(f"collect {passbook.account_id}", at=now),
        holder_id=passbook.holder_id,
        account_id=passbook.account_id,
        collected_by="proxy" if proxy else "holder",
        papers=tuple(sorted(set(papers))),
        branch=at.branch,
        handed_by=at.officer,
        power_of_attorney=proxy.power_of_attorney if proxy else None,
        proxy=proxy.proxy if proxy else None,
    )


def check_may_collect(passbook: Passbook) -> None:
    """Raises: AccountIsClosed, AccountUnderBlock, PassbookNotReady, AlreadyCollected."""
    check_handed(passbook)
    if passbook.state == "opened":
        raise PassbookNotReady("No passbook was printed yet: prepare it first.")
    if passbook.state != "ready":
        raise AlreadyCollected("The passbook was handed over before: look up when and to whom.")


def check_handed(passbook: Passbook) -> None:
    """Whether its passbook may go anywhere. Raises: AccountIsClosed, AccountUnderBlock."""
    check_open(closed=passbook.closed)
    if passbook.blocked:
        raise AccountUnderBlock(
            "The holder's death was reported: no passbook is made or given out until the account "
            "is unblocked."
        )


def _check_papers(papers: Sequence[Paper]) -> None:
    missing = {"ktp", "kk"} - set(papers)
    if missing:
        names = " and ".join(sorted(paper.upper() for paper in missing))
        raise PapersMissing(f"{names} of the holder were not seen: ask for both papers.")


def _check_proxy(proxy: Proxy) -> None:
    if proxy.paper_used:
        raise PowerOfAttorneyUsed(
            "This power of attorney was shown for another account: each account needs its own."
        )
    if proxy.accounts >= PROXY_ACCOUNTS_MAX:
        raise ProxyCollectsForMany(
            f"This person has collected {proxy.accounts} passbooks of others, and "
            f"{PROXY_ACCOUNTS_MAX} are the most: let the holder come."
        )
