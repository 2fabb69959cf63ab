"""Replicas: copies of what enrollment and banking recorded."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import BigInteger, Field

from services.claims.models.base import INSTANT, OPTIONAL_JSON, Table


class Member(Table, table=True):
    """Whom enrollment took in, where they live, the number, what was promised for them."""

    __tablename__ = "members"

    worker_id: UUID = Field(primary_key=True)
    programme_id: UUID
    village_code: str
    kpj: str | None = None
    covered_from: datetime | None = Field(default=None, sa_type=INSTANT)
    """When the cover that goes on now began."""
    last_month: str | None = None
    """The last month that is promised."""
    roster_id: UUID | None = None
    identity: dict[str, Any] | None = Field(default=None, sa_type=OPTIONAL_JSON)
    """Who it is, sealed under a key that enrollment holds."""


class CoverSpell(Table, table=True):
    """A time of cover without a lapse in it."""

    __tablename__ = "cover_spells"

    worker_id: UUID = Field(primary_key=True)
    covered_from: datetime = Field(primary_key=True, sa_type=INSTANT)
    programme_id: UUID
    event_id: UUID


class CoverEnd(Table, table=True):
    """A membership that ended by a death, a decision or a lapse, as enrollment tells."""

    __tablename__ = "cover_ends"
    __table_args__ = (Index("cover_ends_by_worker", "worker_id"),)

    event_id: UUID = Field(primary_key=True)
    worker_id: UUID
    programme_id: UUID
    reason: str
    """One of enrollment's `EndReason`, or `lapse`."""
    ended_on: date
    claim_id: UUID | None = None
    is_restored: bool = False
    """The death had been reported wrongly."""


class PaidMonth(Table, table=True):
    """A member's month that was paid."""

    __tablename__ = "paid_months"

    worker_id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(primary_key=True)
    month: str = Field(primary_key=True)
    paid_at: datetime = Field(sa_type=INSTANT)
    amount: int | None = Field(default=None, sa_type=BigInteger)
    event_id: UUID | None = None


class RosterSender(Table, table=True):
    """Who proposed the workers of a roster."""

    __tablename__ = "roster_senders"

    roster_id: UUID = Field(primary_key=True)
    received_by: str
    received_at: datetime = Field(sa_type=INSTANT)


class Payout(Table, table=True):
    """How banking's attempt to pay one line ended."""

    __tablename__ = "payouts"
    __table_args__ = (
        Index("payouts_by_claim", "claim_id"),
        Index("payouts_by_line", "line_id"),
        Index("payouts_by_account", "account_id"),
    )

    payout_id: UUID = Field(primary_key=True)
    claim_id: UUID
    line_id: UUID | None = None
    benefit: str
    amount: int = Field(sa_type=BigInteger)
    settled: bool
    failure: str | None = None
    """Why it failed, in the rail's words."""
    account_id: UUID | None = None
    """The account that was credited."""
    ended_at: datetime = Field(sa_type=INSTANT)


class Withdrawal(Table, table=True):
    """Cash that left an account that a benefit had reached, or any other."""

    __tablename__ = "withdrawals"
    __table_args__ = (Index("withdrawals_by_account", "account_id", "taken_at"),)

    event_id: UUID = Field(primary_key=True)
    account_id: UUID
    amount: int = Field(sa_type=BigInteger)
    taken_at: datetime = Field(sa_type=INSTANT)
    branch: str
