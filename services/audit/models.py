"""Tables of the audit service: what it vouched for and what it found.

The record itself is the archive on disk. State tables are changed by projections.py alone.
"""

from datetime import datetime
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
    signed_by: str
    signed_at: datetime = Field(sa_type=INSTANT)


class Finding(Table, table=True):
    """Something in the record that is not as it was."""

    __tablename__ = "findings"

    finding_id: UUID = Field(primary_key=True)
    kind: str
    place: str
    detail: str
    raised_at: datetime = Field(sa_type=INSTANT)


class Operational(SQLModel, registry=registry()):
    """Base of the tables that are not state. Audit has none of its own."""
