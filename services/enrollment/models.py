"""Tables of the enrollment service.

State tables are changed by projections.py alone, row by row of their own key or by unconditional
amounts. They have no foreign keys: replay applies the keys of different shards in any order.
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


class Programme(Table, table=True):
    """A funder's promise to pay the cover of so many workers for so many months."""

    __tablename__ = "programmes"

    programme_id: UUID = Field(primary_key=True)
    name: str
    province_code: str
    funder: str
    legal_basis: str
    first_month: str
    last_month: str
    ceiling: int = Field(sa_type=BigInteger)
    jkk: int
    jkm: int
    opened_at: datetime = Field(sa_type=INSTANT)


class Quota(Table, table=True):
    """How many members a kabupaten or kota may have."""

    __tablename__ = "quotas"

    programme_id: UUID = Field(primary_key=True)
    region_code: str = Field(primary_key=True)
    heads: int


class Commitment(Table, table=True):
    """What was promised in a kabupaten or kota: members, and rupiah reserved for their months."""

    __tablename__ = "commitments"

    programme_id: UUID = Field(primary_key=True)
    region_code: str = Field(primary_key=True)
    heads: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    reserved: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class Roster(Table, table=True):
    """A file with workers that a district sent."""

    __tablename__ = "rosters"

    roster_id: UUID = Field(primary_key=True)
    programme_id: UUID
    region_code: str
    sha256: str
    row_count: int
    received_by: str
    received_at: datetime = Field(sa_type=INSTANT)
    received_event_id: UUID
    correlation_id: UUID
    processed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    enrolled: int | None = None
    refused: dict[str, int] | None = Field(default=None, sa_type=JSONB(none_as_null=True))


class Worker(Table, table=True):
    """A person who was taken into a programme; who it is, is sealed."""

    __tablename__ = "workers"

    worker_id: UUID = Field(primary_key=True)
    roster_id: UUID
    village_code: str
    has_ktp: bool
    has_kk: bool
    identity: dict[str, Any] = Field(sa_type=JSONB)
    enrolled_at: datetime = Field(sa_type=INSTANT)
    account_id: UUID | None = None


class Membership(Table, table=True):
    """A worker's place in a programme: the months promised, the number, the card."""

    __tablename__ = "memberships"
    __table_args__ = (Index("memberships_by_district", "programme_id", "district_code"),)

    worker_id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(primary_key=True)
    district_code: str
    first_month: str
    last_month: str
    reserved: int = Field(sa_type=BigInteger)
    kpj: str | None = Field(default=None, unique=True)
    covered_from: datetime | None = Field(default=None, sa_type=INSTANT)
    ended_on: date | None = None
    card_printed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    card_delivered_at: datetime | None = Field(default=None, sa_type=INSTANT)


class Contribution(Table, table=True):
    """One member's month on an invoice."""

    __tablename__ = "contributions"
    __table_args__ = (
        Index("contributions_by_invoice", "invoice_id"),
        CheckConstraint("amount > 0", name="amount_above_zero"),
    )

    worker_id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(primary_key=True)
    month: str = Field(primary_key=True)
    invoice_id: UUID
    amount: int = Field(sa_type=BigInteger)
    paid_at: datetime | None = Field(default=None, sa_type=INSTANT)


class Invoice(Table, table=True):
    """What the programme owes for one kecamatan and month."""

    __tablename__ = "invoices"

    invoice_id: UUID = Field(primary_key=True)
    programme_id: UUID
    month: str
    district_code: str
    heads: int
    amount: int = Field(sa_type=BigInteger)
    due_on: date
    issued_at: datetime = Field(sa_type=INSTANT)


class Operational(SQLModel, registry=registry()):
    """Base of the tables that are not state: never replayed, deleted on schedule."""


class IdentityHash(Operational, table=True):
    """Finds a worker by NIK without keeping the NIK."""

    __tablename__ = "identity_hash"

    nik_hash: bytes = Field(primary_key=True)
    worker_id: UUID
    roster_id: UUID


class StagedRow(Operational, table=True):
    """A row of a roster that waits to be worked through; deleted when it was."""

    __tablename__ = "staged_row"

    roster_id: UUID = Field(primary_key=True)
    row_number: int = Field(primary_key=True)
    fields: dict[str, str] = Field(sa_type=JSONB)


class RefusedRow(Operational, table=True):
    """Why a row of a roster was not taken; names no person."""

    __tablename__ = "refused_row"

    roster_id: UUID = Field(primary_key=True)
    row_number: int = Field(primary_key=True)
    field: str
    slug: str
    reason: str
