"""Rosters: what was sent, what became of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import BigInteger, Field

from services.enrollment.models.base import INSTANT, Table

_COUNTS = JSONB(none_as_null=True)


class Roster(Table, table=True):
    """A file with workers that a district sent, or one worker who was proposed."""

    __tablename__ = "rosters"
    __table_args__ = (CheckConstraint("decided_by <> received_by", name="checker_is_not_maker"),)

    roster_id: UUID = Field(primary_key=True)
    programme_id: UUID
    region_code: str
    kind: str = Field(default="file", sa_column_kwargs={"server_default": "file"})
    sha256: str
    row_count: int
    received_by: str
    received_at: datetime = Field(sa_type=INSTANT)
    received_event_id: UUID
    correlation_id: UUID
    validated_at: datetime | None = Field(default=None, sa_type=INSTANT)
    fit: int | None = None
    refused_first: dict[str, int] | None = Field(default=None, sa_type=_COUNTS)
    """Rows refused when the roster was validated, by reason."""
    warned: dict[str, int] | None = Field(default=None, sa_type=_COUNTS)
    amount: int | None = Field(default=None, sa_type=BigInteger)
    decided_at: datetime | None = Field(default=None, sa_type=INSTANT)
    decided_by: str | None = None
    decided_event_id: UUID | None = None
    approved: bool | None = None
    left_out: int | None = None
    rejection: str | None = None
    processed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    enrolled: int | None = None
    refused: dict[str, int] | None = Field(default=None, sa_type=_COUNTS)
    """Rows refused in the end, by reason."""
