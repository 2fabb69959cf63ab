"""Programmes, what they promise to each region, and what was promised from them."""

from datetime import datetime
from uuid import UUID

from sqlmodel import BigInteger, Field

from services.enrollment.models.base import INSTANT, Table


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
    opened_event_id: UUID | None = None
    correlation_id: UUID | None = None
    payer: str = Field(default="apbd", sa_column_kwargs={"server_default": "apbd"})
    renews: UUID | None = None
    closed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    close_reason: str | None = None


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
