"""A payment after a lapse begins a new cover: the waiting time anew, old arrears not charged.

(PP 44/2015 art. 39 and 42; the insurer's practice, domain 9.)
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.local_time import local_day
from contracts.enrollment import MembershipReactivated, Payer
from contracts.event import Cause
from contracts.types import ProgrammeId, WorkerId
from services.enrollment.rules.months import (
    month_after,
    month_before,
    month_of,
    months_between,
    months_later,
)


class Lapsed(NamedTuple):
    """A membership whose cover lapsed and that has not ended."""

    worker_id: WorkerId
    programme_id: ProgrammeId
    region_code: str
    last_month: str
    """That was promised until now."""
    this_month_listed: bool
    """Whether the month that runs stands on an invoice or was paid."""


@dataclass
class Purse:
    """What a payer still has for months to come: of a programme's, the caller holds the lock;
    whoever pays himself puts nothing aside."""

    payer: Payer
    last_month: str
    """The programme's."""
    month: int
    """What a month of one member costs."""
    money: int

    def cost(self, _first_month: str, months: int) -> int:
        """Rupiah of so many months of one member, from that one on."""
        return months * self.month

    def take(self, first_month: str) -> int:
        """Put aside as many whole months from this one to the last as the money carries."""
        return self.take_months(months_between(first_month, self.last_month))

    def take_months(self, wanted: int) -> int:
        """Put aside as many of these months as the money carries."""
        months = min(wanted, max(0, self.money) // self.month)
        self.money -= months * self.month
        return months


def reactivate(
    lapsed: Iterable[Lapsed],
    purses: Mapping[ProgrammeId, Purse],
    *,
    causes: Mapping[tuple[UUID, UUID], Cause],
    now: datetime,
) -> Iterator[MembershipReactivated]:
    """Begin a new cover for each of these members, now, and promise again the months to come that
    the purse of their programme carries; without money for all of them, fewer.

    `causes` are the payments, by worker and programme.
    """
    this_month = month_of(local_day(now))
    for each in lapsed:
        purse = purses[each.programme_id]
        first_month = month_after(this_month) if each.this_month_listed else this_month
        months = purse.take(first_month)
        promised_to = months_later(month_before(first_month), months)
        cause = causes[each.worker_id, each.programme_id]
        yield MembershipReactivated(
            **cause.stamp(f"reactivate {each.worker_id}", at=now),
            worker_id=each.worker_id,
            programme_id=each.programme_id,
            region_code=each.region_code,
            covered_from=now,
            last_month=promised_to if months else min(each.last_month, promised_to),
            reserved=purse.cost(first_month, months),
            payer=purse.payer,
        )
