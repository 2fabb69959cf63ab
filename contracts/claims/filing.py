"""Events of the file: reported, completed with papers, returned, resubmitted, verified."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from contracts.claims.words import (
    Appliance,
    ClaimKind,
    ClaimNumber,
    DocumentKind,
    Mark,
    Part,
    Reporter,
    Slug,
    TripMode,
)
from contracts.event import Event
from contracts.sealed import Sealed
from contracts.types import ClaimId, Instant, Line, Officer, Rupiah, Sha256, WorkerId


class ClaimFiled(Event):
    """A member's death was reported, or a work accident. The report is the application."""

    type: ClassVar[str] = "claims.claim-filed.v1"
    readers: ClassVar[tuple[str, ...]] = ("banking", "enrollment")

    claim_id: ClaimId
    worker_id: WorkerId
    died_on: date | None = None
    """The day of death; None: the member lives."""
    filed_by: Officer
    kind: ClaimKind = "death"
    number: ClaimNumber | None = None
    happened_on: date | None = None
    """The day of the accident or of the diagnosis; None: no work accident."""
    happened_at: Instant | None = None
    """The hour of what happened, when it is known."""
    admitted_on: date | None = None
    """When a hospital admitted the member, if one did."""
    reported_by: Reporter = "officer"
    reporter: Sealed | None = None
    """Name and, if there is one, phone number of who came."""
    phone_mark: Mark | None = None
    excuse: Line | None = None
    """Why a claim after its time limit is taken in all the same."""


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
    media_type: Line | None = None
    size: Annotated[int, Field(strict=True, gt=0)] | None = None
    """Bytes of the scan."""


class DocumentChecked(Event):
    """An officer saw the original: it is good, or it is not and why."""

    type: ClassVar[str] = "claims.document-checked.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    document_id: UUID
    sha256: Sha256
    is_good: bool
    reason: Line | None = None
    checked_by: Officer


class ClaimReturned(Event):
    """The file goes back to who brought it, with what is missing."""

    type: ClassVar[str] = "claims.claim-returned.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    missing: tuple[DocumentKind, ...]
    note: Line
    returned_by: Officer


class ClaimResubmitted(Event):
    """What was missing is there."""

    type: ClassVar[str] = "claims.claim-resubmitted.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    resubmitted_by: Officer


class Injury(Part):
    """A loss that a doctor found."""

    code: Slug
    percent: Annotated[int, Field(ge=1, le=100)] | None = None
    units: Annotated[int, Field(ge=1, le=20)] = 1
    function_lost: Annotated[int, Field(ge=1, le=100)] | None = None
    """Per cent; None: the part of the body is lost."""


class TripCost(Part):
    """What a way to care cost."""

    mode: TripMode
    cost: Rupiah


class AidCost(Part):
    """What a denture, hearing aid and the like cost."""

    appliance: Appliance
    cost: Rupiah
    hospital_price: Rupiah | None = None


class AccidentAssessed(Event):
    """What an accident cost, by the papers of the doctor and the receipts (PP 44/2015 art. 45)."""

    type: ClassVar[str] = "claims.accident-assessed.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    days_unable: Annotated[int, Field(ge=0, le=3_650)] = 0
    unable_from: date | None = None
    trips: tuple[TripCost, ...] = ()
    medical_cost: Annotated[int, Field(strict=True, ge=0)] = 0
    home_care_cost: Annotated[int, Field(strict=True, ge=0)] = 0
    home_care_days: Annotated[int, Field(ge=0, le=3_650)] = 0
    aids: tuple[AidCost, ...] = ()
    is_total_disability: bool = False
    injuries: tuple[Injury, ...] = ()
    is_left_handed: bool = False
    is_sudden_death: bool = False
    is_disease: bool = False
    """An occupational disease, and no accident: `happened_on` of the claim is its diagnosis."""
    work_ended_on: date | None = None
    """The last day of the work that brought the disease; None: it went on, or is not known."""
    medical_document: UUID
    """The signed paper that this rests on."""
    assessed_by: Officer


class SeenDocument(Part):
    """A document as a verifier saw it."""

    document_id: UUID
    sha256: Sha256


class ClaimVerified(Event):
    """An officer saw the papers: the member died on that day, or was hurt at work and lives."""

    type: ClassVar[str] = "claims.claim-verified.v1"
    readers: ClassVar[tuple[str, ...]] = ("enrollment",)

    claim_id: ClaimId
    worker_id: WorkerId
    died_on: date | None = None
    """None: the member lives."""
    verified_by: Officer
    documents: tuple[SeenDocument, ...] = ()
    override: Line | None = None
    """Why it goes on without a paper that practice wants."""
    funeral_paid_elsewhere: bool = False
    """The funeral benefit was paid in another segment: it is paid once."""
