"""Months billed and paid, invoices, billing runs."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import BigInteger, Field

from services.enrollment.models.base import INSTANT, Table


class Contribution(Table, table=True):
    """One member's month on an invoice, or on the receipt of a member who paid it himself."""

    __tablename__ = "contributions"
    __table_args__ = (
        Index("contributions_by_invoice", "invoice_id"),
        CheckConstraint("amount > 0", name="amount_above_zero"),
    )

    worker_id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(primary_key=True)
    month: str = Field(primary_key=True)
    invoice_id: UUID
    amount: int = Field(sa_type=BigInteger)
    payer: str = Field(default="apbd", sa_column_kwargs={"server_default": "apbd"})
    paid_at: datetime | None = Field(default=None, sa_type=INSTANT)
    paid_by_event: UUID | None = None


class Invoice(Table, table=True):
    """What the programme owes for one kecamatan and month."""

    __tablename__ = "invoices"
    __table_args__ = (Index("invoices_by_month", "programme_id", "month"),)

    invoice_id: UUID = Field(primary_key=True)
    programme_id: UUID
    month: str
    district_code: str
    heads: int
    amount: int = Field(sa_type=BigInteger)
    due_on: date
    issued_at: datetime = Field(sa_type=INSTANT)
    run_id: UUID | None = None
    overdue_at: datetime | None = Field(default=None, sa_type=INSTANT)
    cleared_at: datetime | None = Field(default=None, sa_type=INSTANT)
    payment_order: str | None = None


class BillingRun(Table, table=True):
    """A month of a programme that is billed in every kecamatan, and the list that came of it."""

    __tablename__ = "billing_runs"

    run_id: UUID = Field(primary_key=True)
    programme_id: UUID
    month: str
    ordered_by: str
    ordered_at: datetime = Field(sa_type=INSTANT)
    ordered_event_id: UUID
    correlation_id: UUID
    frozen_at: datetime | None = Field(default=None, sa_type=INSTANT)
    invoices: int | None = None
    heads: int | None = None
    amount: int | None = Field(default=None, sa_type=BigInteger)
    sha256: str | None = None
