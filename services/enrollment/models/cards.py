"""Cards."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from services.enrollment.models.base import INSTANT, Table


class Card(Table, table=True):
    """A printed card: in which batch, to whom it went, whether it was lost."""

    __tablename__ = "cards"
    __table_args__ = (
        Index("cards_by_worker", "worker_id"),
        Index("cards_by_batch", "batch_id"),
    )

    card_id: UUID = Field(primary_key=True)
    worker_id: UUID
    programme_id: UUID
    batch_id: UUID | None = None
    village_code: str | None = None
    """Where its batch went; the member may have moved since."""
    replaces: UUID | None = None
    printed_by: str
    printed_at: datetime = Field(sa_type=INSTANT)
    delivered_by: str | None = None
    delivered_at: datetime | None = Field(default=None, sa_type=INSTANT)
    place: str | None = None
    handed_to: str | None = None
    lost_at: datetime | None = Field(default=None, sa_type=INSTANT)
    lost_reason: str | None = None
    reported_by: str | None = None
