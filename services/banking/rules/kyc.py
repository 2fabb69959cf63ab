"""Knowing the customer: who appears is compared with the record, and screened (domain 5.2)."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.banking import AccountActivated, HolderVerified, ScreeningResult
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.sealed import Sealed
from contracts.types import AccountId
from services.banking.rules.passbooks import Passbook, check_handed
from services.banking.rules.payouts import same_name
from services.banking.rules.second_person import check_second_person


class PassbookNotCollected(Refused):
    """The holder is verified when the passbook is handed over, or after that."""

    slug, status, retryable = "passbook-not-collected", 409, True


class HolderNotVerified(Refused):
    """Nobody compared the holder's papers with the record yet."""

    slug, status, retryable = "holder-not-verified", 409, True


class AccountActiveAlready(Refused):
    """There is nothing left to clear."""

    slug, status, retryable = "account-active", 409, False


class Compared(NamedTuple):
    """What came out when the papers of who appeared were laid beside the record."""

    name_matches: bool
    nik_matches: bool
    screening: ScreeningResult
    screening_reference: str | None = None

    @property
    def matches(self) -> bool:
        """Whether it is who the record says."""
        return self.name_matches and self.nik_matches


class Names(NamedTuple):
    """A person as papers name them."""

    name: str
    nik: str


class Verified(NamedTuple):
    """What the bank found out the last time."""

    account_id: UUID
    verified_by: str


def compare(
    shown: Names, registered: Names, *, screening: ScreeningResult, reference: str | None
) -> Compared:
    """Lay the papers beside the record: the same name but for case, accents and signs, and the
    same NIK."""
    return Compared(
        name_matches=same_name(shown.name, registered.name),
        nik_matches=shown.nik == registered.nik,
        screening=screening,
        screening_reference=reference,
    )


def check_may_verify(passbook: Passbook) -> None:
    """Raises: AccountIsClosed, AccountUnderBlock, PassbookNotCollected."""
    check_handed(passbook)
    if passbook.state not in {"collected", "active"}:
        raise PassbookNotCollected(
            f"The account is {passbook.state}: hand the passbook over first, or in the same step."
        )


def verify(
    passbook: Passbook,
    compared: Compared,
    identity: Sealed,
    *,
    officer: str,
    cause: Cause,
    now: datetime,
) -> list[HolderVerified | AccountActivated]:
    """Record what was found out; where nothing is left to clear the account is active.

    The level is full when who appeared is who the record says: only then is the customer known
    (POJK 8/2023 art. 45). Raises: AccountIsClosed, AccountUnderBlock, PassbookNotCollected.
    """
    check_may_verify(passbook)
    verified = HolderVerified(
        **cause.stamp(f"verify {passbook.holder_id}", at=now),
        holder_id=passbook.holder_id,
        account_id=passbook.account_id,
        level="full" if compared.matches else "simplified",
        name_matches=compared.name_matches,
        nik_matches=compared.nik_matches,
        screening=compared.screening,
        screening_reference=compared.screening_reference,
        identity=identity,
        verified_by=officer,
    )
    if passbook.state == "active" or not compared.matches or compared.screening == "hit":
        return [verified]
    return [verified, _activated(passbook, officer=officer, reason=None, cause=cause, now=now)]


def activate(
    passbook: Passbook,
    verified: Verified | None,
    *,
    reason: str,
    officer: str,
    cause: Cause,
    now: datetime,
) -> AccountActivated:
    """Clear a difference or a hit: a second officer answers for it, with the reason.

    Raises: AccountIsClosed, AccountUnderBlock, AccountActiveAlready, PassbookNotCollected,
    HolderNotVerified, MakerIsChecker.
    """
    check_handed(passbook)
    if passbook.state == "active":
        raise AccountActiveAlready("The account is active: nothing is left to clear.")
    check_may_verify(passbook)
    if verified is None:
        raise HolderNotVerified("Nobody saw the holder yet: type name and NIK from the papers.")
    check_second_person(first=verified.verified_by, second=officer, what="verified this holder")
    return _activated(passbook, officer=officer, reason=reason, cause=cause, now=now)


def _activated(
    passbook: Passbook, *, officer: str, reason: str | None, cause: Cause, now: datetime
) -> AccountActivated:
    return AccountActivated(
        **cause.stamp(f"activate {passbook.account_id}", at=now),
        holder_id=passbook.holder_id,
        account_id=AccountId(passbook.account_id),
        activated_by=officer,
        reason=reason,
    )
