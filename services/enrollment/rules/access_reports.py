"""Everything that is held about one person, as it is handed to that person (UU 27/2022 art. 7)."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.enrollment.rules.applicants import Person
from services.enrollment.rules.retention import Mark


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Residence(_Part):
    """Where the member lives; names where the code is known."""

    village_code: str
    village: str | None
    district: str | None
    region: str | None


class MembershipHeld(_Part):
    """A place in a programme. Amounts in rupiah."""

    programme: str
    funder: str
    first_month: str
    last_month: str
    village_code: str
    enrolled_at: datetime | None
    covered_from: datetime | None
    arrears_months: int
    lapsed_on: date | None
    ended_on: date | None
    end_reason: str | None


class CoverHeld(_Part):
    """A time of cover."""

    programme: str
    covered_from: datetime
    ended_on: date | None
    end_reason: str | None


class ContributionHeld(_Part):
    """A month on an invoice. Amount in rupiah."""

    month: str
    amount: int
    payer: str
    paid_at: datetime | None


class CardHeld(_Part):
    """A card."""

    card_id: UUID
    printed_at: datetime
    delivered_at: datetime | None
    place: str | None
    handed_to: str | None
    lost_at: datetime | None


class ClaimHeld(_Part):
    """What is known here of a claim; the claim itself is held by the claims service."""

    claim_id: UUID
    died_on: date | None
    filed_at: datetime
    closed_at: datetime | None
    outcome: str | None


class AmendmentHeld(_Part):
    """A correction."""

    fields: list[str]
    amended_at: datetime
    amended_by: str


class ReviewHeld(_Part):
    """Something that a person had to look at."""

    kind: str
    raised_at: datetime
    outcome: str | None
    decided_at: datetime | None


class RequestHeld(_Part):
    """What the member asked about the data."""

    kind: str
    received_at: datetime
    due_at: datetime
    outcome: str | None
    legal_ground: str | None
    answered_at: datetime | None


class RosterRowHeld(_Part):
    """A row of a roster about the member that was refused or warned about."""

    roster_id: UUID
    row_number: int
    severity: str
    slugs: list[str]


class ReadingHeld(_Part):
    """Somebody read the data."""

    read_at: datetime
    read_by: str
    role: str
    what: str
    reason: str


class RetentionHeld(_Part):
    """Why the data are kept, and the last day on which they are."""

    slug: str
    source: str
    mark: Mark
    destroy_after: date | None
    """None: it does not count down yet, because the cover runs."""


class AccessReport(_Part):
    """Everything that enrollment holds about one person."""

    worker_id: UUID
    made_at: datetime
    made_by: str
    identity: Person
    residence: Residence
    has_ktp: bool
    """A copy of the identity card is on file."""
    has_kk: bool
    """A copy of the family card is on file."""
    enrolled_at: datetime
    roster_id: UUID
    """The roster by which the data came."""
    warnings: list[str]
    """What was doubtful when the row was taken in."""
    kpj: str | None
    account: str | None
    """The number by which the bank account is known here, masked; the bank holds the account."""
    memberships: list[MembershipHeld]
    covers: list[CoverHeld]
    contributions: list[ContributionHeld]
    cards: list[CardHeld]
    claims: list[ClaimHeld]
    roster_rows: list[RosterRowHeld]
    amendments: list[AmendmentHeld]
    reviews: list[ReviewHeld]
    requests: list[RequestHeld]
    readings: list[ReadingHeld]
    """The latest first."""
    readings_total: int
    """How many there are in all; the register lists the others."""
    retention: list[RetentionHeld]
    """Empty: the data were never needed, and are erased when the member asks."""
