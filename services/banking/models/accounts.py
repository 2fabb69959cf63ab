"""Accounts, from the opening to the close, and what the bank knows of their holders."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import BigInteger, Field

from services.banking.models.base import INSTANT, Table


class NumberRange(Table, table=True):
    """Account numbers that the bank set aside, both ends included."""

    __tablename__ = "number_ranges"

    range_id: UUID = Field(primary_key=True)
    first: str
    last: str
    added_by: str
    added_at: datetime = Field(sa_type=INSTANT)
    correlation_id: UUID


class NumberCount(Table, table=True):
    """How many numbers of a range were given, from its first on."""

    __tablename__ = "number_counts"

    range_id: UUID = Field(primary_key=True)
    given: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class Account(Table, table=True):
    """A savings account of a member or an heir.

    `state`: `opened` in bulk, passbook `ready`, passbook `collected`, `active`. A block and a close
    stand beside it. Whether it is inactive or dormant follows from its last use (rules/activity).
    """

    __tablename__ = "accounts"
    __table_args__ = (
        Index("accounts_by_village", "village_code", "state"),
        Index("accounts_by_officer", "handed_by", postgresql_where=text("handed_by IS NOT NULL")),
        Index("accounts_by_proxy", "proxy", postgresql_where=text("proxy IS NOT NULL")),
        Index("accounts_unnumbered", "opened_at", postgresql_where=text("number IS NULL")),
    )

    account_id: UUID = Field(primary_key=True)
    holder_id: UUID = Field(unique=True)
    holder: str
    product: str
    number_masked: str | None = None
    number: str | None = Field(default=None, unique=True)
    """Under the bank's own key; equal numbers are equal here."""
    village_code: str | None = None
    state: str
    opened_at: datetime = Field(sa_type=INSTANT)
    branch: str | None = None
    """Where the passbook waits or was handed over."""
    prepared_by: str | None = None
    prepared_at: datetime | None = Field(default=None, sa_type=INSTANT)
    collected_by: str | None = None
    collected_at: datetime | None = Field(default=None, sa_type=INSTANT)
    handed_by: str | None = None
    power_of_attorney: str | None = None
    proxy: str | None = None
    activated_by: str | None = None
    activated_at: datetime | None = Field(default=None, sa_type=INSTANT)
    inquired_at: datetime | None = Field(default=None, sa_type=INSTANT)
    """The last time that the holder asked for the balance."""
    blocked_at: datetime | None = Field(default=None, sa_type=INSTANT)
    claim_id: UUID | None = None
    """The claim that it is blocked for."""
    closed_at: datetime | None = Field(default=None, sa_type=INSTANT)


class Holder(Table, table=True):
    """Who appeared before the bank as the holder of an account."""

    __tablename__ = "holders"

    holder_id: UUID = Field(primary_key=True)
    account_id: UUID
    level: str
    name_matches: bool
    nik_matches: bool
    screening: str
    screening_reference: str | None = None
    identity: dict[str, Any] = Field(sa_type=JSONB)
    """The bank's own sealed copy."""
    verified_by: str
    verified_at: datetime = Field(sa_type=INSTANT)


class Deferral(Table, table=True):
    """A member without an account, and the papers that are missing."""

    __tablename__ = "deferrals"

    worker_id: UUID = Field(primary_key=True)
    missing: str
    """`ktp`, `kk` or `ktp kk`."""
    deferred_at: datetime = Field(sa_type=INSTANT)
