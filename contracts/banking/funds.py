"""Events of the province's money: deposits, and the invoices that are paid from them."""

from typing import ClassVar

from contracts.banking.ledger import Transfer
from contracts.event import Event
from contracts.types import InvoiceId, Line, Month, Officer, ProgrammeId, Rupiah


class FundsDeposited(Event):
    """The province put money into the account of a programme."""

    type: ClassVar[str] = "banking.funds-deposited.v1"
    key_field: ClassVar[str] = "programme_id"

    programme_id: ProgrammeId
    transfer: Transfer
    document: Line
    """The province's reference, such as the number of the SP2D."""
    deposited_by: Officer


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
    spp: Line | None = None
    """The number of the request for payment that came before."""
    spm: Line | None = None
    """The number of the order to pay that came between."""


class InvoiceUnpaid(Event):
    """The programme's account could not carry an invoice; it is paid when money comes."""

    type: ClassVar[str] = "banking.invoice-unpaid.v1"
    key_field: ClassVar[str] = "invoice_id"

    invoice_id: InvoiceId
    programme_id: ProgrammeId
    month: Month
    shortfall: Rupiah
    payment_order: Line
    ordered_by: Officer | None = None
    spp: Line | None = None
    spm: Line | None = None
