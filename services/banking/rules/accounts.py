"""Who gets an account, and when nothing may leave it any more."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple, TypedDict, cast
from uuid import UUID

from contracts.banking import (
    AccountBlocked,
    AccountDeferred,
    AccountNumbered,
    AccountOpened,
    AccountUnblocked,
    Paper,
    PapersSeen,
)
from contracts.claims import ClaimRejected, HeirRegistered
from contracts.enrollment import WorkerAmended, WorkerEnrolled
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import AccountId, ClaimId, WorkerId
from services.banking.rules.ledger import account_of
from services.banking.rules.products import product_of

PAPERS: tuple[Paper, ...] = ("ktp", "kk")
"""What a bank must see before it opens an account (POJK 8/2023 art. 45)."""

MEMBER_LIVES = "the member lives: claim rejected"


class AccountNotDeferred(Refused):
    """The member waits for no papers: the account is open already."""

    slug, status, retryable = "account-not-deferred", 409, False


class PapersNotAsked(Refused):
    """The bank has seen these papers already."""

    slug, status, retryable = "papers-not-asked", 409, False


class StillMissing(NamedTuple):
    """A member without an account, and what the bank has not seen."""

    worker_id: WorkerId
    missing: tuple[Paper, ...]
    village_code: str | None
    """Where the member lives, as far as the bank has heard."""


class Number(NamedTuple):
    """An account number as it may be told."""

    masked: str
    sealed: str
    range_id: UUID


class _NumberFields(TypedDict):
    number_masked: str | None
    number: str | None
    range_id: UUID | None


NextNumber = Callable[[], Number | None]
"""Gives one number after the other; None: no range has one left."""


class AccountToBlock(NamedTuple):
    """A member's account that is free, and the claim that says the member died."""

    worker_id: WorkerId
    account_id: AccountId
    claim_id: ClaimId


class BlockedAccount(NamedTuple):
    """An account that is blocked, and the claim that it is blocked for."""

    holder_id: UUID
    account_id: AccountId
    claim_id: UUID


class AccountToNumber(NamedTuple):
    """An account that was opened while no range had a number left."""

    holder_id: UUID
    account_id: AccountId


class AtCounter(NamedTuple):
    """Papers that a member brought, where and to whom."""

    papers: tuple[Paper, ...]
    branch: str
    officer: str
    cause: Cause


def member_account(
    worker: WorkerEnrolled, give: NextNumber, *, now: datetime
) -> AccountOpened | AccountDeferred:
    """Open an account when KTP and KK are on file, else say what is missing.

    Simplified due diligence still identifies the person (POJK 8/2023 art. 45).
    """
    missing = _without(PAPERS, papers_on_file(worker))
    if missing:
        return _defer(worker.worker_id, missing, cause=worker.cause, now=now)
    return _open(worker.worker_id, give(), worker.village_code, cause=worker.cause, now=now)


def amended_account(
    held: StillMissing, amended: WorkerAmended, give: NextNumber, *, now: datetime
) -> AccountOpened | AccountDeferred | None:
    """What comes of papers that are on file now; None: nothing new. What a branch has seen stays
    seen, whether a copy of it is on file or not."""
    missing = _without(held.missing, papers_on_file(amended))
    if missing == held.missing:
        return None
    if missing:
        return _defer(held.worker_id, missing, cause=amended.cause, now=now)
    return _open(held.worker_id, give(), amended.village_code, cause=amended.cause, now=now)


def bring_papers(
    held: StillMissing, seen: AtCounter, give: NextNumber, *, now: datetime
) -> tuple[PapersSeen, AccountOpened | AccountDeferred]:
    """What comes of papers that a member brought to a branch.

    Raises: PapersNotAsked.
    """
    missing = _without(held.missing, seen.papers)
    if missing == held.missing:
        waits_for = " and ".join(paper.upper() for paper in held.missing)
        raise PapersNotAsked(f"The bank waits for {waits_for}: it has seen what was named here")
    noted = PapersSeen(
        **seen.cause.stamp("see-papers", at=now),
        worker_id=held.worker_id,
        papers=tuple(paper for paper in PAPERS if paper in seen.papers),
        branch=seen.branch,
        seen_by=seen.officer,
    )
    if missing:
        return noted, _defer(held.worker_id, missing, cause=seen.cause, now=now)
    return noted, _open(held.worker_id, give(), held.village_code, cause=seen.cause, now=now)


