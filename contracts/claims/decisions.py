"""Events of decisions: approved, rejected, appealed, reclassified, paid."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.claims.words import Benefit, BenefitLine, ClaimKind, Part, SchoolLevel, Slug
from contracts.event import Event
from contracts.types import (
    ClaimId,
    Instant,
    Line,
    Officer,
    PartyId,
    Rupiah,
    RupiahOrNone,
    Sha256,
    WorkerId,
)


class ExplainedFact(Part):
    """A fact that was used, and the event that told it."""

    name: Line
    value: Line
    event_id: UUID | None = None


class ExplainedStep(Part):
    """How one line came about."""

    benefit: Benefit
    amount: RupiahOrNone
    is_held: bool = False
    """Due once the arrears are paid (PP 44/2015 art. 39 and 42)."""
    payee: Slug
    rule: Slug
    article: Line
    verified: bool
    arithmetic: Line
    child: Line | None = None


class Explanation(Part):
    """Why a benefit is what it is: the facts used and the rules that were applied."""

    rule: Line
    """The article."""
    outcome: Line
    covered_from: Instant
    died_on: date | None = None
    waiting_ends_on: date | None = None
    """From this day on, Asia/Makassar, the whole package of a death is due."""
    months_paid: Annotated[int, Field(ge=0)]
    """The longest row of months paid in the cover, up to what happened."""
    arrears: tuple[Line, ...] = ()
    """The months owed on that day."""
    steps: tuple[ExplainedStep, ...] = ()
    facts: tuple[ExplainedFact, ...] = ()
    doubts: tuple[Slug, ...] = ()
    """What a person had to look at."""
    overpaid: RupiahOrNone = 0
    """What an earlier decision paid beyond what is due."""
    tariff: Line | None = None
    """The data that was applied, by its digest."""


class ApprovalGiven(Event):
    """The first of the officers whom a large or flagged claim needs approves it."""

    type: ClassVar[str] = "claims.approval-given.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    decision: Sha256
    """Of the lines and the explanation: who approves after it approves the same."""
    approvers_needed: Annotated[int, Field(ge=2, le=3)]
    confirmation: Line | None = None
    approved_by: Officer


class ClaimApproved(Event):
    """The last officer who was needed decided what is paid to whom, and why."""

    type: ClassVar[str] = "claims.claim-approved.v1"
    readers: ClassVar[tuple[str, ...]] = ("banking",)

    claim_id: ClaimId
    worker_id: WorkerId
    lines: tuple[BenefitLine, ...]
    """To be paid now; none where an earlier decision paid all of it."""
    explanation: Explanation
    approved_by: Officer
    confirmation: Line | None = None
    """Why, in the officer's words, where a person has to look."""
    held: tuple[BenefitLine, ...] = ()
    """Due once the arrears are paid."""
    kind: ClaimKind = "death"
    first_approved_by: Officer | None = None
    """Where two were needed."""


class LinesReleased(Event):
    """The arrears are paid: what was held is paid out (PP 44/2015 art. 42(1))."""

    type: ClassVar[str] = "claims.lines-released.v1"
    readers: ClassVar[tuple[str, ...]] = ("banking",)

    claim_id: ClaimId
    worker_id: WorkerId
    lines: tuple[BenefitLine, ...] = Field(min_length=1)
    paid_months: tuple[Line, ...]


class CompensationAwarded(Event):
    """The benefit came late: 1 % of it for each calendar day (PP 44/2015 art. 37(3), 40(4))."""

    type: ClassVar[str] = "claims.compensation-awarded.v1"
    readers: ClassVar[tuple[str, ...]] = ("banking",)

    claim_id: ClaimId
    worker_id: WorkerId
    due_on: date
    paid_on: date
    days_late: Annotated[int, Field(ge=1)]
    base: Rupiah
    """What the per cent are of."""
    arithmetic: Line
    lines: tuple[BenefitLine, ...] = Field(min_length=1)


class ScholarshipRequested(Event):
    """A school year of a child of the member is asked for."""

    type: ClassVar[str] = "claims.scholarship-requested.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    request_id: UUID
    child_id: PartyId
    level: SchoolLevel
    school_year: Annotated[int, Field(ge=2015, le=2100)]
    is_married: bool
    is_working: bool
    is_apprentice: bool = False
    document_id: UUID
    """The certificate of the school."""
    payee_id: PartyId
    requested_by: Officer


class ScholarshipDecided(Event):
    """A second officer decided about a school year; with lines it is paid."""

    type: ClassVar[str] = "claims.scholarship-decided.v1"
    readers: ClassVar[tuple[str, ...]] = ("banking",)

    claim_id: ClaimId
    worker_id: WorkerId
    request_id: UUID
    child_id: PartyId
    lines: tuple[BenefitLine, ...]
    """None: refused."""
    reason: Line
    step: ExplainedStep | None = None
    decided_by: Officer


class ClaimRejected(Event):
    """A second officer decided that nothing is due, and why."""

    type: ClassVar[str] = "claims.claim-rejected.v1"
    readers: ClassVar[tuple[str, ...]] = ("banking", "enrollment")

    claim_id: ClaimId
    worker_id: WorkerId
    reason: Line
    rejected_by: Officer
    ground: Slug | None = None
    """The rule by which nothing is due; None: the officer's own reason."""
    member_lives: bool = False
    """The report of the death was wrong: the cover goes on."""
    overpaid: RupiahOrNone = 0
    """What earlier decisions of the claim had let go out, though nothing is due."""


class AppealLodged(Event):
    """Somebody with a right to the benefit does not accept the decision."""

    type: ClassVar[str] = "claims.appeal-lodged.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    appeal_id: UUID
    reason: Line
    lodged_by: Officer


class AppealDecided(Event):
    """An officer who had no part in the decision looked at it again."""

    type: ClassVar[str] = "claims.appeal-decided.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    appeal_id: UUID
    outcome: Literal["upheld", "reopened"]
    """`upheld`: the decision stands; `reopened`: the file is worked on again."""
    reason: Line
    decided_by: Officer


class ClaimReclassified(Event):
    """The death was by work after all, or not: the decision before ends, what it paid is netted."""

    type: ClassVar[str] = "claims.claim-reclassified.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    kind_before: ClaimKind
    kind: ClaimKind
    happened_on: date | None
    """The day of the accident, where it is one now."""
    happened_at: Instant | None = None
    reason: Line
    reclassified_by: Officer
    excuse: Line | None = None
    """Why an accident is taken in after its time limit."""


class ClaimPaid(Event):
    """Every benefit line of the claim has arrived."""

    type: ClassVar[str] = "claims.claim-paid.v1"
    readers: ClassVar[tuple[str, ...]] = ("enrollment",)

    claim_id: ClaimId
    worker_id: WorkerId
    amount: Rupiah
