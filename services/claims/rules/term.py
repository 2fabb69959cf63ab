"""The time the insurer has to pay, and how much of it is left.

Death (JKM): three working days from the day application, death letter, heir certificate and card
are in; nothing stops that clock (PP 44/2015 art. 40(3), domain 10 row 7). Work accident (JKK):
seven working days from a complete file; a return stops the clock (art. 37(2), 44(7)). Working days
count from the day after. All days are local, Asia/Makassar.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from chassis import working_days
from chassis.local_time import local_day
from contracts.claims import ClaimKind
from services.claims.rules.checklist import missing_papers

Pause = tuple[datetime, datetime | None]
"""When a file was returned, and when it came back; None: it has not."""
WORKING_DAYS: Mapping[ClaimKind, int] = {
    "death": 3,
    "work-accident-death": 7,
    "work-accident": 7,
}
NOTICE_WORKING_DAYS = 7
"""In which whoever filed a work accident is told that the file is incomplete (art. 44(7))."""
WARNING_WORKING_DAYS = 1
_STOPS: frozenset[ClaimKind] = frozenset({"work-accident-death", "work-accident"})
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Term:
    """How long a claim may take, and whether it did."""

    complete_at: datetime
    """When the last paper that starts the clock came in; a newer copy starts nothing anew."""
    due_on: date
    """The last day to pay. While the clock stands still: as if the file came back today."""
    days_left: int | None
    """Working days after today up to the due day, 0 on it and later; None once it is paid."""
    days_late: int
    """Calendar days from the due day to the payment, or to today."""
    is_paused: bool
    """Whether the clock stands still now."""
    kept: bool | None
    """Whether it was paid in time; None while it is not paid."""
    warns: bool
    """Whether a working day or less is left, or it is late, and the clock runs."""


def term(
    kind: ClaimKind,
    arrived: Mapping[str, datetime],
    pauses: Sequence[Pause],
    *,
    paid_at: datetime | None,
    now: datetime,
) -> Term | None:
    """The term of a claim, None while papers are missing that start the clock.

    `arrived` tells when each kind of paper came in first, with the filing as the application.
    """
    complete_at = _complete_at(kind, arrived)
    if complete_at is None:
        return None
    today = local_day(paid_at or now)
    stops = [_days_of(pause, today) for pause in pauses] if kind in _STOPS else []
    *_, due_on = islice(_counted(local_day(complete_at), stops), WORKING_DAYS[kind])
    days_left = None if paid_at else working_days_between(today, due_on)
    is_open = any(ended is None and local_day(began) < due_on for began, ended in pauses)
    is_paused = paid_at is None and kind in _STOPS and is_open
    return Term(
        complete_at=complete_at,
        due_on=due_on,
        days_left=days_left,
        days_late=max((today - due_on).days, 0),
        is_paused=is_paused,
        kept=None if paid_at is None else today <= due_on,
        warns=days_left is not None and days_left <= WARNING_WORKING_DAYS and not is_paused,
    )


def notice_due_on(kind: ClaimKind, filed_at: datetime) -> date | None:
    """By when whoever filed a work accident must be told that papers are missing (art. 44(7));
    None: the law knows no such notice for other deaths."""
    if kind not in _STOPS:
        return None
    return working_days.after(local_day(filed_at), days=NOTICE_WORKING_DAYS)


def working_days_between(day: date, last: date) -> int:
    """How many working days come after the day, up to the last one and with it."""
    days = (last - day).days
    return sum(working_days.is_working_day(day + place * _DAY) for place in range(1, days + 1))


def _complete_at(kind: ClaimKind, arrived: Mapping[str, datetime]) -> datetime | None:
    """The first instant at which nothing was missing: one of two death letters is enough."""
    present: set[str] = set()
    for paper, at in sorted(arrived.items(), key=lambda each: each[1]):
        present.add(paper)
        if not missing_papers(kind, None, present, for_="clock"):
            return at
    return None


def _days_of(pause: Pause, today: date) -> tuple[date, date]:
    """The first and last day that do not count: from the day after the return up to the day on
    which the file is back, as the day of receipt does not count either."""
    began, ended = pause
    return local_day(began) + _DAY, local_day(ended) if ended else today


def _counted(day: date, stops: Sequence[tuple[date, date]]) -> Iterator[date]:
    """The working days after a day that count, one after the other."""
    while True:
        day = working_days.after(day, days=1)
        if not any(first <= day <= last for first, last in stops):
            yield day
