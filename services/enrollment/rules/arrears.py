"""Months that are owed: how many in a row, and when that ends the right to benefit.

PP 44/2015: a month is due on its 15th or the next working day (art. 24(3)(4)), and owed from the
day after. Whoever owes one to three months in a row has a reduced right, whoever owes more has
none (art. 39 and 42). Due dates go on after a programme's last month, for nobody ends the cover
there; an office may decide otherwise (`AfterProgramme`).
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple, Self
from uuid import UUID

from chassis.local_time import local_day
from contracts.enrollment import (
    CoverageLapsed,
    Debtor,
    InvoiceOverdue,
    MembershipInArrears,
)
from contracts.event import Cause, Event
from contracts.types import InvoiceId, ProgrammeId, WorkerId
from services.enrollment.rules.months import due_on, first_day, month_after, month_of, months_later

MONTHS_OWED_MAX = 3
"""More months owed in a row take the right to benefit away."""
_A_DAY = timedelta(days=1)

AfterProgramme = Literal["arrears", "ends"]
"""`arrears`: months after a programme's last one are owed like any other, as the law reads;
`ends`: the right ends with the programme unless the member pays on."""


class Arrears(NamedTuple):
    """The longest row of months that are owed."""

    months: int
    oldest: str | None
    lapsed_on: date | None
    """The first day without a right to benefit: after the fourth unpaid due date of a row."""


NOTHING_OWED = Arrears(0, None, None)


def arrears(months_paid: Collection[str], first_month: str, on: date) -> Arrears:
    """What is owed on a local day, of the months from the first on.

    On the due date itself a month is not owed yet. The row that ends the right is the first of
    four; what was paid later does not make up for it.
    """
    longest = run = NOTHING_OWED
    month = first_month
    while due_on(month) < on:
        run = (
            NOTHING_OWED
            if month in months_paid
            else Arrears(run.months + 1, run.oldest or month, None)
        )
        if run.months > MONTHS_OWED_MAX:
            return run._replace(lapsed_on=owed_since(month))
        longest = max(longest, run, key=lambda each: each.months)
        month = month_after(month)
    return longest


def owed_months(months_paid: Collection[str], first_month: str, on: date) -> Iterator[str]:
    """Each month that is owed on a local day, of those from the first on, in a row or not."""
    month = first_month
    while due_on(month) < on:
        if month not in months_paid:
            yield month
        month = month_after(month)


def owed_since(month: str) -> date:
    """The first day on which an unpaid month is owed."""
    return due_on(month) + _A_DAY


def owed_from(day: date) -> str:
    """The first month that a cover which began anew on this day can owe: what fell due before
    belongs to the arrears that are not charged any more."""
    month = month_of(day)
    return month if day <= due_on(month) else month_after(month)


class Standing(NamedTuple):
    """A membership whose cover runs, and what its worker paid in any programme."""

    worker_id: WorkerId
    programme_id: ProgrammeId
    region_code: str
    began_by: UUID
    """The event by which the cover began."""
    first_month: str
    """From which the cover is paid for."""
    last_month: str
    """That any programme promises the worker."""
    paid: tuple[str, ...]
    own_money: bool
    """Whether the member paid the latest month himself."""
    unbilled: int
    """Rupiah that are reserved for it and on no invoice."""
    told_months: int
    """Owed when it was last recorded; a payment sets it back to nothing."""
    told_oldest: str | None

    def after_payment(self, months: Collection[str], *, own_money: bool = False) -> Self:
        """How it stands when these months were paid too."""
        paid = tuple(sorted({*self.paid, *months}))
        latest = max(months) == paid[-1]
        return self._replace(
            paid=paid,
            own_money=own_money if latest else self.own_money,
            told_months=0,
            told_oldest=None,
        )


class Judged(NamedTuple):
    """A membership, and what is owed for it."""

    standing: Standing
    arrears: Arrears


def judge(
    standings: Iterable[Standing], *, on: date, after_programme: AfterProgramme = "arrears"
) -> list[Judged]:
    """What is owed for each of these on a local day. Many stand alike, and are judged once."""
    known: dict[tuple[object, ...], Arrears] = {}
    judged = []
    for each in standings:
        alike = (each.first_month, each.last_month, each.paid)
        if alike not in known:
            known[alike] = _owed(each, on, after_programme)
        judged.append(Judged(each, known[alike]))
    return judged


def _owed(standing: Standing, on: date, after_programme: AfterProgramme) -> Arrears:
    found = arrears(standing.paid, standing.first_month, on)
    over_on = first_day(month_after(standing.last_month))
    paid_on = any(month > standing.last_month for month in standing.paid)
    if after_programme == "arrears" or on < over_on or paid_on:
        return found
    if found.lapsed_on is not None and found.lapsed_on < over_on:
        return found
    return Arrears(found.months, found.oldest or month_of(over_on), over_on)


def tell(judged: Iterable[Judged], *, cause: Cause | None = None, now: datetime) -> Iterator[Event]:
    """What is new: a lapse, or a row of another length or beginning than was told before.

    Without a cause, time itself is it: what is told follows from the event that began the cover.
    """
    for standing, owed in judged:
        if owed.lapsed_on is not None:
            yield _lapsed(standing, owed, owed.lapsed_on, now=now)
        elif owed.oldest is not None and (owed.months, owed.oldest) != (
            standing.told_months,
            standing.told_oldest,
        ):
            yield _in_arrears(standing, owed, owed.oldest, cause=cause, now=now)


class Unpaid(NamedTuple):
    """An invoice that was not paid."""

    invoice_id: InvoiceId
    programme_id: ProgrammeId
    month: str
    district_code: str
    due_on: date
    heads: int
    amount: int
    issued_on: date

    @property
    def late_from(self) -> date:
        """The first day on which the funder is late: not on the day of the invoice itself, when
        it was issued after the month was due."""
        return max(self.due_on, self.issued_on) + _A_DAY


class NotInvoiced(NamedTuple):
    """A month past its due date that is on no invoice though the funder promised it."""

    month: str
    district_code: str
    heads: int


def months_past_due(first_month: str, last_month: str, on: date) -> list[str]:
    """The months of a programme that are owed on a local day when nobody paid them."""
    return [month for month in owed_months((), first_month, on) if month <= last_month]


def overdue(invoices: Iterable[Unpaid], *, now: datetime) -> Iterator[InvoiceOverdue]:
    """The funder is late with these invoices, but for those that are not late yet."""
    for each in invoices:
        if each.late_from <= local_day(now):
            yield InvoiceOverdue(
                **Cause(each.invoice_id, each.invoice_id).stamp("overdue", at=now),
                invoice_id=each.invoice_id,
                programme_id=each.programme_id,
                month=each.month,
                district_code=each.district_code,
                due_on=each.due_on,
                heads=each.heads,
                amount=each.amount,
            )


def _in_arrears(
    standing: Standing, owed: Arrears, oldest: str, *, cause: Cause | None, now: datetime
) -> MembershipInArrears:
    purpose = f"in-arrears {standing.worker_id} {owed.months} {oldest} {local_day(now)}"
    return MembershipInArrears(
        **(cause or _cause(standing)).stamp(purpose, at=now),
        worker_id=standing.worker_id,
        programme_id=standing.programme_id,
        months=owed.months,
        oldest_month=oldest,
        since=owed_since(months_later(oldest, owed.months - 1)),
        owed_by=_debtor(standing, oldest),
    )


def _lapsed(standing: Standing, owed: Arrears, lapsed_on: date, *, now: datetime) -> CoverageLapsed:
    assert owed.oldest is not None  # noqa: S101  (what lapsed is owed)
    return CoverageLapsed(
        **_cause(standing).stamp("lapse", at=now),
        worker_id=standing.worker_id,
        programme_id=standing.programme_id,
        region_code=standing.region_code,
        lapsed_on=lapsed_on,
        oldest_month=owed.oldest,
        owed_by=_debtor(standing, owed.oldest),
        released=standing.unbilled,
    )


def _cause(standing: Standing) -> Cause:
    return Cause(standing.began_by, standing.began_by)


def _debtor(standing: Standing, oldest: str) -> Debtor:
    """A funder's late transfer is the funder's arrears (domain 10, row 4). What a member pays
    himself, and what nobody promised him any more (row 1), is not."""
    return "member" if standing.own_money or oldest > standing.last_month else "funder"
