"""Events of the claims service: claims, heirs, documents, decisions."""

from datetime import date
from enum import IntEnum
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.event import Event
from contracts.sealed import Sealed
from contracts.shared import KeyRead, ParkedDropped
from contracts.types import (
    ClaimId,
    Instant,
    Line,
    Officer,
    PartyId,
    Rupiah,
    Sha256,
    WorkerId,
)

Benefit = Literal["lump-sum", "periodic", "funeral"]
"""The lines of the death benefit (JKM, PP 44/2015 art. 34 as amended by PP 82/2019)."""
DocumentKind = Literal["application", "death-certificate", "heir-certificate", "member-card"]
"""What the law wants before a death benefit is paid (PP 44/2015 art. 40(3))."""


class HeirClass(IntEnum):
    """The classes of heirs in the strict order of the law (PP 44/2015 art. 40(2))."""

    SPOUSE_OR_CHILD = 1
    PARENT_OR_GRANDCHILD = 2
    SIBLING = 3
    PARENT_IN_LAW = 4
    NAMED_IN_WILL = 5
    NONE = 6


class BenefitLine(BaseModel):
    """One amount to one payee."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    benefit: Benefit
    amount: Rupiah
    payee_id: PartyId


class Explanation(BaseModel):
    """Why a death benefit is what it is: the facts used and the rule that was applied."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Line
    """The article."""
    outcome: Line
    covered_from: Instant
    died_on: date
    waiting_ends_on: date
    """From this day on, Asia/Makassar, the whole package is due."""
    months_paid: Annotated[int, Field(ge=0)]
    """Months paid in a row up to the month of death."""


class ClaimFiled(Event):
    """A member's death was reported."""

    type: ClassVar[str] = "claims.claim-filed.v1"
    readers: ClassVar[tuple[str, ...]] = ("banking", "enrollment")

    claim_id: ClaimId
    worker_id: WorkerId
    died_on: date
    filed_by: Officer


class HeirRegistered(Event):
    """Somebody has a right to the benefit, and this is where the money goes."""

    type: ClassVar[str] = "claims.heir-registered.v1"
    readers: ClassVar[tuple[str, ...]] = ("banking",)

    claim_id: ClaimId
    worker_id: WorkerId
    party_id: PartyId
    heir_class: HeirClass
    account: Literal["open-here", "elsewhere"]
    """Whether the bank opens an account, or the sealed block names one at another bank."""
    identity: Sealed
    """Name, NIK and, for an account elsewhere, bank code and number."""
    registered_by: Officer


class DocumentAttached(Event):
    """A paper was handed in; its scan is known by its digest."""

    type: ClassVar[str] = "claims.document-attached.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    document_id: UUID
    kind: DocumentKind
    issuer: Line
    issued_on: date
    sha256: Sha256
    attached_by: Officer
    replaces: UUID | None = None
    """The document of the same kind that counts no longer."""


class ClaimVerified(Event):
    """An officer saw the papers: the member died on that day."""

    type: ClassVar[str] = "claims.claim-verified.v1"
    readers: ClassVar[tuple[str, ...]] = ("enrollment",)

    claim_id: ClaimId
    worker_id: WorkerId
    died_on: date
    verified_by: Officer


class ClaimApproved(Event):
    """A second officer decided what is paid to whom, and why."""

    type: ClassVar[str] = "claims.claim-approved.v1"
    readers: ClassVar[tuple[str, ...]] = ("banking",)

    claim_id: ClaimId
    worker_id: WorkerId
    lines: tuple[BenefitLine, ...] = Field(min_length=1)
    explanation: Explanation
    approved_by: Officer
    confirmation: Line | None = None
    """Why, in the officer's words, where the death lies so near a boundary that a person looks."""


class ClaimRejected(Event):
    """A second officer decided that nothing is due, and why."""

    type: ClassVar[str] = "claims.claim-rejected.v1"
    readers: ClassVar[tuple[str, ...]] = ("enrollment",)

    claim_id: ClaimId
    worker_id: WorkerId
    reason: Line
    rejected_by: Officer


class ClaimPaid(Event):
    """Every benefit line of the claim has arrived."""

    type: ClassVar[str] = "claims.claim-paid.v1"
    readers: ClassVar[tuple[str, ...]] = ("enrollment",)

    claim_id: ClaimId
    worker_id: WorkerId
    amount: Rupiah


class SubjectKeyRead(KeyRead):
    """Somebody was given the key to one heir's personal data."""

    type: ClassVar[str] = "claims.subject-key-read.v1"


class ParkedEventDropped(ParkedDropped):
    """An event that claims could not handle was given up."""

    type: ClassVar[str] = "claims.parked-event-dropped.v1"
