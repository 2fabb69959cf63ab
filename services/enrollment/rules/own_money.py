"""A member pays months with his own money: after a lapse, or when no programme pays any longer.

The discount of PP 50/2025 is his (domain 1.2); what he pays is on no invoice, but on a receipt.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

from chassis.local_time import local_day
from contracts.enrollment import ContributionPaid
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.types import InvoiceId, ProgrammeId, WorkerId
from services.enrollment.rules.cover import MembershipEnded
from services.enrollment.rules.months import month_after, month_of
from services.enrollment.rules.tariffs import Sector, TariffKey, tariff


class NeverCovered(Refused):
    """Nobody has paid a first month for this member: there is no number yet."""

    slug, status, retryable = "never-covered", 409, False


class MonthsNotInARow(Refused):
    """Months are paid in a row, from the month that runs or the next one on."""

    slug, status, retryable = "months-not-in-a-row", 422, False


class FunderPays(Refused):
    """The programme pays this month."""

    slug, status, retryable = "funder-pays", 409, False


class MonthOnInvoice(Refused):
    """The month stands on an invoice of the funder."""

    slug, status, retryable = "month-on-invoice", 409, False


class MonthPaid(Refused):
    """The month was paid before."""

    slug, status, retryable = "month-paid", 409, False


class ReceiptUsed(Refused):
    """The receipt stands for a payment that was recorded before."""

    slug, status, retryable = "receipt-used", 409, False


class OwnPayment(NamedTuple):
    """What a member paid."""

    months: tuple[str, ...]
    sector: Sector
    receipt: str
    """The number that the insurer or its bank gave the payment."""

    @property
    def receipt_id(self) -> InvoiceId:
        """Stands where a month that a funder pays has its invoice. The same receipt, the same id,
        whoever brings it."""
        return InvoiceId(uuid5(NAMESPACE_OID, f"receipt {self.receipt}"))

    @property
    def first_event_id(self) -> UUID:
        """The event that a receipt can bring about once."""
        return derived_id(self.receipt_id, "pay 0")


@dataclass(frozen=True)
class Payable:
    """A membership for which somebody wants to pay himself."""

    worker_id: WorkerId
    programme_id: ProgrammeId
    last_month: str
    """That the programme promises."""
    covered: bool
    """Whether there ever was a cover."""
    lapsed: bool
    ended_on: date | None
    end_reason: str | None
    listed: Mapping[str, bool]
    """The months of the worker that stand on an invoice or receipt, and whether they are paid."""

    def check_open(self) -> None:
        """Raises: MembershipEnded, NeverCovered."""
        if self.ended_on is not None:
            raise MembershipEnded(
                f"the membership ended on {self.ended_on} ({self.end_reason}): it takes no money"
            )
        if not self.covered:
            raise NeverCovered("the first month is the programme's to pay: it brings the number")

    def check_month(self, month: str) -> None:
        """Raises: MonthPaid, MonthOnInvoice, FunderPays."""
        if self.listed.get(month):
            raise MonthPaid(f"{month} was paid before: leave it out")
        if month in self.listed:
            raise MonthOnInvoice(f"{month} stands on the funder's invoice: pay from the next on")
        if not self.lapsed and month <= self.last_month:
            raise FunderPays(f"the programme pays to {self.last_month}: pay from the month after")


def pay_own(
    payable: Payable, payment: OwnPayment, *, cause: Cause, now: datetime
) -> Iterator[ContributionPaid]:
    """Record the months that a member paid himself.

    Raises: MembershipEnded, NeverCovered, MonthsNotInARow, MonthPaid, MonthOnInvoice, FunderPays,
    TariffUnknown, TariffUnverified.
    """
    payable.check_open()
    check_in_a_row(payment.months, today=local_day(now))
    for month in payment.months:
        payable.check_month(month)
    key = TariffKey("self", payment.sector)
    for place, month in enumerate(payment.months):
        stamp = cause.stamp(f"pay {month}", at=now)
        stamp["event_id"] = derived_id(payment.receipt_id, f"pay {place}")
        yield ContributionPaid(
            **stamp,
            worker_id=payable.worker_id,
            programme_id=payable.programme_id,
            invoice_id=payment.receipt_id,
            month=month,
            amount=tariff(key, month).month,
            payer="self",
        )


def check_in_a_row(months: tuple[str, ...], *, today: date) -> None:
    """Raises: MonthsNotInARow."""
    this_month = month_of(today)
    if not months or months[0] not in {this_month, month_after(this_month)}:
        raise MonthsNotInARow(f"the first month is {this_month} or the one after it")
    for before, month in pairwise(months):
        if month != month_after(before):
            raise MonthsNotInARow(f"after {before} comes {month_after(before)}, not {month}")
