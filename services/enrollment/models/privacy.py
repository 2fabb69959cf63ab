"""The register of processing, and what members asked about their data."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.enrollment.models.base import INSTANT, Table


class Reading(Table, table=True):
    """Somebody read one worker's data: who, as what, why, which (UU 27/2022 art. 31)."""

    __tablename__ = "readings"
    __table_args__ = (
        Index("readings_by_worker", "worker_id", "read_at"),
        Index("readings_by_reader", "read_by", "read_at"),
        Index("readings_by_time", "read_at", "event_id"),
    )

    event_id: UUID = Field(primary_key=True)
    worker_id: UUID
    read_by: str
    role: str
    reason: str
    what: str
    read_at: datetime = Field(sa_type=INSTANT)


class Export(Table, table=True):
    """Somebody took a list out."""

    __tablename__ = "exports"

    export_id: UUID = Field(primary_key=True)
    exported_by: str
    role: str
    reason: str
    what: str
    row_count: int
    masked: bool
    exported_at: datetime = Field(sa_type=INSTANT)


class DataRequest(Table, table=True):
    """A member's wish to see, correct or erase their data; 72 hours to answer."""

    __tablename__ = "data_requests"
    __table_args__ = (Index("data_requests_by_worker", "worker_id"),)

    request_id: UUID = Field(primary_key=True)
    worker_id: UUID
    kind: str
    fields: list[str] = Field(sa_type=JSONB)
    wanted: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    due_at: datetime = Field(sa_type=INSTANT)
    received_by: str
    received_at: datetime = Field(sa_type=INSTANT)
    outcome: str | None = None
    legal_ground: str | None = None
    reason: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=INSTANT)
