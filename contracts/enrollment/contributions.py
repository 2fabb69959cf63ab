"""Events of contributions: a month is billed, listed, due, paid."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from contracts.enrollment.programmes import Payer
from contracts.event import Event
from contracts.types import (
    DistrictCode,
    Heads,
    InvoiceId,
    Line,
    Month,
    Officer,
    ProgrammeId,
    Rupiah,
    Sha256,
    WorkerId,
)


class BillingOrdered(Event):
    """Somebody asked to bill a month of a programme in every kecamatan."""

    type: ClassVar[str] = "enrollment.billing-ordered.v1"
    key_field: ClassVar[str] = "run_id"

    run_id: UUID
    programme_id: ProgrammeId
    month: Month
    ordered_by: Officer


class ContributionBilled(Event):
    """A member's contribution for a month stands on an invoice."""

    type: ClassVar[str] = "enrollment.contribution-billed.v1"

    worker_id: WorkerId
    programme_id: ProgrammeId
    invoice_id: InvoiceId
    month: Month
    amount: Rupiah
    payer: Payer = "apbd"


class InvoiceIssued(Event):
    """The programme owes the contributions of one kecamatan for one month."""

    type: ClassVar[str] = "enrollment.invoice-issued.v1"
    key_field: ClassVar[str] = "invoice_id"
    readers: ClassVar[tuple[str, ...]] = ("banking",)

    invoice_id: InvoiceId
    programme_id: ProgrammeId
    month: Month
    district_code: DistrictCode
    heads: Heads
    amount: Rupiah
    due_on: date
    """The 15th of the month, Asia/Makassar, or the next working day (PP 44/2015 art. 24(3)(4))."""
    run_id: UUID | None = None
    """The billing run that issued it."""


class MonthlyListFrozen(Event):
    """The list of who is billed for a month is final, and its digest stands here."""

    type: ClassVar[str] = "enrollment.monthly-list-frozen.v1"
    key_field: ClassVar[str] = "run_id"

    run_id: UUID
    programme_id: ProgrammeId
    month: Month
    invoices: int
    heads: int
    amount: int
    sha256: Sha256
    """Of the lines `worker_id,district_code,amount`, sorted, each ended by a line feed."""


class InvoiceOverdue(Event):
    """The funder has not paid an invoice by its due date: these are the funder's arrears."""

    type: ClassVar[str] = "enrollment.invoice-overdue.v1"
    key_field: ClassVar[str] = "invoice_id"

    invoice_id: InvoiceId
    programme_id: ProgrammeId
    month: Month
    district_code: DistrictCode
    due_on: date
    heads: Heads
    amount: Rupiah


class InvoiceCleared(Event):
    """Banking paid the invoice, and every month on it is paid."""

    type: ClassVar[str] = "enrollment.invoice-cleared.v1"
    key_field: ClassVar[str] = "invoice_id"

    invoice_id: InvoiceId
    programme_id: ProgrammeId
    month: Month
    heads: Heads
    amount: Rupiah
    payment_order: Line
    """The document that ordered the payment (SP2D)."""


class ContributionPaid(Event):
    """A member's month was paid."""

    type: ClassVar[str] = "enrollment.contribution-paid.v1"
    readers: ClassVar[tuple[str, ...]] = ("claims",)

    worker_id: WorkerId
    programme_id: ProgrammeId
    invoice_id: InvoiceId
    """The invoice, or the receipt of a member who paid with his own money."""
    month: Month
    amount: Rupiah
    payer: Payer = "apbd"
