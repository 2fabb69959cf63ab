"""A member pays months with his own money: after a lapse, or when no programme pays any longer.
Arrears of up to three months are paid up, after a death by the family, and what was held for them
is released (PP 44/2015 art. 39 and 42(1); domain 1.7).

The discount of PP 50/2025 is his (domain 1.2); what he pays is on no invoice, but on a receipt.
"""

from collections.abc import Iterator, Mapping, Sequence
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
from services.enrollment.rules.arrears import arrears, owed_months
from services.enrollment.rules.cover import MembershipEnded
from services.enrollment.rules.months import month_after, month_of
from services.enrollment.rules.tariffs import Sector, TariffKey, tariff


class NeverCovered(Refused):
    """No cover of the member goes on or lapsed: the programme has not paid a first month yet."""

    slug, status, retryable = "never-covered", 409, False


class MonthsNotInARow(Refused):
    """Months are paid in a row, from the month that runs, the next one or one that is owed on."""

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


class Promised(NamedTuple):
    """Months that a programme promises, both counted."""

    first_month: str
    last_month: str


@dataclass(frozen=True)
class Payable:
    """A membership for which somebody wants to pay himself."""

    worker_id: WorkerId
    programme_id: ProgrammeId
    promised: Sequence[Promised]
    """By this membership, and by others of the worker that stand like it."""
    first_month: str
    """From which the cover is paid for."""
    covered: bool
    """Whether it ever had a cover."""
    lapsed: bool
    ended_on: date | None
    end_reason: str | None
    listed: Mapping[str, date | None]
    """The months of the worker that stand on an invoice or receipt, and when they were paid."""

    def check(self, months: Sequence[str], *, today: date) -> None:
        """Raises: MembershipEnded, NeverCovered, MonthsNotInARow, MonthPaid, MonthOnInvoice,
        FunderPays."""
        if self.ended_on is not None:
            self._check_ended(months, self.owed(self.ended_on))
        elif not self.covered:
            raise NeverCovered("the first month is the programme's to pay: it begins the cover")
        else:
            check_in_a_row(months, today=today, owed=() if self.lapsed else self.owed(today))
        for month in months:
            self._check_month(month)

    def owed(self, on: date) -> tuple[str, ...]:
        """The months that the member owed himself on a day and may still pay up: what nobody
        promised him. None when that has ended the right, for old arrears are not charged then
        (domain 9); a row that the funder began ends nothing (domain 10 row 4)."""
        paid = {month for month, paid_on in self.listed.items() if paid_on and paid_on <= on}
        found = arrears(paid, self.first_month, on)
        if not self.covered or (found.lapsed_on and not self._promised_to(found.oldest or "")):
            return ()
        owed = owed_months(paid, self.first_month, on)
        return tuple(
            month for month in owed if not self._promised_to(month) and not self.listed.get(month)
        )

    def _promised_to(self, month: str) -> str | None:
        """The last month of a programme that promises this one; None when nobody does."""
        to = (each.last_month for each in self.promised if each.first_month <= month)
        return max((last_month for last_month in to if month <= last_month), default=None)

    def _check_ended(self, months: Sequence[str], owed: tuple[str, ...]) -> None:
        """Of a membership that ended only what it owed then is paid, each month once."""
        paid = [month for month in months if self.listed.get(month)]
        if not paid and not (set(months) <= set(owed) and len(set(months)) == len(months)):
            takes = f"only the months owed then: {', '.join(owed)}" if owed else "no money"
            raise MembershipEnded(
                f"the membership ended on {self.ended_on} ({self.end_reason}): it takes {takes}"
            )

    def _check_month(self, month: str) -> None:
        if self.listed.get(month):
            raise MonthPaid(f"{month} was paid before: leave it out")
        if month in self.listed:
            raise MonthOnInvoice(f"{month} stands on the funder's invoice: pay from the next on")
        promised_to = None if self.lapsed else self._promised_to(month)
        if promised_to:
            raise FunderPays(f"the programme pays to {promised_to}: pay from the month after")


def pay_own(
    payable: Payable, payment: OwnPayment, *, cause: Cause, now: datetime
) -> Iterator[ContributionPaid]:
    """Record the months that a member paid himself.

    Raises: MembershipEnded, NeverCovered, MonthsNotInARow, MonthPaid, MonthOnInvoice, FunderPays,
    TariffUnknown, TariffUnverified.
    """
    payable.check(payment.months, today=local_day(now))
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


def check_in_a_row(months: Sequence[str], *, today: date, owed: Sequence[str] = ()) -> None:
    """Raises: MonthsNotInARow."""
    this_month = month_of(today)
    if not months or months[0] not in {this_month, month_after(this_month), *owed}:
        owing = f", or one that is owed: {', '.join(owed)}" if owed else ""
        raise MonthsNotInARow(f"the first month is {this_month} or the one after it{owing}")
    for before, month in pairwise(months):
        if month != month_after(before):
            raise MonthsNotInARow(f"after {before} comes {month_after(before)}, not {month}")
