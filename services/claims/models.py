"""Tables of the claims service.

State tables are changed by projections.py alone, row by row of their own key. They have no foreign
keys: replay applies the keys of different shards in any order. The last three are replicas: copies
of what other services recorded.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import BigInteger, Field, SQLModel

INSTANT = DateTime(timezone=True)


class Table(SQLModel, registry=registry()):
    """Base of the state tables, which replay rebuilds."""


class Claim(Table, table=True):
    """A member's death as it was reported, and what was decided."""

    __tablename__ = "claims"
    __table_args__ = (
        Index("claims_by_worker", "worker_id"),
        Index("claims_by_state", "state", "filed_at"),
    )

    claim_id: UUID = Field(primary_key=True)
    worker_id: UUID
    died_on: date
    state: str
    """One of `ClaimState`."""
    filed_by: str
    filed_at: datetime = Field(sa_type=INSTANT)
    verified_by: str | None = None
    verified_at: datetime | None = Field(default=None, sa_type=INSTANT)
    decided_by: str | None = None
    """Who approved or rejected it."""
    decided_at: datetime | None = Field(default=None, sa_type=INSTANT)
    explanation: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    confirmation: str | None = None
    rejection: str | None = None
    paid_at: datetime | None = Field(default=None, sa_type=INSTANT)
    amount_paid: int | None = Field(default=None, sa_type=BigInteger)


class Heir(Table, table=True):
    """Somebody with a right to the benefit; who it is, is sealed."""

    __tablename__ = "heirs"
    __table_args__ = (Index("heirs_by_claim", "claim_id"),)

    party_id: UUID = Field(primary_key=True)
    claim_id: UUID
    heir_class: int
    account: str
    identity: dict[str, Any] = Field(sa_type=JSONB)
    registered_by: str
    registered_at: datetime = Field(sa_type=INSTANT)


class Document(Table, table=True):
    """A paper that was handed in, known by the digest of its scan."""

    __tablename__ = "documents"
    __table_args__ = (Index("documents_by_claim", "claim_id"),)

    document_id: UUID = Field(primary_key=True)
    claim_id: UUID
    kind: str
    issuer: str
    issued_on: date
    sha256: str
    attached_by: str
    attached_at: datetime = Field(sa_type=INSTANT)
    replaced_by: UUID | None = None
    """The newer paper of the same kind, which counts instead."""


class ApprovedLine(Table, table=True):
    """One amount that was approved for one payee."""

    __tablename__ = "approved_lines"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_above_zero"),)

    claim_id: UUID = Field(primary_key=True)
    benefit: str = Field(primary_key=True)
    amount: int = Field(sa_type=BigInteger)
    payee_id: UUID


class Member(Table, table=True):
    """Replica: whom enrollment took in, where they live, since when they are covered."""

    __tablename__ = "members"

    worker_id: UUID = Field(primary_key=True)
    programme_id: UUID
    village_code: str
    kpj: str | None = None
    covered_from: datetime | None = Field(default=None, sa_type=INSTANT)


class PaidMonth(Table, table=True):
    """Replica: a member's month that was paid."""

    __tablename__ = "paid_months"

    worker_id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(primary_key=True)
    month: str = Field(primary_key=True)
    paid_at: datetime = Field(sa_type=INSTANT)


class Payout(Table, table=True):
    """Replica: how banking's attempt to pay one line ended."""

    __tablename__ = "payouts"
    __table_args__ = (Index("payouts_by_claim", "claim_id"),)

    payout_id: UUID = Field(primary_key=True)
    claim_id: UUID
    benefit: str
    amount: int = Field(sa_type=BigInteger)
    settled: bool
    failure: str | None = None
    """Why it failed, in the rail's words."""
    ended_at: datetime = Field(sa_type=INSTANT)
