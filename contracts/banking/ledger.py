"""Events of the ledger: transfers, money in and out at the counter, holds."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.event import Event
from contracts.types import AccountId, Line, Officer, Rupiah, TransferId

TransferKind = Literal[
    "deposit", "contribution", "benefit", "reserve", "settle", "return",
    "posting", "cash-in", "cash-out", "suspense", "recovery",
]  # fmt: skip


class Transfer(BaseModel):
    """Money that left one account and reached another: one row, so value cannot appear."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    transfer_id: TransferId
    kind: TransferKind
    reference: UUID
    """What is paid. With `kind` it is unique: nothing is paid twice."""
    debit_account: AccountId
    credit_account: AccountId
    amount: Rupiah
    debit_balance: int = Field(strict=True)
    """What was left on the account that paid, in rupiah; below zero only outside the bank."""


class TransferPosted(Event):
    """A transfer of a batch was made."""

    type: ClassVar[str] = "banking.transfer-posted.v1"
    key_field: ClassVar[str] = "event_id"
    """Transfers need no order: under one key they would be applied one by one."""

    batch_id: UUID
    transfer: Transfer
    purpose: Line
    posted_by: Officer


class CashPaidIn(Event):
    """Cash came over the counter onto an account."""

    type: ClassVar[str] = "banking.cash-paid-in.v1"
    key_field: ClassVar[str] = "account_id"

    account_id: AccountId
    transfer: Transfer
    branch: Line
    taken_by: Officer


class CashPaidOut(Event):
    """Cash left an account over the counter."""

    type: ClassVar[str] = "banking.cash-paid-out.v1"
    key_field: ClassVar[str] = "account_id"
    readers: ClassVar[tuple[str, ...]] = ("claims",)

    account_id: AccountId
    transfer: Transfer
    branch: Line
    paid_by: Officer


class HoldPlaced(Event):
    """Money on an account is kept for a purpose: it stays there and cannot be paid out."""

    type: ClassVar[str] = "banking.hold-placed.v1"
    key_field: ClassVar[str] = "account_id"

    account_id: AccountId
    hold_id: UUID
    amount: Rupiah
    reason: Line
    placed_by: Officer


class HoldReleased(Event):
    """The money is free again."""

    type: ClassVar[str] = "banking.hold-released.v1"
    key_field: ClassVar[str] = "account_id"

    account_id: AccountId
    hold_id: UUID
    amount: Rupiah
    reason: Line
    released_by: Officer
