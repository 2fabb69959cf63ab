"""Events of the enrollment service: programmes, members, contributions, cover, cards."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.event import Event
from contracts.sealed import Sealed
from contracts.shared import KeyRead, ParkedDropped
from contracts.types import (
    AccountId,
    ClaimId,
    DistrictCode,
    Heads,
    Instant,
    InvoiceId,
    Kpj,
    Line,
    Month,
    Officer,
    ProgrammeId,
    RegencyCode,
    RegionCode,
    RosterId,
    Rupiah,
    RupiahOrNone,
    Sha256,
    VillageCode,
    WorkerId,
)


class Quota(BaseModel):
    """How many members a kabupaten or kota may have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region_code: RegencyCode
    heads: Heads


class Tariff(BaseModel):
    """What a month of cover costs: work accident (JKK) and death (JKM)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    jkk: Rupiah
    jkm: Rupiah

    @property
    def month(self) -> int:
        """The contribution for one member and one month, in rupiah."""
        return self.jkk + self.jkm


class ProgrammeOpened(Event):
    """A province pays the cover of so many workers for so many months."""

    type: ClassVar[str] = "enrollment.programme-opened.v1"
    key_field: ClassVar[str] = "programme_id"
    readers: ClassVar[tuple[str, ...]] = ("banking",)

    programme_id: ProgrammeId
    name: Line
    province_code: RegionCode
    funder: Line
    legal_basis: Line
    first_month: Month
    last_month: Month
    ceiling: Rupiah
    tariff: Tariff
    quotas: tuple[Quota, ...]
    opened_by: Officer


class ProgrammeAmended(Event):
    """The quotas of a programme are now these; a region that is not named keeps its own."""

    type: ClassVar[str] = "enrollment.programme-amended.v1"
    key_field: ClassVar[str] = "programme_id"

    programme_id: ProgrammeId
    quotas: tuple[Quota, ...]
    amended_by: Officer


class RosterReceived(Event):
    """A file with workers arrived and waits to be worked through."""

    type: ClassVar[str] = "enrollment.roster-received.v1"
    key_field: ClassVar[str] = "roster_id"

    roster_id: RosterId
    programme_id: ProgrammeId
    region_code: RegencyCode
    sha256: Sha256
    rows: Heads
    received_by: Officer


class RosterProcessed(Event):
    """Every row of a roster became a member or was refused."""

    type: ClassVar[str] = "enrollment.roster-processed.v1"
    key_field: ClassVar[str] = "roster_id"

    roster_id: RosterId
    programme_id: ProgrammeId
    enrolled: int = Field(ge=0)
    refused: dict[str, Heads]
    """Rows refused, by the slug of the reason."""


class WorkerEnrolled(Event):
    """A worker was taken into a programme and the money for the months was reserved."""

    type: ClassVar[str] = "enrollment.worker-enrolled.v1"
    readers: ClassVar[tuple[str, ...]] = ("banking", "claims")

    worker_id: WorkerId
    programme_id: ProgrammeId
    roster_id: RosterId
    village_code: VillageCode
    first_month: Month
    last_month: Month
    reserved: Rupiah
    has_ktp: bool
    """A copy of the identity card is on file."""
    has_kk: bool
    """A copy of the family card is on file."""
    identity: Sealed
    """Name, NIK and the rest of the person, readable with the key that enrollment holds."""


class ContributionBilled(Event):
    """A member's contribution for a month stands on an invoice."""

    type: ClassVar[str] = "enrollment.contribution-billed.v1"

    worker_id: WorkerId
    programme_id: ProgrammeId
    invoice_id: InvoiceId
    month: Month
    amount: Rupiah


class InvoiceIssued(Event):
    """The programme owes the contributions of one kecamatan for one month."""

    type: ClassVar[str] = "enrollment.invoice-issued.v1"
    key_field: ClassVar[str] = "invoice_id"
    readers: ClassVar[tuple[str, ...]] = ("banking",)

    invoice_id: InvoiceId
    programme_id: ProgrammeId
    month: Month
    district_code: DistrictCode
    heads: Heads
    amount: Rupiah
    due_on: date
    """The 15th of the month, Asia/Makassar, or the next working day (PP 44/2015 art. 24(3)(4))."""


class ContributionPaid(Event):
    """A member's month was paid."""

    type: ClassVar[str] = "enrollment.contribution-paid.v1"
    readers: ClassVar[tuple[str, ...]] = ("claims",)

    worker_id: WorkerId
    programme_id: ProgrammeId
    invoice_id: InvoiceId
    month: Month
    amount: Rupiah


class MembershipActivated(Event):
    """The first month was paid: the number is issued and the cover begins (PP 44/2015 art. 11)."""

    type: ClassVar[str] = "enrollment.membership-activated.v1"
    readers: ClassVar[tuple[str, ...]] = ("claims",)

    worker_id: WorkerId
    programme_id: ProgrammeId
    kpj: Kpj
    covered_from: Instant


class CardPrinted(Event):
    """The member's card was printed."""

    type: ClassVar[str] = "enrollment.card-printed.v1"

    worker_id: WorkerId
    programme_id: ProgrammeId
    printed_by: Officer


class CardDelivered(Event):
    """The member's card was handed over."""

    type: ClassVar[str] = "enrollment.card-delivered.v1"

    worker_id: WorkerId
    programme_id: ProgrammeId
    delivered_by: Officer


class CoverageEnded(Event):
    """Nobody pays for this member any longer; the money for the months to come is free again."""

    type: ClassVar[str] = "enrollment.coverage-ended.v1"

    worker_id: WorkerId
    programme_id: ProgrammeId
    region_code: RegencyCode
    """The kabupaten or kota whose commitment shrinks."""
    reason: Literal["death"]
    ended_on: date
    released: RupiahOrNone
    claim_id: ClaimId


class AccountLinked(Event):
    """The member's bank account is known."""

    type: ClassVar[str] = "enrollment.account-linked.v1"

    worker_id: WorkerId
    account_id: AccountId


class SubjectKeyRead(KeyRead):
    """Somebody was given the key to one worker's personal data."""

    type: ClassVar[str] = "enrollment.subject-key-read.v1"


class ParkedEventDropped(ParkedDropped):
    """An event that enrollment could not handle was given up."""

    type: ClassVar[str] = "enrollment.parked-event-dropped.v1"
