"""Tables of the audit service: what it vouched for and what it found.

The record itself is the archive on disk. State tables are changed by projections.py alone.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import BigInteger, Field, SQLModel

INSTANT = DateTime(timezone=True)


class Table(SQLModel, registry=registry()):
    """Base of the state tables, which replay rebuilds."""


class Checkpoint(Table, table=True):
    """The archive as it was vouched for: how far each shard went, and its digest there."""

    __tablename__ = "checkpoints"

    checkpoint_id: UUID = Field(primary_key=True)
    heads: list[dict[str, Any]] = Field(sa_type=JSONB)
    events: int = Field(sa_type=BigInteger)
    root: str
    signature: str
    note: str | None
    """As a signed note, with what witnesses put below it."""
    signed_by: str
    signed_at: datetime = Field(sa_type=INSTANT)


class Finding(Table, table=True):
    """Something in the record that is not as it was, or that somebody must answer."""

    __tablename__ = "findings"

    finding_id: UUID = Field(primary_key=True)
    kind: str
    place: str
    detail: str
    event_ids: list[str] = Field(sa_type=JSONB)
    raised_by: str | None
    raised_at: datetime = Field(sa_type=INSTANT)
    state: str
    assigned_to: str | None
    due_on: date | None
    answer: str | None
    answered_by: str | None
    outcome: str | None
    closed_by: str | None


class FindingStep(Table, table=True):
    """The history of a finding: each event that moves it leaves a line."""

    __tablename__ = "finding_steps"

    event_id: UUID = Field(primary_key=True)
    finding_id: UUID = Field(index=True)
    step: str
    taken_at: datetime = Field(sa_type=INSTANT)
    officer: str | None
    words: str


class AskedQuestion(Table, table=True):
    """What auditors asked the record."""

    __tablename__ = "asked_questions"

    question_id: UUID = Field(primary_key=True)
    question: str
    parameters: dict[str, Any] = Field(sa_type=JSONB)
    form: str
    rows: int = Field(sa_type=BigInteger)
    reason: str
    asked_by: str
    asked_at: datetime = Field(sa_type=INSTANT, index=True)


class Operational(SQLModel, registry=registry()):
    """Base of the tables that are not state. Audit has none of its own."""
