"""Whether a member was covered on a day, what was paid and what was owed, from the facts alone.

PP 44/2015: the cover begins at the time the number is issued (art. 11(5)); a month is due on its
15th or the next working day and owed from the day after (art. 24); whoever owes up to three months
in a row has a reduced right, whoever owes more has none (art. 39 and 42). A later payment never
repairs the cover at the event; it releases what was held. Where a funder owes more than three
months nothing is refused: it is held (domain 10 row 4).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from chassis.local_time import local_day
from services.claims.rules.facts import Facts, Ground, PaidMonth, Spell
from services.claims.rules.months import months_later, number, number_due_on, number_of, written
from services.claims.rules.tariffs import Tariff

_A_DAY = timedelta(days=1)
INSTANTS_REMEMBERED = 8_192


class Cover(NamedTuple):
    """How a member was covered on the day of the event."""

    ground: Ground | None
    """Why not; None: covered, perhaps with a reduced right."""
    spell: Spell | None
    """The cover that ran, or ran last; None: none had begun."""
    began_on: date | None
    needs_hour: bool = False
    """It began that very day, and the hour of the event is not known."""
    months_paid: int = 0
    """The longest row of months paid, up to the event."""
    arrears: tuple[str, ...] = ()
    """The months owed on the day."""
    oldest_owed: str | None = None
    """The first month of the row of them that counts: that which ended the right, or the longest.
    Whoever owes this one owes the row, as `CoverageLapsed` has it."""
    lapsed_on: date | None = None
    """The first day without a right: after the fourth unpaid due date of a row."""
    settled_on: date | None = None
    """When the last of the months owed was paid, by the day of the decision."""
    payments: tuple[PaidMonth, ...] = ()
    """The payments that count, and those that settled the arrears."""
    months_paid_in_all: int = 0
    """The months of this cover that were paid up to the event, in a row or not."""
    needs_hour_of_payment: bool = False
    """A month was paid on that very day, and without it other months were owed or enough of them
    would not be paid."""

    @property
    def holds(self) -> bool:
        """Whether cash waits until the arrears are paid."""
        return bool(self.arrears) and self.settled_on is None

    @property
    def holds_all(self) -> bool:
        """Whether nothing goes out at once either: a funder owes more than three months."""
        return self.holds and self.lapsed_on is not None


class _Months(NamedTuple):
    longest: int
    owed: tuple[int, ...]
    counted: tuple[PaidMonth, ...]


class _Row(NamedTuple):
    oldest: int | None
    lapsed_on: date | None


def cover_on(facts: Facts, day: date, *, at: datetime | None, tariff: Tariff) -> Cover:
    """How the member was covered on a local day, or at the instant `at` of it."""
    spell = spell_on(facts.spells, day, at=at)
    if spell is None:
        return Cover("not-covered", None, None)
    began_on = begins_on(spell.covered_from)
    if spell.ended_on is not None and spell.ended_on < day:
        return Cover("cover-ended", spell, began_on)
    paid = _first_payments(facts.paid)
    months = _months(paid, began_on, day)
    row = _row(months.owed, owed_max=tariff["reduced-months-max"].value)
    settled = _settled(paid, months.owed, facts.decided_on) if months.owed else ()
    return Cover(
        ground="cover-lapsed" if row.lapsed_on and facts.owed_by == "member" else None,
        spell=spell,
        began_on=began_on,
        needs_hour=at is None and began_on == day,
        months_paid=months.longest,
        arrears=tuple([written(each) for each in months.owed]),
        oldest_owed=None if row.oldest is None else written(row.oldest),
        lapsed_on=row.lapsed_on,
        settled_on=max(each.paid_on for each in settled) if settled else None,
        payments=(*months.counted, *settled),
        months_paid_in_all=len(months.counted),
        needs_hour_of_payment=_is_decided_that_day(facts, paid, months, began_on, day, tariff),
    )


def spell_on(spells: tuple[Spell, ...], day: date, *, at: datetime | None) -> Spell | None:
    """The cover that ran on a day, else the one that ran last before it.

    On its first day it runs from its hour on; while the hour of the event is not known it is taken
    to have run.
    """
    found: Spell | None = None
    for spell in spells:
        if not _has_begun(spell, day, at):
            continue
        if found is None or _rank(spell, day) > _rank(found, day):
            found = spell
    return found


@lru_cache(maxsize=INSTANTS_REMEMBERED)
def begins_on(covered_from: datetime) -> date:
    """The local day on which a cover begins; members of one batch share it."""
    return local_day(covered_from)


def _has_begun(spell: Spell, day: date, at: datetime | None) -> bool:
    began_on = begins_on(spell.covered_from)
    if began_on == day and at is not None:
        return spell.covered_from <= at
    return began_on <= day


def _rank(spell: Spell, day: date) -> tuple[bool, datetime]:
    return spell.ended_on is None or spell.ended_on >= day, spell.covered_from


def _first_payments(paid: tuple[PaidMonth, ...]) -> Mapping[int, PaidMonth]:
    """By month; a month that was paid twice was paid the first time."""
    first: dict[int, PaidMonth] = {}
    for each in paid:
        month = number(each.month)
        known = first.get(month)
        if known is None or each.paid_on < known.paid_on:
            first[month] = each
    return first


def _settled(
    paid: Mapping[int, PaidMonth], owed: tuple[int, ...], by: date
) -> tuple[PaidMonth, ...]:
    """The payments of all months that were owed; none while one of them is unpaid."""
    found = [paid[month] for month in owed if month in paid and paid[month].paid_on <= by]
    return tuple(found) if len(found) == len(owed) else ()


def _is_decided_that_day(
    facts: Facts,
    paid: Mapping[int, PaidMonth],
    months: _Months,
    began_on: date,
    day: date,
    tariff: Tariff,
) -> bool:
    """Whether a payment of that very day decides: nobody knows whether it came before the event."""
    if all(each.paid_on != day for each in months.counted):
        return False
    sooner = {month: each for month, each in paid.items() if each.paid_on < day}
    before = _months(sooner, began_on, day)
    if before.owed != months.owed:
        return True
    if facts.kind != "death":
        return False
    has_waited = months_later(began_on, tariff["death-waiting"].value) <= day
    in_row, in_all = tariff["death-months-in-row"].value, tariff["death-scholarship-months"].value
    return (has_waited and before.longest < in_row <= months.longest) or (
        bool(facts.children) and len(before.counted) < in_all <= len(months.counted)
    )


def _row(owed: Sequence[int], *, owed_max: int) -> _Row:
    """Of the months owed the first row that ends the right, else the longest."""
    longest = count = 0
    oldest: int | None = None
    for at, month in enumerate(owed):
        count = count + 1 if at and owed[at - 1] == month - 1 else 1
        if count > longest:
            longest, oldest = count, month - count + 1
        if count > owed_max:
            return _Row(oldest, number_due_on(month) + _A_DAY)
    return _Row(oldest, None)


def _months(paid: Mapping[int, PaidMonth], began_on: date, day: date) -> _Months:
    """Rows of paid and of owed months in a cover, with what was paid by that day.

    A month that was due before the cover began is none of its arrears: what an earlier cover owed
    is not charged when a new one begins.
    """
    row = longest = 0
    owed: list[int] = []
    counted: list[PaidMonth] = []
    for month in range(number_of(began_on), number_of(day) + 1):
        payment = paid.get(month)
        if payment is not None and payment.paid_on <= day:
            row += 1
            longest = max(longest, row)
            counted.append(payment)
            continue
        row = 0
        if began_on <= number_due_on(month) < day:
            owed.append(month)
    return _Months(longest, tuple(owed), tuple(counted))
