"""What is recorded of a worker's covers, and the events that show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from contracts.enrollment import (
    ContributionPaid,
    CoverageEnded,
    CoverageLapsed,
    MembershipActivated,
    MembershipReactivated,
    Payer,
)

LAPSE = "lapse"
"""Why a cover ended, when not by the end of its membership."""
_AT = attrgetter("at")


class PaidMonth(NamedTuple):
    """A month that was paid, and the event that shows it."""

    month: str
    paid_at: datetime
    event_id: UUID
    payer: Payer


class Promise(NamedTuple):
    """The months that a membership is promised."""

    programme_id: UUID
    first_month: str
    last_month: str
    enrolled_at: datetime
    ended_on: date | None


class Ran(NamedTuple):
    """A cover that ran, and the events that show it."""

    programme_id: UUID
    covered_from: datetime
    began_by: UUID
    begun_at: datetime
    """When its beginning was recorded; later than `covered_from` when it goes on from another."""
    reactivated: bool
    ended_on: date | None
    """The last day of it; after a lapse the first day without."""
    end_reason: str | None
    ended_by: UUID | None
    ended_at: datetime | None

    def is_over(self, on: date) -> bool:
        """Whether it had ended by the end of that day, or had lapsed."""
        if self.ended_on is None:
            return False
        return on >= self.ended_on if self.end_reason == LAPSE else on > self.ended_on


@dataclass(frozen=True)
class Record:
    """All that is recorded of one worker's covers, in every programme."""

    promises: tuple[Promise, ...]
    covers: tuple[Ran, ...]
    paid: tuple[PaidMonth, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """An event that shows it."""

    event_id: UUID
    type: str
    at: datetime
    what: str


def evidence(
    span: Sequence[Ran], counted: Sequence[PaidMonth], *, over: bool
) -> tuple[Evidence, ...]:
    """The beginning of a cover, the months paid for it and, when it is over, its end: by time."""
    found = [
        Evidence(month.event_id, ContributionPaid.type, month.paid_at, f"{month.month} is paid")
        for month in counted
    ]
    found += [_beginning(each) for each in span]
    if over:
        found += [_ending(each) for each in span if each.ended_by is not None]
    return tuple(sorted(found, key=_AT))


def _beginning(ran: Ran) -> Evidence:
    kind = MembershipReactivated if ran.reactivated else MembershipActivated
    what = "the cover goes on" if ran.begun_at > ran.covered_from else "the cover begins"
    return Evidence(ran.began_by, kind.type, ran.begun_at, what)


def _ending(ran: Ran) -> Evidence:
    assert ran.ended_by is not None and ran.ended_at is not None  # noqa: S101, PT018
    kind = CoverageLapsed if ran.end_reason == LAPSE else CoverageEnded
    what = f"the cover ended on {ran.ended_on}: {ran.end_reason}"
    return Evidence(ran.ended_by, kind.type, ran.ended_at, what)
