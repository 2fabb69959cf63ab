"""Copies of what other services recorded."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from services.enrollment.models.base import INSTANT, Table


class MemberClaim(Table, table=True):
    """Replica: a claim about a member, and whether it is still open."""

    __tablename__ = "member_claims"
    __table_args__ = (Index("member_claims_by_worker", "worker_id"),)

    claim_id: UUID = Field(primary_key=True)
    worker_id: UUID
    died_on: date | None = None
    """None: a work accident of a member who lives."""
    filed_at: datetime = Field(sa_type=INSTANT)
    closed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    outcome: str | None = None
    """`paid` or `rejected`."""
