"""Tables of the banking service.

State tables are changed by projections.py alone, row by row of their own key or by unconditional
amounts. They have no foreign keys: replay applies the keys of different shards in any order.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import BigInteger, Field, SQLModel

INSTANT = DateTime(timezone=True)


class Table(SQLModel, registry=registry()):
    """Base of the state tables, which replay rebuilds."""


class Account(Table, table=True):
    """A savings account of a member or an heir."""

    __tablename__ = "accounts"

    account_id: UUID = Field(primary_key=True)
    holder_id: UUID = Field(unique=True)
    holder: str
    opened_at: datetime = Field(sa_type=INSTANT)
    blocked_at: datetime | None = Field(default=None, sa_type=INSTANT)
    claim_id: UUID | None = None
    """The claim that it is blocked for."""


class Deferral(Table, table=True):
    """A member without an account, and the papers that are missing."""

    __tablename__ = "deferrals"

    worker_id: UUID = Field(primary_key=True)
    missing: str
    deferred_at: datetime = Field(sa_type=INSTANT)


class Balance(Table, table=True):
    """What an account holds, in rupiah; below zero only outside the bank."""

    __tablename__ = "balances"

    account_id: UUID = Field(primary_key=True)
    balance: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class Transfer(Table, table=True):
    """Money that left one account and reached another."""

    __tablename__ = "transfers"
    __table_args__ = (
        UniqueConstraint("kind", "reference", name="paid_once"),
        CheckConstraint("amount > 0", name="amount_above_zero"),
        CheckConstraint("debit_account <> credit_account", name="two_accounts"),
    )

    transfer_id: UUID = Field(primary_key=True)
    kind: str
    reference: UUID
    debit_account: UUID
    credit_account: UUID
    amount: int = Field(sa_type=BigInteger)
    debit_balance: int = Field(sa_type=BigInteger)
    transferred_at: datetime = Field(sa_type=INSTANT)


class Payment(Table, table=True):
    """What became of an invoice that somebody ordered to pay."""

    __tablename__ = "payments"

    invoice_id: UUID = Field(primary_key=True)
    programme_id: UUID
    month: str
    payment_order: str
    amount: int | None = Field(default=None, sa_type=BigInteger)
    """Rupiah paid; None while it is unpaid."""
    paid_at: datetime | None = Field(default=None, sa_type=INSTANT)
    shortfall: int | None = Field(default=None, sa_type=BigInteger)
    """Rupiah that the programme's account lacked at the last try; None when it is paid."""


class Payout(Table, table=True):
    """A benefit line on its way to a payee: ordered, submitted, then settled or failed."""

    __tablename__ = "payouts"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_above_zero"),
        Index("payouts_open", "rail", "state", "ordered_at"),
    )

    payout_id: UUID = Field(primary_key=True)
    claim_id: UUID
    worker_id: UUID
    payee_id: UUID
    benefit: str
    amount: int = Field(sa_type=BigInteger)
    rail: str
    state: str
    ordered_at: datetime = Field(sa_type=INSTANT)
    ordered_event_id: UUID
    correlation_id: UUID
    submitted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    finished_at: datetime | None = Field(default=None, sa_type=INSTANT)
    reason: str | None = None
    """Why it failed."""


class Programme(Table, table=True):
    """Replica of enrollment: whose money pays contributions."""

    __tablename__ = "programmes"

    programme_id: UUID = Field(primary_key=True)
    province_code: str
    name: str


class Member(Table, table=True):
    """Replica of enrollment: where a member lives."""

    __tablename__ = "members"

    worker_id: UUID = Field(primary_key=True)
    village_code: str


class Invoice(Table, table=True):
    """Replica of enrollment: what a programme owes for one kecamatan and month."""

    __tablename__ = "invoices"
    __table_args__ = (Index("invoices_by_month", "programme_id", "month"),)

    invoice_id: UUID = Field(primary_key=True)
    programme_id: UUID
    month: str
    district_code: str
    amount: int = Field(sa_type=BigInteger)
    due_on: date


class Party(Table, table=True):
    """Replica of claims: who is paid on a claim, and where; who it is, is sealed."""

    __tablename__ = "parties"
    __table_args__ = (Index("parties_by_party", "party_id"),)

    claim_id: UUID = Field(primary_key=True)
    party_id: UUID = Field(primary_key=True)
    worker_id: UUID
    account: str
    identity: dict[str, Any] = Field(sa_type=JSONB)


class FiledClaim(Table, table=True):
    """Replica of claims: a member whose death was reported."""

    __tablename__ = "filed_claims"
    __table_args__ = (Index("filed_claims_by_worker", "worker_id"),)

    claim_id: UUID = Field(primary_key=True)
    worker_id: UUID


class Operational(SQLModel, registry=registry()):
    """Base of the tables that are not state: never replayed, deleted on schedule."""


class Submission(Operational, table=True):
    """How far a submitted payout is with the rail. Real time, by the database's clock."""

    __tablename__ = "submission"

    payout_id: UUID = Field(primary_key=True)
    sent_at: datetime | None = Field(default=None, sa_type=INSTANT)
    """From then on the order may have reached the rail; None: it never left."""
    tries: int
    """Tries that ended without a clear answer."""
    next_try_at: datetime | None = Field(sa_type=INSTANT)
    """None: no further try, a person has to ask the other bank."""
