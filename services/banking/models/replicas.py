"""What banking keeps of the facts of enrollment and claims."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import BigInteger, Field

from services.banking.models.base import Table


class Programme(Table, table=True):
    """Replica of enrollment: whose money pays contributions."""

    __tablename__ = "programmes"

    programme_id: UUID = Field(primary_key=True)
    province_code: str
    name: str


class Member(Table, table=True):
    """Replica of enrollment: where a member lives, and who it is, sealed."""

    __tablename__ = "members"

    worker_id: UUID = Field(primary_key=True)
    village_code: str
    identity: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    """None: heard of before the bank kept it; rebuilding the copies brings it."""


class Invoice(Table, table=True):
    """Replica of enrollment: what a programme owes for one kecamatan and month."""

    __tablename__ = "invoices"
    __table_args__ = (Index("invoices_by_month", "programme_id", "month"),)

    invoice_id: UUID = Field(primary_key=True)
    programme_id: UUID
    month: str
    district_code: str
    amount: int = Field(sa_type=BigInteger)
    due_on: date


class Party(Table, table=True):
    """Replica of claims: who is paid on a claim, and where; who it is, is sealed."""

    __tablename__ = "parties"
    __table_args__ = (Index("parties_by_party", "party_id"),)

    claim_id: UUID = Field(primary_key=True)
    party_id: UUID = Field(primary_key=True)
    worker_id: UUID
    account: str
    holder_id: UUID
    """Whose account here is paid: the payee's own, or for an injured member the one he has."""
    identity: dict[str, Any] = Field(sa_type=JSONB)


class FiledClaim(Table, table=True):
    """Replica of claims: a member whose death was reported."""

    __tablename__ = "filed_claims"
    __table_args__ = (Index("filed_claims_by_worker", "worker_id"),)

    claim_id: UUID = Field(primary_key=True)
    worker_id: UUID
