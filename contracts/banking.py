"""Events of the banking service: accounts, the ledger, invoices, payouts."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.claims import Benefit
from contracts.event import Event
from contracts.shared import ParkedDropped
from contracts.types import (
    AccountId,
    ClaimId,
    InvoiceId,
    Line,
    Month,
    Officer,
    PartyId,
    PayoutId,
    ProgrammeId,
    Rupiah,
    TransferId,
    WorkerId,
)

Paper = Literal["ktp", "kk"]
"""The identity card and the family card, which a bank must see."""


class Transfer(BaseModel):
    """Money that left one account and reached another: one row, so value cannot appear."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    transfer_id: TransferId
    kind: Literal["deposit", "contribution", "benefit", "reserve", "settle", "return"]
    reference: UUID
    """What is paid. With `kind` it is unique: nothing is paid twice."""
    debit_account: AccountId
    credit_account: AccountId
    amount: Rupiah
    debit_balance: int = Field(strict=True)
    """What was left on the account that paid, in rupiah; below zero only outside the bank."""


class FundsDeposited(Event):
    """The province put money into the account of a programme."""

    type: ClassVar[str] = "banking.funds-deposited.v1"
    key_field: ClassVar[str] = "programme_id"

    programme_id: ProgrammeId
    transfer: Transfer
    document: Line
    """The province's reference, such as the number of the SP2D."""
    deposited_by: Officer


class AccountOpened(Event):
    """A savings account exists for a member or an heir; the passbook waits at the branch."""

    type: ClassVar[str] = "banking.account-opened.v1"
    key_field: ClassVar[str] = "holder_id"
    readers: ClassVar[tuple[str, ...]] = ("enrollment",)

    holder_id: UUID
    """The worker's id or the heir's party id."""
    holder: Literal["member", "heir"]
    account_id: AccountId


class AccountDeferred(Event):
    """No account yet: the bank needs the papers named here."""

    type: ClassVar[str] = "banking.account-deferred.v1"

    worker_id: WorkerId
    missing: tuple[Paper, ...] = Field(min_length=1)


class AccountBlocked(Event):
    """The holder's death was reported: nothing leaves the account."""

    type: ClassVar[str] = "banking.account-blocked.v1"

    worker_id: WorkerId
    account_id: AccountId
    claim_id: ClaimId


class InvoicePaid(Event):
    """The contributions of one kecamatan and month reached the insurer."""

    type: ClassVar[str] = "banking.invoice-paid.v1"
    key_field: ClassVar[str] = "invoice_id"
    readers: ClassVar[tuple[str, ...]] = ("enrollment",)

    invoice_id: InvoiceId
    programme_id: ProgrammeId
    month: Month
    transfer: Transfer
    payment_order: Line
    """The number of the SP2D that the payment rests on (PP 12/2019 art. 141)."""
    paid_by: Officer


class InvoiceUnpaid(Event):
    """The programme's account could not carry an invoice; a later order may pay it."""

    type: ClassVar[str] = "banking.invoice-unpaid.v1"
    key_field: ClassVar[str] = "invoice_id"

    invoice_id: InvoiceId
    programme_id: ProgrammeId
    month: Month
    shortfall: Rupiah
    payment_order: Line


class PayoutOrdered(Event):
    """One benefit line is to reach one payee. `payout_id` is its reference for life."""

    type: ClassVar[str] = "banking.payout-ordered.v1"

    payout_id: PayoutId
    claim_id: ClaimId
    worker_id: WorkerId
    payee_id: PartyId
    benefit: Benefit
    amount: Rupiah
    rail: Literal["same-bank", "interbank"]


class PayoutSubmitted(Event):
    """The money was set aside and the order is about to leave for the other bank.

    Recorded before the rail is called: whatever happens then, the payout is never forgotten.
    """

    type: ClassVar[str] = "banking.payout-submitted.v1"

    payout_id: PayoutId
    claim_id: ClaimId
    worker_id: WorkerId
    transfer: Transfer


class PayoutSettled(Event):
    """A benefit line arrived."""

    type: ClassVar[str] = "banking.payout-settled.v1"
    readers: ClassVar[tuple[str, ...]] = ("claims",)

    payout_id: PayoutId
    claim_id: ClaimId
    worker_id: WorkerId
    benefit: Benefit
    amount: Rupiah
    transfer: Transfer


class PayoutFailed(Event):
    """The other bank refused; the money is back on the insurer's account."""

    type: ClassVar[str] = "banking.payout-failed.v1"
    readers: ClassVar[tuple[str, ...]] = ("claims",)

    payout_id: PayoutId
    claim_id: ClaimId
    worker_id: WorkerId
    benefit: Benefit
    reason: Line
    """The rail's code and words."""
    transfer: Transfer


class ParkedEventDropped(ParkedDropped):
    """An event that banking could not handle was given up."""

    type: ClassVar[str] = "banking.parked-event-dropped.v1"
