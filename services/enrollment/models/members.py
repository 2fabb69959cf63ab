"""Workers, their memberships and covers, and what is to be looked at."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import BigInteger, Field

from services.enrollment.models.base import INSTANT, Table


class Worker(Table, table=True):
    """A person who was taken into a programme; who it is, is sealed."""

    __tablename__ = "workers"
    __table_args__ = (
        Index("workers_by_kpj", "kpj", unique=True, postgresql_where=text("kpj IS NOT NULL")),
    )

    worker_id: UUID = Field(primary_key=True)
    roster_id: UUID
    village_code: str
    has_ktp: bool
    has_kk: bool
    identity: dict[str, Any] = Field(sa_type=JSONB)
    enrolled_at: datetime = Field(sa_type=INSTANT)
    account_id: UUID | None = None
    warnings: list[str] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": "[]"})
    """What was doubtful about the row and let pass by a second person."""
    kpj: str | None = None
    """The member number: one for all programmes, issued on the first payment."""
    erased_at: datetime | None = Field(default=None, sa_type=INSTANT)


class Membership(Table, table=True):
    """A worker's place in a programme: the months promised, and how the cover stands."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index("memberships_by_district", "programme_id", "district_code"),
        Index("memberships_by_village", "village_code", "worker_id"),
        Index(
            "memberships_without_cover",
            "worker_id",
            postgresql_where=text("covered_from IS NULL AND ended_on IS NULL"),
        ),
        Index(
            "memberships_by_end_claim",
            "end_claim_id",
            postgresql_where=text("end_claim_id IS NOT NULL"),
        ),
    )

    worker_id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(primary_key=True)
    region_code: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The kabupaten or kota whose quota and commitment carry the place; it never changes."""
    district_code: str
    """The kecamatan that is billed for it."""
    village_code: str = Field(default="", sa_column_kwargs={"server_default": ""})
    first_month: str
    last_month: str
    reserved: int = Field(sa_type=BigInteger)
    """Rupiah promised for its months: those billed, and those to come while it goes on."""
    month_amount: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Rupiah of a month, as it was promised."""
    enrolled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    covered_from: datetime | None = Field(default=None, sa_type=INSTANT)
    """When the cover that runs now, or ran last, began; none before the first payment."""
    arrears_months: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Months in a row that were owed when it was last looked at: 0 to 3."""
    arrears_oldest: str | None = None
    lapsed_on: date | None = None
    ended_on: date | None = None
    end_reason: str | None = None
    end_claim_id: UUID | None = None
    """The claim in which the death was verified, while the membership has ended by it."""
    end_released: int = Field(
        default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"}
    )
    """Rupiah for months to come that its end gave back."""
    replaced_by: UUID | None = None
    """Who got the place after the membership ended."""


class Cover(Table, table=True):
    """A time for which a membership gave cover, and the events that show it."""

    __tablename__ = "covers"

    worker_id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(primary_key=True)
    covered_from: datetime = Field(sa_type=INSTANT, primary_key=True)
    began_by: UUID
    """The event that began it."""
    begun_at: datetime | None = Field(default=None, sa_type=INSTANT)
    """When that event was recorded: later than `covered_from` when a cover before goes on."""
    reactivated: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    """It began anew, after a lapse of the same membership."""
    ended_on: date | None = None
    """The last day of cover; after a lapse the first day without."""
    end_reason: str | None = None
    """`lapse`, or why the membership ended."""
    ended_by: UUID | None = None
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)
    """When the end was recorded."""


class Amendment(Table, table=True):
    """A correction of what is known of a worker: before and after, sealed."""

    __tablename__ = "amendments"
    __table_args__ = (Index("amendments_by_worker", "worker_id"),)

    event_id: UUID = Field(primary_key=True)
    worker_id: UUID
    request_id: UUID
    fields: list[str] = Field(sa_type=JSONB)
    village_before: str | None = None
    village_code: str
    has_ktp: bool
    has_kk: bool
    before: dict[str, Any] = Field(sa_type=JSONB)
    after: dict[str, Any] = Field(sa_type=JSONB)
    amended_by: str
    amended_at: datetime = Field(sa_type=INSTANT)


class Review(Table, table=True):
    """Something about a member that a person has to look at."""

    __tablename__ = "reviews"
    __table_args__ = (Index("reviews_by_worker", "worker_id"),)

    review_id: UUID = Field(primary_key=True)
    worker_id: UUID
    village_code: str
    kind: str
    other_worker_id: UUID | None = None
    raised_at: datetime = Field(sa_type=INSTANT)
    decided_at: datetime | None = Field(default=None, sa_type=INSTANT)
    decided_by: str | None = None
    outcome: str | None = None
    reason: str | None = None


class NumberRange(Table, table=True):
    """Member numbers that an office owns, both ends included."""

    __tablename__ = "kpj_ranges"

    range_id: UUID = Field(primary_key=True)
    area: str
    first: str
    last: str
    granted_by: str
    granted_at: datetime = Field(sa_type=INSTANT)
