"""Who gets an account, and when nothing may leave it any more."""

from datetime import datetime
from typing import NamedTuple

from contracts.banking import AccountBlocked, AccountDeferred, AccountOpened, Paper
from contracts.claims import HeirRegistered
from contracts.enrollment import WorkerEnrolled
from contracts.event import Cause
from contracts.types import AccountId, ClaimId, WorkerId
from services.banking.rules.ledger import account_of


class AccountToBlock(NamedTuple):
    """A member's account that is free, and the claim that says the member died."""

    worker_id: WorkerId
    account_id: AccountId
    claim_id: ClaimId


def member_account(worker: WorkerEnrolled, *, now: datetime) -> AccountOpened | AccountDeferred:
    """Open an account when KTP and KK are on file, else say what is missing.

    Simplified due diligence still identifies the person (POJK 8/2023 art. 45).
    """
    missing = _missing(worker)
    if missing:
        return AccountDeferred(
            **worker.cause.stamp("defer-account", at=now),
            worker_id=worker.worker_id,
            missing=missing,
        )
    return AccountOpened(
        **worker.cause.stamp("open-account", at=now),
        holder_id=worker.worker_id,
        holder="member",
        account_id=account_of(worker.worker_id),
    )


def heir_account(registered: HeirRegistered, *, now: datetime) -> AccountOpened:
    """Open an account for an heir who asks for one: benefits never go to the member's own."""
    return AccountOpened(
        **registered.cause.stamp("open-account", at=now),
        holder_id=registered.party_id,
        holder="heir",
        account_id=account_of(registered.party_id),
    )


def block(account: AccountToBlock, *, cause: Cause, now: datetime) -> AccountBlocked:
    """Let nothing leave the account of a member who died: it belongs to the estate."""
    return AccountBlocked(
        **cause.stamp("block-account", at=now),
        worker_id=account.worker_id,
        account_id=account.account_id,
        claim_id=account.claim_id,
    )


def _missing(worker: WorkerEnrolled) -> tuple[Paper, ...]:
    papers: tuple[tuple[Paper, bool], ...] = (("ktp", worker.has_ktp), ("kk", worker.has_kk))
    return tuple(paper for paper, on_file in papers if not on_file)
