"""What waits and what finds: never replayed, deleted on schedule, personal data sealed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.enrollment.models.base import INSTANT, Operational

_NULL = JSONB(none_as_null=True)


class PersonLookup(Operational, table=True):
    """Finds a worker without keeping who it is: hashes under the pepper, deleted at erasure."""

    __tablename__ = "person_lookup"
    __table_args__ = (
        Index("person_lookup_by_kk", "kk_hash"),
        Index("person_lookup_by_family", "family_hash"),
    )

    worker_id: UUID = Field(primary_key=True)
    nik_hash: bytes = Field(unique=True)
    kk_hash: bytes
    family_hash: bytes
    """Of birth date and mother, near spellings alike: candidates for possible duplicates."""
    limit_on: date
    """The day on which the worker reaches the age limit."""


class StagedRoster(Operational, table=True):
    """The key under which a roster's rows wait, wrapped, and the sender's columns.

    Deleting it makes every copy of the rows unreadable.
    """

    __tablename__ = "staged_roster"

    roster_id: UUID = Field(primary_key=True)
    wrapped: bytes
    columns: list[str] = Field(sa_type=JSONB)
    staged_at: datetime = Field(sa_type=INSTANT)
    replaces: UUID | None = None
    """The worker whose place its one row is to take."""


class StagedChunk(Operational, table=True):
    """A thousand rows of a roster, sealed, and how far the work on them is."""

    __tablename__ = "staged_chunk"

    roster_id: UUID = Field(primary_key=True)
    chunk: int = Field(primary_key=True)
    row_count: int
    sealed: bytes
    nik_hashes: bytes | None = None
    """16 bytes for each row, zeros where it has no NIK: finds a person who waits."""
    ready: bytes | None = None
    """The rows that are fit, as they become members, sealed; none until it is validated."""
    fit: dict[str, int] | None = Field(default=None, sa_type=_NULL)
    """Rows that may become members, by kabupaten or kota; none until it is validated."""
    enrolled: int | None = None
    """Rows that became members; none until it is worked through."""


class RowFinding(Operational, table=True):
    """A row that was refused or warned about: why, and its cells, sealed, to be sent back."""

    __tablename__ = "row_finding"
    __table_args__ = (Index("row_finding_by_person", "nik_hash"),)

    roster_id: UUID = Field(primary_key=True)
    row_number: int = Field(primary_key=True)
    severity: str
    """`refused` or `warning`."""
    findings: list[dict[str, Any]] = Field(sa_type=JSONB)
    """Field, slug and reason of each, the main one first."""
    cells: bytes
    """The row as it was sent, sealed under the roster's key."""
    nik_hash: bytes | None = None
    other_worker_id: UUID | None = None
    """The member who may be the same person."""
