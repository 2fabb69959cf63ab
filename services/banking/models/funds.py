"""What became of the invoices that a province ordered to pay."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import BigInteger, Field

from services.banking.models.base import INSTANT, Table


class Payment(Table, table=True):
    """What became of an invoice that somebody ordered to pay."""

    __tablename__ = "payments"
    __table_args__ = (
        Index("payments_unpaid", "programme_id", postgresql_where=text("paid_at IS NULL")),
    )

    invoice_id: UUID = Field(primary_key=True)
    programme_id: UUID
    month: str
    payment_order: str
    """The SP2D; `spp` and `spm` are the papers before it."""
    spp: str | None = None
    spm: str | None = None
    ordered_by: str | None = None
    amount: int | None = Field(default=None, sa_type=BigInteger)
    """Rupiah paid; None while it is unpaid."""
    paid_at: datetime | None = Field(default=None, sa_type=INSTANT)
    shortfall: int | None = Field(default=None, sa_type=BigInteger)
    """Rupiah that the programme's account lacked at the last try to pay this and all that was due
    before; None when it is paid."""
    event_id: UUID
    correlation_id: UUID
    """Of the event that said so last; what follows has its id from there."""
