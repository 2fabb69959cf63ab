"""The time the insurer has: three working days from the day the four papers are in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from chassis import working_days
from chassis.local_time import local_day
from services.claims.rules.claims import missing_papers

TERM_WORKING_DAYS = 3


@dataclass(frozen=True)
class Term:
    """How long a claim may take, and whether it did."""

    complete_at: datetime
    """When the last of the four papers came in; a newer copy of one starts nothing anew."""
    due_on: date
    """The last day to pay, Asia/Makassar."""
    kept: bool | None
    """Whether it was paid by then; None while it is not paid."""


def term(arrived: Mapping[str, datetime], *, paid_at: datetime | None) -> Term | None:
    """The term of a claim, None while papers are missing (PP 44/2015 art. 40(3)).

    `arrived` tells when each kind of document came in first. Working days count from the day
    after, with no pause.
    """
    if missing_papers(arrived):
        return None
    complete_at = max(arrived.values())
    due_on = working_days.after(local_day(complete_at), days=TERM_WORKING_DAYS)
    kept = None if paid_at is None else local_day(paid_at) <= due_on
    return Term(complete_at=complete_at, due_on=due_on, kept=kept)
