"""Months: billed to the funder, listed, paid by the bank."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from chassis.local_time import local_day
from contracts.banking import InvoicePaid
from contracts.enrollment import (
    BillingOrdered,
    ContributionBilled,
    ContributionPaid,
    InvoiceCleared,
    InvoiceIssued,
    MonthlyListFrozen,
    Payer,
)
from contracts.event import Cause, Event, derived_id
from contracts.refusal import Refused
from contracts.types import InvoiceId, ProgrammeId, WorkerId
from services.enrollment.rules.months import due_on, month_of


class MonthOutsideProgramme(Refused):
    """The programme does not pay for this month."""

    slug, status, retryable = "month-outside-programme", 422, False


class MonthNotBegun(Refused):
    """A month is billed from its first day on."""

    slug, status, retryable = "month-not-begun", 409, True


class Month(NamedTuple):
    """A member's month on an invoice."""

    worker_id: WorkerId
    programme_id: ProgrammeId
    month: str
    amount: int
    payer: Payer = "apbd"


@dataclass(frozen=True)
class BillingTerms:
    """What billing a month needs to know of the programme."""

    programme_id: ProgrammeId
    first_month: str
    last_month: str
    contribution: int
    payer: Payer = "apbd"

    def check_billable(self, month: str, *, now: datetime) -> None:
        """Raises: MonthOutsideProgramme, MonthNotBegun."""
        if not self.first_month <= month <= self.last_month:
            raise MonthOutsideProgramme(
                f"the programme pays {self.first_month} to {self.last_month}, not {month}"
            )
        if month > month_of(local_day(now)):
            raise MonthNotBegun(f"{month} has not begun: bill it from its first day on")


class Bill(NamedTuple):
    """A month of these members of a kecamatan, to be put on one invoice."""

    month: str
    district_code: str
    members: Sequence[WorkerId]
    run_id: UUID | None = None


class MonthlyList(NamedTuple):
    """Who is billed for a month of a programme: heads and rupiah on how many invoices, and the
    SHA-256 of the lines `worker_id,district_code,amount`, sorted, each ended by a line feed."""

    invoices: int
    heads: int
    amount: int
    sha256: str


class Run(NamedTuple):
    """A billing run."""

    run_id: UUID
    programme_id: ProgrammeId
    month: str
    cause: Cause
    """The order."""


def order_billing(
    terms: BillingTerms, month: str, *, cause: Cause, officer: str, now: datetime
) -> BillingOrdered:
    """Have a month billed in every kecamatan. Raises: MonthOutsideProgramme, MonthNotBegun."""
    terms.check_billable(month, now=now)
    return BillingOrdered(
        **cause.stamp("order-billing", at=now),
        run_id=derived_id(cause.cause_id, "billing-run"),
        programme_id=terms.programme_id,
        month=month,
        ordered_by=officer,
    )


def issue_invoice(
    terms: BillingTerms,
    bill: Bill,
    *,
    cause: Cause,
    now: datetime,
) -> Iterator[Event]:
    """Put the month of each of these members on one invoice; no members, no invoice.

    Raises: MonthOutsideProgramme, MonthNotBegun.
    """
    month, district_code, members, run_id = bill
    terms.check_billable(month, now=now)
    if not members:
        return
    invoice_id = InvoiceId(derived_id(cause.cause_id, f"invoice {month} {district_code}"))
    for worker_id in members:
        yield ContributionBilled(
            **cause.stamp(f"bill {month} {worker_id}", at=now),
            worker_id=worker_id,
            programme_id=terms.programme_id,
            invoice_id=invoice_id,
            month=month,
            amount=terms.contribution,
            payer=terms.payer,
        )
    yield InvoiceIssued(
        **cause.stamp(f"invoice {month} {district_code}", at=now),
        invoice_id=invoice_id,
        programme_id=terms.programme_id,
        month=month,
        district_code=district_code,
        heads=len(members),
        amount=len(members) * terms.contribution,
        due_on=due_on(month),
        run_id=run_id,
    )


def freeze(run: Run, listed: MonthlyList, *, now: datetime) -> MonthlyListFrozen:
    """The list of the month is final; who joins later comes on the list of another run."""
    return MonthlyListFrozen(
        **run.cause.stamp("freeze-list", at=now),
        run_id=run.run_id,
        programme_id=run.programme_id,
        month=run.month,
        invoices=listed.invoices,
        heads=listed.heads,
        amount=listed.amount,
        sha256=listed.sha256,
    )


def pay(months: Sequence[Month], paid: InvoicePaid, *, now: datetime) -> Iterator[Event]:
    """The invoice was paid: so was each month on it."""
    for month in months:
        yield ContributionPaid(
            **paid.cause.stamp(f"pay {month.worker_id}", at=now),
            worker_id=month.worker_id,
            programme_id=month.programme_id,
            invoice_id=InvoiceId(paid.invoice_id),
            month=month.month,
            amount=month.amount,
            payer=month.payer,
        )
    if months:
        yield InvoiceCleared(
            **paid.cause.stamp("clear-invoice", at=now),
            invoice_id=InvoiceId(paid.invoice_id),
            programme_id=ProgrammeId(paid.programme_id),
            month=paid.month,
            heads=len(months),
            amount=sum(month.amount for month in months),
            payment_order=paid.payment_order,
        )


def by_type(events: Iterable[Event]) -> list[Event]:
    """Those of many invoices, all months first, then the invoices: whoever applies or reads them
    has two long runs and not two short ones an invoice."""
    return sorted(events, key=attrgetter("type"))
