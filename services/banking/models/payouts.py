"""Benefits on their way, and the slips that payees show at a branch."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import BigInteger, Field

from services.banking.models.base import INSTANT, Table


class Payout(Table, table=True):
    """A benefit line on its way to a payee: ordered, submitted, then settled or failed.

    While `stopped_reason` is there, it waits in that state for a person.
    """

    __tablename__ = "payouts"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_above_zero"),
        Index("payouts_open", "rail", "state", "ordered_at"),
        Index("payouts_by_claim", "claim_id"),
        Index("payouts_by_finish", "finished_at"),
    )

    payout_id: UUID = Field(primary_key=True)
    claim_id: UUID
    worker_id: UUID
    payee_id: UUID
    benefit: str
    amount: int = Field(sa_type=BigInteger)
    rail: str
    state: str
    ordered_at: datetime = Field(sa_type=INSTANT)
    ordered_event_id: UUID
    correlation_id: UUID
    replaces: UUID | None = Field(default=None, unique=True)
    """The failed payout whose place it takes; each is replaced once."""
    line_id: UUID | None = None
    """The line of the decision; whoever takes its place keeps it."""
    submitted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    finished_at: datetime | None = Field(default=None, sa_type=INSTANT)
    reason: str | None = None
    """Why it failed."""
    stopped_reason: str | None = None
    stopped_words: str | None = None
    stopped_at: datetime | None = Field(default=None, sa_type=INSTANT)
    proposed_outcome: str | None = None
    """What an officer learned from the other bank, until a second one confirms it."""
    proposed_evidence: str | None = None
    proposed_by: str | None = None
    confirmed_by: str | None = None


class Slip(Table, table=True):
    """A payout slip; the last one issued of a payout is good, once."""

    __tablename__ = "slips"
    __table_args__ = (Index("slips_by_payout", "payout_id", "number", unique=True),)

    slip_id: UUID = Field(primary_key=True)
    payout_id: UUID
    number: int
    """Which slip of the payout it is, from 1: the highest counts."""
    issued_by: str
    issued_at: datetime = Field(sa_type=INSTANT)
    branch: str | None = None
    honored_by: str | None = None
    honored_at: datetime | None = Field(default=None, sa_type=INSTANT)
