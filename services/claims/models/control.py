"""Warning signs, second looks, letters."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.claims.models.base import INSTANT, Table


class RaisedWarning(Table, table=True):
    """A sign that was seen in frauds; it decides nothing."""

    __tablename__ = "warnings"
    __table_args__ = (
        Index("warnings_by_claim", "claim_id"),
        Index("warnings_open", "outcome", "raised_at"),
    )

    warning_id: UUID = Field(primary_key=True)
    claim_id: UUID
    warning: str
    words: str
    linked_claims: list[Any] = Field(sa_type=JSONB)
    """Ids of the claims that share something with this one."""
    raised_at: datetime = Field(sa_type=INSTANT)
    outcome: str | None = None
    """`cleared` or `confirmed`; None: the fraud officer has not looked."""
    reason: str | None = None
    settled_by: str | None = None
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)


class Review(Table, table=True):
    """A second look at an approved claim that was drawn by lot."""

    __tablename__ = "reviews"
    __table_args__ = (Index("reviews_by_claim", "claim_id"),)

    review_id: UUID = Field(primary_key=True)
    claim_id: UUID
    seed: str
    share: int
    drawn_at: datetime = Field(sa_type=INSTANT)
    outcome: str | None = None
    reason: str | None = None
    closed_by: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=INSTANT)


class Letter(Table, table=True):
    """A letter that was made for a family."""

    __tablename__ = "letters"
    __table_args__ = (Index("letters_by_claim", "claim_id"),)

    event_id: UUID = Field(primary_key=True)
    claim_id: UUID
    letter: str
    sha256: str
    issued_by: str
    issued_at: datetime = Field(sa_type=INSTANT)
