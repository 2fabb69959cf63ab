"""What is due when a member dies (JKM): the lines, and the reasons in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from chassis.local_time import local_day
from contracts.claims import Benefit, Explanation, HeirClass
from contracts.refusal import Refused
from services.claims.rules.months import due_on, month_before, month_of, months_later

WAITING_MONTHS = 3
"""Months of membership before the whole package is due (Permenaker 1/2025)."""
MONTHS_PAID_MIN = 3
"""Months paid in a row that it takes as well (the insurer's brochure of 2026)."""
BOUNDARY = timedelta(days=7)
"""So near the end of the waiting time a person looks: the sources differ on how it is counted."""


class NotCoveredOnDayOfDeath(Refused):
    """Nothing is due for a death outside the cover."""

    slug, status, retryable = "not-covered-on-day-of-death", 409, False


class Package(NamedTuple):
    """The amounts of the whole death benefit, in rupiah, for deaths from a day on."""

    from_day: date
    lump_sum: int
    periodic: int
    funeral: int
    source: str


PACKAGES = (
    Package(
        from_day=date(2019, 12, 2),
        lump_sum=20_000_000,
        periodic=12_000_000,
        funeral=10_000_000,
        source="PP 44/2015 art. 34 as amended by PP 82/2019",
    ),
)
"""Without the scholarship: it takes three years of cover, which nobody can have yet."""


class PaidMonth(NamedTuple):
    """A month of cover and when it was paid."""

    month: str
    paid_at: datetime


@dataclass(frozen=True)
class Cover:
    """What is known of a member's cover."""

    covered_from: datetime | None
    """When the number was issued; None while there is none."""
    paid: tuple[PaidMonth, ...]


@dataclass(frozen=True)
class DeathBenefit:
    """What is due, in rupiah by line, and why."""

    amounts: Mapping[Benefit, int]
    explanation: Explanation


def death_benefit(cover: Cover, *, died_on: date, heir_class: HeirClass) -> DeathBenefit:
    """The whole package after three months of cover with three months paid in a row; before that
    the funeral benefit only (Permenaker 1/2025). Raises: NotCoveredOnDayOfDeath.

    Without heirs only the funeral benefit has a payee here: to whoever saw to the funeral.
    Left for later: the rest then goes to the social security fund (PP 44/2015 art. 40(2)b5); and
    of a member in arrears of up to three months the rest is held, and released when they are paid,
    not lost (art. 42(1)). Months are billed and paid in bulk, so that no member can be in arrears
    yet; one who were would get the funeral benefit, as the law wants it, and no more until then.
    """
    covered_from = _covered_from(cover, died_on)
    package = max(p for p in PACKAGES if p.from_day <= died_on)
    waiting_ends_on = months_later(local_day(covered_from), WAITING_MONTHS)
    months_paid = months_paid_in_a_row(cover.paid, died_on=died_on)
    amounts: dict[Benefit, int] = {"funeral": package.funeral}
    reason = _why_funeral_only(
        heir_class, months_paid=months_paid, has_waited=died_on >= waiting_ends_on
    )
    if reason is None:
        amounts = {"lump-sum": package.lump_sum, "periodic": package.periodic, **amounts}
    explanation = Explanation(
        rule=f"{package.source}; Permenaker 1/2025",
        outcome=f"{_days_covered(covered_from, died_on)}{reason or ': the whole package'}",
        covered_from=covered_from,
        died_on=died_on,
        waiting_ends_on=waiting_ends_on,
        months_paid=months_paid,
    )
    return DeathBenefit(amounts, explanation)


def months_paid_in_a_row(paid: Iterable[PaidMonth], *, died_on: date) -> int:
    """How many months were paid without a break up to the death.

    What was paid after the death repairs nothing. The month of the death itself may be unpaid
    until it is due: it breaks no row then.
    """
    in_time = {each.month for each in paid if local_day(each.paid_at) <= died_on}
    month = month_of(died_on)
    if month not in in_time and died_on <= due_on(month):
        month = month_before(month)
    count = 0
    while month in in_time:
        count, month = count + 1, month_before(month)
    return count


def needs_confirmation(explanation: Explanation) -> str | None:
    """Why a person has to look once more and say so; None when nobody has to."""
    began_on = local_day(explanation.covered_from)
    if explanation.died_on == began_on:
        return f"the cover began that very day, at {explanation.covered_from:%H:%M} UTC"
    if abs(explanation.died_on - explanation.waiting_ends_on) <= BOUNDARY:
        return f"the waiting time ended on {explanation.waiting_ends_on}, within seven days of it"
    return None


def _covered_from(cover: Cover, died_on: date) -> datetime:
    if cover.covered_from is None:
        raise NotCoveredOnDayOfDeath(
            "no cover is known of this member: reject the claim, or wait for the first payment "
            "if it is under way"
        )
    if died_on < local_day(cover.covered_from):
        raise NotCoveredOnDayOfDeath(
            f"the cover began on {local_day(cover.covered_from)}, after the death on {died_on}: "
            "reject the claim"
        )
    return cover.covered_from


def _why_funeral_only(heir_class: HeirClass, *, months_paid: int, has_waited: bool) -> str | None:
    if not has_waited:
        return "; the whole package needs three months (Permenaker 1/2025): funeral benefit only"
    if months_paid < MONTHS_PAID_MIN:
        return (
            "; the whole package needs three months paid in a row (Permenaker 1/2025), "
            f"here {months_paid}: funeral benefit only"
        )
    if heir_class == HeirClass.NONE:
        return "; no heirs: funeral benefit only, the rest to the fund (PP 44/2015 art. 40(2)b5)"
    return None


def _days_covered(covered_from: datetime, died_on: date) -> str:
    days = (died_on - local_day(covered_from)).days
    return f"died {days} {'day' if days == 1 else 'days'} after the cover began"
