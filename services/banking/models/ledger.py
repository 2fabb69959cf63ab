"""The ledger: transfers, what accounts hold, and what of it is kept back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import BigInteger, Field

from services.banking.models.base import INSTANT, Table


class Balance(Table, table=True):
    """What an account holds, in rupiah; below zero only outside the bank."""

    __tablename__ = "balances"

    account_id: UUID = Field(primary_key=True)
    balance: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    held: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    """Rupiah of the balance that holds keep back."""


class Transfer(Table, table=True):
    """Money that left one account and reached another.

    Its key is what it pays: nothing is paid twice. `transfer_id` follows from it and needs no index
    of its own, which a batch would have to fill.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_above_zero"),
        CheckConstraint("debit_account <> credit_account", name="two_accounts"),
        Index("transfers_by_debit", "debit_account", "transferred_at"),
        Index("transfers_by_credit", "credit_account", "transferred_at"),
    )

    transfer_id: UUID
    kind: str = Field(primary_key=True)
    reference: UUID = Field(primary_key=True)
    debit_account: UUID
    credit_account: UUID
    amount: int = Field(sa_type=BigInteger)
    debit_balance: int = Field(sa_type=BigInteger)
    transferred_at: datetime = Field(sa_type=INSTANT)
    purpose: str | None = None


class Hold(Table, table=True):
    """Money on an account that is kept for a purpose."""

    __tablename__ = "holds"
    __table_args__ = (Index("holds_by_account", "account_id"),)

    hold_id: UUID = Field(primary_key=True)
    account_id: UUID
    amount: int = Field(sa_type=BigInteger)
    reason: str
    placed_by: str
    placed_at: datetime = Field(sa_type=INSTANT)
    released_by: str | None = None
    released_at: datetime | None = Field(default=None, sa_type=INSTANT)
