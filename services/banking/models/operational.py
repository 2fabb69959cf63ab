"""What banking needs beside its state: how far the rail is, what it sent, lines of statements."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import BigInteger, Field

from services.banking.models.base import INSTANT, Operational


class Submission(Operational, table=True):
    """How far a submitted payout is with the rail. Real time, by the database's clock."""

    __tablename__ = "submission"

    payout_id: UUID = Field(primary_key=True)
    sent_at: datetime | None = Field(default=None, sa_type=INSTANT)
    """From then on the order may have reached the rail; None: it never left."""
    tries: int
    """Tries that ended without a clear answer."""
    next_try_at: datetime | None = Field(sa_type=INSTANT)
    """None: no further try, a person has to ask the other bank."""


class RailCallback(Operational, table=True):
    """A call-back that was dealt with: the same one, told again, changes nothing."""

    __tablename__ = "rail_callback"

    digest: bytes = Field(primary_key=True)
    """SHA-256 of its body, 32 bytes."""
    received_at: datetime = Field(sa_type=INSTANT)


class StatementLine(Operational, table=True):
    """A transfer as the rail's statement tells it: of each day, the statement that counts."""

    __tablename__ = "statement_line"
    __table_args__ = (
        Index("statement_line_by_day", "day"),
        Index("statement_line_by_payout", "payout_id"),
    )

    statement_id: UUID = Field(primary_key=True)
    line: int = Field(primary_key=True)
    """Its place in the statement, from 1."""
    day: date
    payout_id: UUID | None = None
    """None: its reference is none of ours."""
    rail_reference: str
    amount: int = Field(sa_type=BigInteger)
