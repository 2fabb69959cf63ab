"""Claims: the file, its papers, its steps, what was decided."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import BigInteger, Field

from services.claims.models.base import INSTANT, OPTIONAL_JSON, Table


class Claim(Table, table=True):
    """A member's death or work accident as it was reported, and what was decided.

    Who files, who verifies and who approves are different people: the table refuses others, and
    `event_log` does too (migration 0002).
    """

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("verified_by <> filed_by", name="checker_is_not_maker"),
        CheckConstraint(
            "decided_by <> filed_by AND (verified_by IS NULL OR decided_by <> verified_by)",
            name="approver_is_neither",
        ),
        CheckConstraint(
            "first_approved_by <> filed_by AND first_approved_by <> verified_by "
            "AND (decided_by IS NULL OR first_approved_by <> decided_by)",
            name="approvers_are_two",
        ),
        Index("claims_by_worker", "worker_id"),
        Index("claims_by_number", "number", unique=True),
        Index("claims_by_state", "state", "filed_at"),
        Index("claims_by_filer", "filed_by"),
        Index("claims_by_phone", "phone_mark"),
        Index(
            "one_claim_for_one_death",
            "worker_id",
            unique=True,
            postgresql_where=text("died_on IS NOT NULL AND state <> 'rejected'"),
        ),
    )

    claim_id: UUID = Field(primary_key=True)
    worker_id: UUID
    number: str | None = None
    """What the family calls the claim by."""
    kind: str
    """One of `ClaimKind`."""
    state: str
    """One of `ClaimState`."""
    died_on: date | None = None
    happened_on: date | None = None
    happened_at: datetime | None = Field(default=None, sa_type=INSTANT)
    admitted_on: date | None = None
    filed_by: str
    filed_at: datetime = Field(sa_type=INSTANT)
    reported_by: str
    reporter: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    phone_mark: str | None = None
    excuse: str | None = None
    living: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    """How many of each class of heirs live, by the heir certificate."""
    shares: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    """`whole`, `shares`, `power_of_attorney` as `SharesAgreed` has them."""
    assessment: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    """What the accident cost, as `AccidentAssessed` has it."""
    verified_by: str | None = None
    verified_at: datetime | None = Field(default=None, sa_type=INSTANT)
    verified_documents: list[Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    """The documents with their digests, as the verifier saw them."""
    override: str | None = None
    funeral_paid_elsewhere: bool = Field(
        default=False, sa_column_kwargs={"server_default": "false"}
    )
    """Whether the verifier found that another segment paid the funeral benefit."""
    first_approved_by: str | None = None
    """Who approved first, where two are needed."""
    first_decision: str | None = None
    """The digest of what was approved first."""
    approvers_needed: int | None = None
    decided_by: str | None = None
    """Who approved or rejected it last."""
    decided_at: datetime | None = Field(default=None, sa_type=INSTANT)
    decision_id: UUID | None = None
    """The event of the approval that stands."""
    explanation: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    confirmation: str | None = None
    rejection: str | None = None
    ground: str | None = None
    appeal_id: UUID | None = None
    """The appeal that waits."""
    paid_at: datetime | None = Field(default=None, sa_type=INSTANT)
    amount_paid: int | None = Field(default=None, sa_type=BigInteger)


class ClaimStep(Table, table=True):
    """One step of a file: what happened, by whom, in which words; its history."""

    __tablename__ = "claim_steps"
    __table_args__ = (Index("claim_steps_by_claim", "claim_id", "taken_at"),)

    event_id: UUID = Field(primary_key=True)
    claim_id: UUID
    step: str
    """`returned`, `resubmitted`, `verified`, `approval-given`, `approved`, `rejected`, ..."""
    taken_at: datetime = Field(sa_type=INSTANT)
    officer: str | None = None
    words: str | None = None
    """The reason or note; of a return, with the papers that are missing."""


class Document(Table, table=True):
    """A paper that was handed in, known by the digest of its scan."""

    __tablename__ = "documents"
    __table_args__ = (
        Index("documents_by_claim", "claim_id"),
        Index("documents_by_digest", "sha256"),
        Index("documents_by_issuer", "issuer"),
    )

    document_id: UUID = Field(primary_key=True)
    claim_id: UUID
    kind: str
    issuer: str
    issued_on: date
    sha256: str
    media_type: str | None = None
    size: int | None = None
    attached_by: str
    attached_at: datetime = Field(sa_type=INSTANT)
    replaced_by: UUID | None = None
    """The newer paper of the same kind, which counts instead."""
    is_good: bool | None = None
    """What the officer said who saw the original; None: nobody did."""
    checked_by: str | None = None
    checked_at: datetime | None = Field(default=None, sa_type=INSTANT)
    fault: str | None = None


class ApprovedLine(Table, table=True):
    """One amount that was approved for one payee."""

    __tablename__ = "approved_lines"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_above_zero"),
        Index("approved_lines_by_claim", "claim_id"),
    )

    line_id: UUID = Field(primary_key=True)
    claim_id: UUID
    decision_id: UUID
    """The event that awarded it: an approval, a compensation, a school year."""
    origin: str
    """`approval`, `compensation` or `scholarship`."""
    benefit: str
    amount: int = Field(sa_type=BigInteger)
    payee_id: UUID
    is_held: bool = False
    """Until the arrears are paid."""


class ScholarshipYear(Table, table=True):
    """A school year of a child that was asked for."""

    __tablename__ = "scholarship_years"
    __table_args__ = (Index("scholarship_years_by_claim", "claim_id"),)

    request_id: UUID = Field(primary_key=True)
    claim_id: UUID
    child_id: UUID
    level: str
    school_year: int
    is_married: bool
    is_working: bool
    is_apprentice: bool
    document_id: UUID
    payee_id: UUID
    requested_by: str
    requested_at: datetime = Field(sa_type=INSTANT)
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=INSTANT)
    amount: int | None = Field(default=None, sa_type=BigInteger)
    """0: refused."""
    reason: str | None = None
    step: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
