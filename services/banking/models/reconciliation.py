"""The rail's statements beside our book, and the days that are closed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import BigInteger, Field

from services.banking.models.base import INSTANT, Table


class RailStatement(Table, table=True):
    """A statement of a day; the last one received of a day counts."""

    __tablename__ = "rail_statements"
    __table_args__ = (Index("rail_statements_by_day", "day", "number"),)

    statement_id: UUID = Field(primary_key=True)
    day: date
    number: int
    """Which of the day it is."""
    format: str
    sha256: str
    lines: int
    amount: int = Field(sa_type=BigInteger)
    matched: int
    received_by: str
    received_at: datetime = Field(sa_type=INSTANT)


class Difference(Table, table=True):
    """A transfer on which the rail and we differ: open, explained, accepted or resolved."""

    __tablename__ = "differences"
    __table_args__ = (Index("differences_by_day", "day", "state"),)

    difference_id: UUID = Field(primary_key=True)
    day: date
    statement_id: UUID
    kind: str
    rail_reference: str
    payout_id: UUID | None = None
    our_amount: int | None = Field(default=None, sa_type=BigInteger)
    their_amount: int | None = Field(default=None, sa_type=BigInteger)
    state: str
    found_at: datetime = Field(sa_type=INSTANT)
    explanation: str | None = None
    evidence: str | None = None
    explained_by: str | None = None
    explained_at: datetime | None = Field(default=None, sa_type=INSTANT)
    accepted_by: str | None = None
    accepted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    resolved_at: datetime | None = Field(default=None, sa_type=INSTANT)
    suspense: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    """Rupiah of it that stand in suspense."""
    recovered_by: str | None = None
    """Who recovered some of it, the last time."""
    recovered_at: datetime | None = Field(default=None, sa_type=INSTANT)


class ClosedDay(Table, table=True):
    """A day of the bank that is closed."""

    __tablename__ = "closed_days"

    day: date = Field(primary_key=True)
    statement_id: UUID
    matched: int
    differences: int
    unknown: int
    debits: int = Field(sa_type=BigInteger)
    credits: int = Field(sa_type=BigInteger)
    closed_by: str
    closed_at: datetime = Field(sa_type=INSTANT)