def papers_on_file(facts: WorkerEnrolled | WorkerAmended) -> tuple[Paper, ...]:
    """What enrollment has copies of."""
    if facts.has_ktp and facts.has_kk:
        return PAPERS
    on_file = {"ktp": facts.has_ktp, "kk": facts.has_kk}
    return tuple(paper for paper in PAPERS if on_file[paper])


def papers_in(words: str) -> tuple[Paper, ...]:
    """The papers as the list of deferrals keeps them, `ktp kk`."""
    return tuple(cast("Paper", word) for word in words.split())


def heir_account(
    registered: HeirRegistered,
    number: Number | None,
    *,
    village_code: str | None,
    now: datetime,
) -> AccountOpened:
    """Open an account for an heir who asks for one: benefits never go to the member's own."""
    return AccountOpened(
        **registered.cause.stamp("open-account", at=now),
        holder_id=registered.party_id,
        holder="heir",
        account_id=account_of(registered.party_id),
        product=product_of("heir"),
        village_code=village_code,
        **_told(number),
    )


def opens_account(registered: HeirRegistered) -> bool:
    """Whether the bank opens an account for a payee; an injured member is paid onto his own."""
    return registered.account == "open-here" and registered.role != "member"


def paid_holder(registered: HeirRegistered) -> UUID:
    """Whose account at this bank is paid: an injured member's is the one that he has."""
    if registered.account == "open-here" and registered.role == "member":
        return registered.worker_id
    return registered.party_id


def number_account(
    account: AccountToNumber, number: Number, *, cause: Cause, now: datetime
) -> AccountNumbered:
    """Give an account the number that it waited for."""
    return AccountNumbered(
        **cause.stamp(f"number {account.account_id}", at=now),
        holder_id=account.holder_id,
        account_id=account.account_id,
        number_masked=number.masked,
        number=number.sealed,
        range_id=number.range_id,
    )


def block(account: AccountToBlock, *, cause: Cause, now: datetime) -> AccountBlocked:
    """Let nothing leave the account of a member who died: it belongs to the estate."""
    return AccountBlocked(
        **cause.stamp("block-account", at=now),
        worker_id=account.worker_id,
        account_id=account.account_id,
        claim_id=account.claim_id,
    )


def unblock_for_life(
    account: BlockedAccount, rejected: ClaimRejected, *, now: datetime
) -> AccountUnblocked:
    """Let money leave again what the filing of this claim blocked: the member lives."""
    return AccountUnblocked(
        **rejected.cause.stamp(f"unblock {account.account_id}", at=now),
        holder_id=account.holder_id,
        account_id=account.account_id,
        reason=MEMBER_LIVES,
        unblocked_by=rejected.rejected_by,
    )


def _without(wanted: Collection[Paper], there: Collection[Paper]) -> tuple[Paper, ...]:
    return tuple(paper for paper in wanted if paper not in there)


def _defer(
    worker_id: WorkerId, missing: tuple[Paper, ...], *, cause: Cause, now: datetime
) -> AccountDeferred:
    stamp = cause.stamp("defer-account", at=now)
    return AccountDeferred(**stamp, worker_id=worker_id, missing=missing)


def _open(
    worker_id: WorkerId,
    number: Number | None,
    village_code: str | None,
    *,
    cause: Cause,
    now: datetime,
) -> AccountOpened:
    return AccountOpened(
        **cause.stamp("open-account", at=now),
        holder_id=worker_id,
        holder="member",
        account_id=account_of(worker_id),
        product=product_of("member"),
        village_code=village_code,
        **_told(number),
    )


def _told(number: Number | None) -> _NumberFields:
    if number is None:
        return _NumberFields(number_masked=None, number=None, range_id=None)
    return _NumberFields(
        number_masked=number.masked, number=number.sealed, range_id=number.range_id
    )
