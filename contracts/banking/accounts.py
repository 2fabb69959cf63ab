"""Events of accounts: opened, handed over, verified, blocked, closed."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import Event
from contracts.sealed import Sealed
from contracts.shared import KeyRead
from contracts.types import (
    AccountId,
    AccountNumber,
    ClaimId,
    Line,
    Officer,
    VillageCode,
    WorkerId,
)

Paper = Literal["ktp", "kk"]
"""The identity card and the family card, which a bank must see."""
HolderKind = Literal["member", "heir"]
Product = Annotated[str, Field(pattern=r"^[a-z][a-z-]{1,30}$")]
"""A kind of account, such as `basic`: its limits are the bank's own data."""
MaskedNumber = Annotated[str, Field(pattern=r"^\d{0,4}\*+\d{0,4}$")]
"""An account number of which only the ends are shown: `1300********0001`."""
SealedNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{30,120}={0,2}$")]
"""An account number under the bank's own key (AES-SIV: equal numbers stay equal), in base64url."""
KycLevel = Literal["simplified", "full"]
"""How well the bank knows its customer: `simplified` until the person has appeared (POJK 8/2023
art. 45)."""
ScreeningResult = Literal["clear", "hit", "not-screened"]
"""What a list of persons with whom a bank may not deal says."""


class NumberRangeAdded(Event):
    """The bank set account numbers aside for the programme, both ends included."""

    type: ClassVar[str] = "banking.number-range-added.v1"
    key_field: ClassVar[str] = "range_id"

    range_id: UUID
    first: AccountNumber
    last: AccountNumber
    added_by: Officer


class AccountOpened(Event):
    """A savings account exists for a member or an heir; the passbook is still to be printed."""

    type: ClassVar[str] = "banking.account-opened.v1"
    key_field: ClassVar[str] = "holder_id"
    readers: ClassVar[tuple[str, ...]] = ("enrollment",)

    holder_id: UUID
    """The worker's id or the heir's party id."""
    holder: HolderKind
    account_id: AccountId
    product: Product | None = None
    number_masked: MaskedNumber | None = None
    """All that others see of the number; None: no range had one left, and it is given later."""
    number: SealedNumber | None = None
    """The whole number, which only the bank can open."""
    range_id: UUID | None = None
    """The range that the number is from."""
    village_code: VillageCode | None = None
    """Where the holder lived when it was opened; of an heir, where the member did."""


class AccountNumbered(Event):
    """An account that was opened while no range had a number left was given one."""

    type: ClassVar[str] = "banking.account-numbered.v1"
    key_field: ClassVar[str] = "holder_id"

    holder_id: UUID
    account_id: AccountId
    number_masked: MaskedNumber
    number: SealedNumber
    range_id: UUID


class AccountDeferred(Event):
    """No account yet: the bank needs the papers named here."""

    type: ClassVar[str] = "banking.account-deferred.v1"

    worker_id: WorkerId
    missing: tuple[Paper, ...] = Field(min_length=1)


class PapersSeen(Event):
    """A member without an account brought papers to the counter."""

    type: ClassVar[str] = "banking.papers-seen.v1"

    worker_id: WorkerId
    papers: tuple[Paper, ...] = Field(min_length=1)
    branch: Line
    seen_by: Officer


class PassbookReady(Event):
    """A passbook was printed and waits at a branch."""

    type: ClassVar[str] = "banking.passbook-ready.v1"
    key_field: ClassVar[str] = "holder_id"

    holder_id: UUID
    account_id: AccountId
    branch: Line
    prepared_by: Officer


class PassbookCollected(Event):
    """A passbook was handed over against KTP and KK, to the holder or to who holds a power of
    attorney for this one account."""

    type: ClassVar[str] = "banking.passbook-collected.v1"
    key_field: ClassVar[str] = "holder_id"

    holder_id: UUID
    account_id: AccountId
    collected_by: Literal["holder", "proxy"]
    papers: tuple[Paper, ...] = Field(min_length=1)
    branch: Line
    handed_by: Officer
    power_of_attorney: Line | None = None
    """The number of the paper; a proxy has one."""
    proxy: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None
    """What stands for the proxy's NIK: a hash under the bank's key, so that one who collects for
    many is found."""


class HolderVerified(Event):
    """The bank compared who appeared with the record of whoever registered the person."""

    type: ClassVar[str] = "banking.holder-verified.v1"
    key_field: ClassVar[str] = "holder_id"

    holder_id: UUID
    account_id: AccountId
    level: KycLevel
    name_matches: bool
    nik_matches: bool
    screening: ScreeningResult
    screening_reference: Line | None = None
    identity: Sealed
    """The bank's own copy of who appeared, under a key that the bank keeps."""
    verified_by: Officer


class AccountActivated(Event):
    """The holder may use the account: the person was seen, matches, and is on no list."""

    type: ClassVar[str] = "banking.account-activated.v1"
    key_field: ClassVar[str] = "holder_id"

    holder_id: UUID
    account_id: AccountId
    activated_by: Officer
    reason: Line | None = None
    """Why, in the officer's words, where a difference or a hit was cleared by a person."""


class AccountBlocked(Event):
    """The holder's death was reported: nothing leaves the account."""

    type: ClassVar[str] = "banking.account-blocked.v1"

    worker_id: WorkerId
    account_id: AccountId
    claim_id: ClaimId


class AccountUnblocked(Event):
    """The report was wrong, or the estate was settled: money may leave again."""

    type: ClassVar[str] = "banking.account-unblocked.v1"
    key_field: ClassVar[str] = "holder_id"

    holder_id: UUID
    account_id: AccountId
    reason: Line
    unblocked_by: Officer


class AccountUpgraded(Event):
    """The account is of another product now, with other limits."""

    type: ClassVar[str] = "banking.account-upgraded.v1"
    key_field: ClassVar[str] = "holder_id"

    holder_id: UUID
    account_id: AccountId
    product: Product
    upgraded_by: Officer


class AccountClosed(Event):
    """The account is empty and takes nothing any more."""

    type: ClassVar[str] = "banking.account-closed.v1"
    key_field: ClassVar[str] = "holder_id"

    holder_id: UUID
    account_id: AccountId
    reason: Line
    closed_by: Officer


class BalanceInquired(Event):
    """The holder asked what the account holds, which keeps it active (POJK 24/2025)."""

    type: ClassVar[str] = "banking.balance-inquired.v1"
    key_field: ClassVar[str] = "holder_id"

    holder_id: UUID
    account_id: AccountId
    branch: Line
    inquired_by: Officer


class SubjectKeyRead(KeyRead):
    """Somebody was given the key to the bank's copy of who a holder is."""

    type: ClassVar[str] = "banking.subject-key-read.v1"
