"""Was this person covered on that day, with which right to benefit, and by what evidence.

PP 44/2015: the cover begins at the time the number is issued (art. 11(5)); whoever owes one to
three months in a row has a reduced right to benefit, whoever owes more has none (art. 39 and 42).
A payment after the event never repairs the cover at the event: only what was recorded by then
counts, but for the end of a cover, which is recorded later than it happens.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Literal, NamedTuple

from chassis.local_time import WITA, local_day
from contracts.enrollment import Debtor
from contracts.refusal import Refused
from services.enrollment.rules.arrears import AfterProgramme, Arrears, arrears, owed_from
from services.enrollment.rules.evidence import LAPSE, Evidence, PaidMonth, Ran, Record, evidence
from services.enrollment.rules.months import due_on, month_before, month_of

Right = Literal["full", "reduced", "none"]
"""`reduced`: the funeral benefit at once, the rest held until the arrears are paid (art. 42(1))."""
Because = Literal["paid", "in-arrears", "not-begun", "lapsed", "ended"]
Ask = Literal["same-day", "funder-arrears", "programme-over"]
"""Why a person has to decide. `same-day`: something recorded on that day changes the answer, the
hour is needed; `funder-arrears`: the funder owes the months, so the benefit is held, not refused;
`programme-over`: nobody is promised this month, and the right lasts until the fourth month is
unpaid (domain 10, rows 14, 4 and 1)."""


class InstantOnAnotherDay(Refused):
    """The instant does not lie on the day that is asked about, in Asia/Makassar."""

    slug, status, retryable = "instant-on-another-day", 422, False


class DayNotCome(Refused):
    """Nobody was covered yet on a day that has not come: a payment may still change it."""

    slug, status, retryable = "day-not-come", 422, True


@dataclass(frozen=True)
class Coverage:
    """The answer. `covered_from` and the evidence are of the cover that ran, or ran last."""

    right: Right
    because: Because
    covered_from: datetime | None = None
    ended_on: date | None = None
    end_reason: str | None = None
    arrears_months: int = 0
    owed_by: Debtor | None = None
    months_paid: int = 0
    """Paid in a row up to that day; an unpaid month that is not due yet breaks no row."""
    ask: tuple[Ask, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def covered(self) -> bool:
        """Whether there was any right to benefit."""
        return self.right != "none"


class Paid(NamedTuple):
    """How a worker stood with the months paid by then."""

    owed: Arrears
    in_a_row: int


@dataclass(frozen=True)
class Question:
    """Who was covered on a local day, or at an instant of it."""

    on: date
    at: datetime | None = None
    after_programme: AfterProgramme = "arrears"
    _alike: dict[tuple[object, ...], Paid] = field(default_factory=dict, compare=False)
    """Many members stand alike: what they owe is worked out once."""

    def check(self, *, today: date) -> None:
        """Raises: DayNotCome, InstantOnAnotherDay."""
        if self.on > today:
            raise DayNotCome(f"{self.on} has not come: ask about today or a day before")
        if self.at is not None and local_day(self.at) != self.on:
            raise InstantOnAnotherDay(
                f"{self.at:%Y-%m-%d %H:%M} UTC is {local_day(self.at)} in Kupang: "
                "ask about that day"
            )

    def answer(self, record: Record) -> Coverage:
        """How one worker was covered.

        Without the instant all that was recorded on the day counts; where that changes the right,
        a person has to find the hour.
        """
        if self.at is not None:
            return _Known(self, record, self.at).answer()
        found = _Known(self, record, self._evening).answer()
        if _is_recorded_between(record, self._evening_before, self._evening):
            before = _Known(self, record, self._evening_before).answer()
            if before.right != found.right:
                return replace(found, ask=("same-day", *found.ask))
        return found

    @cached_property
    def month(self) -> str:
        """The month of the day."""
        return month_of(self.on)

    @cached_property
    def _evening(self) -> datetime:
        return _end_of(self.on)

    @cached_property
    def _evening_before(self) -> datetime:
        return _end_of(self.on - timedelta(days=1))

    def paid(self, months: frozenset[str], *, first_month: str, on: date) -> Paid:
        """What is owed on a day, and how many months were paid without a break up to it."""
        alike = (months, first_month, on)
        if alike not in self._alike:
            self._alike[alike] = Paid(
                arrears(months, first_month, on),
                paid_in_a_row(months, first_month=first_month, on=on),
            )
        return self._alike[alike]


def paid_in_a_row(months: frozenset[str], *, first_month: str, on: date) -> int:
    """How many months were paid without a break up to that day."""
    month = month_of(on)
    if month not in months and on <= due_on(month):
        month = month_before(month)
    count = 0
    while month >= first_month and month in months:
        count, month = count + 1, month_before(month)
    return count


@dataclass(frozen=True)
class _Known:
    """What was known of a worker at an instant of the day that is asked about."""

    asked: Question
    record: Record
    until: datetime

    def answer(self) -> Coverage:
        on = self.asked.on
        begun = [each for each in self.record.covers if each.begun_at <= self.until]
        if not begun:
            return Coverage("none", "not-begun")
        running = [each for each in begun if not each.is_over(on)]
        latest = max(running or begun, key=lambda each: (each.covered_from, each.begun_at))
        span = [each for each in begun if each.covered_from == latest.covered_from]
        first_month = self._first_month(span)
        counted = [
            each
            for each in self.record.paid
            if each.paid_at <= self.until
            and (each.month >= first_month or each.paid_at == latest.covered_from)
        ]
        return self._of(span, latest, first_month, counted)

    def _of(
        self, span: Sequence[Ran], latest: Ran, first_month: str, counted: Sequence[PaidMonth]
    ) -> Coverage:
        over = latest.is_over(self.asked.on)
        day = min(self.asked.on, latest.ended_on) if over and latest.ended_on else self.asked.on
        months = frozenset(each.month for each in counted)
        paid = self.asked.paid(months, first_month=first_month, on=day)
        debtor = self._debtor(paid.owed, counted)
        unpromised = not over and self._is_unpromised(counted)
        right, because = self._right(latest, paid.owed, unpromised=unpromised)
        return Coverage(
            right=right,
            because=because,
            covered_from=latest.covered_from,
            ended_on=latest.ended_on if over else None,
            end_reason=latest.end_reason if over else None,
            arrears_months=paid.owed.months,
            owed_by=debtor,
            months_paid=paid.in_a_row,
            ask=_asks(right, because, debtor, unpromised=unpromised),
            evidence=evidence(span, counted, over=over),
        )

    def _right(self, latest: Ran, owed: Arrears, *, unpromised: bool) -> tuple[Right, Because]:
        if latest.is_over(self.asked.on):
            return "none", "lapsed" if latest.end_reason == LAPSE else "ended"
        if owed.lapsed_on is not None or (unpromised and self.asked.after_programme == "ends"):
            return "none", "lapsed"
        return ("reduced", "in-arrears") if owed.months else ("full", "paid")

    def _first_month(self, span: Sequence[Ran]) -> str:
        """The month from which the cover is paid for: a new one after a lapse owes nothing old."""
        if any(each.reactivated for each in span):
            return owed_from(local_day(span[0].covered_from))
        promised = {each.programme_id: each.first_month for each in self.record.promises}
        return min(promised[each.programme_id] for each in span)

    def _is_unpromised(self, counted: Sequence[PaidMonth]) -> bool:
        """Whether no membership that goes on reaches this month, and the member does not pay on."""
        month = self.asked.month
        reached = [
            each.last_month
            for each in self.record.promises
            if each.enrolled_at <= self.until
            and (each.ended_on is None or self.asked.on <= each.ended_on)
        ]
        return not any(month <= last for last in reached) and not any(
            each.month > max(reached, default="") for each in counted
        )

    def _debtor(self, owed: Arrears, counted: Sequence[PaidMonth]) -> Debtor | None:
        """Who owes: the member what he pays himself, or what nobody promised."""
        if owed.oldest is None:
            return None
        if counted and max(counted, key=lambda each: (each.paid_at, each.month)).payer == "self":
            return "member"
        promised = any(
            each.first_month <= owed.oldest <= each.last_month for each in self.record.promises
        )
        return "funder" if promised else "member"


def _asks(
    right: Right, because: Because, debtor: Debtor | None, *, unpromised: bool
) -> tuple[Ask, ...]:
    asks: list[Ask] = []
    if debtor == "funder" and because in {"in-arrears", "lapsed"}:
        asks.append("funder-arrears")
    if unpromised and right != "none":
        asks.append("programme-over")
    return tuple(asks)


def _is_recorded_between(record: Record, first: datetime, last: datetime) -> bool:
    return any(first < each.begun_at <= last for each in record.covers) or any(
        first < each.paid_at <= last for each in record.paid
    )


def _end_of(day: date) -> datetime:
    """The last instant of a local day, in UTC."""
    return datetime.combine(day, time.max, tzinfo=WITA).astimezone(UTC)
