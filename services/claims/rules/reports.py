"""What is reported of a death or a work accident, and whether a claim can be filed for it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from chassis.local_time import local_day
from contracts.claims import ClaimFiled, ClaimKind, Reporter
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.sealed import Sealed
from contracts.types import ClaimId, WorkerId
from services.claims.rules.claims import HeldClaim
from services.claims.rules.months import years_later
from services.claims.rules.tariffs import rows, tariff_on


class ClaimAlreadyOpen(Refused):
    """There is one claim for one death, and one for one accident."""

    slug, status, retryable = "claim-already-open", 409, False


class DayInFuture(Refused):
    """Nothing has happened yet on the day that was given."""

    slug, status, retryable = "day-in-future", 422, False


class ReportInconsistent(Refused):
    """The days that were given do not go together, or not with the kind of claim."""

    slug, status, retryable = "report-inconsistent", 422, False


class ClaimOutOfTime(Refused):
    """A work accident was reported after its time limit."""

    slug, status, retryable = "claim-out-of-time", 409, False


@dataclass(frozen=True)
class Report:
    """What whoever came says happened."""

    kind: ClaimKind
    died_on: date | None = None
    happened_on: date | None = None
    happened_at: datetime | None = None
    admitted_on: date | None = None
    reported_by: Reporter = "officer"
    excuse: str | None = None


class Filing(NamedTuple):
    """What a claim is known by, and who came, sealed."""

    claim_id: ClaimId
    worker_id: WorkerId
    number: str
    reporter: Sealed | None = None
    phone_mark: str | None = None


def file_claim(
    report: Report,
    filing: Filing,
    *,
    open_claim: UUID | None,
    cause: Cause,
    officer: str,
    now: datetime,
) -> ClaimFiled:
    """File a death or a work accident; whether anything is due is decided at the approval.

    `open_claim` is the claim for the same death or accident that was not rejected. Raises:
    ClaimAlreadyOpen, ReportInconsistent, DayInFuture, ClaimOutOfTime.
    """
    _check_days(report, now=now)
    if open_claim is not None:
        raise ClaimAlreadyOpen(f"there is claim {open_claim} for this: work on that one")
    _check_time_limit(report, today=local_day(now))
    return ClaimFiled(
        **cause.stamp("file-claim", at=now),
        **vars(report),
        **filing._asdict(),
        filed_by=officer,
    )


def just_filed(filed: ClaimFiled) -> HeldClaim:
    """The claim as it is right after it was filed, held by who filed it."""
    return HeldClaim(
        claim_id=filed.claim_id,
        worker_id=filed.worker_id,
        kind=filed.kind,
        state="filed",
        died_on=filed.died_on,
        happened_on=filed.happened_on,
        happened_at=filed.happened_at,
        admitted_on=filed.admitted_on,
        filed_by=filed.filed_by,
        filed_at=filed.occurred_at,
        reported_by=filed.reported_by,
        excuse=filed.excuse,
    )


def _check_days(report: Report, *, now: datetime) -> None:
    """Raises: ReportInconsistent, DayInFuture."""
    today = local_day(now)
    if (report.died_on is None) != (report.kind == "work-accident"):
        raise ReportInconsistent(
            "give the day of death" if report.died_on is None
            else "the member lives: leave the day of death out, or file work-accident-death"
        )  # fmt: skip
    if (report.happened_on is None) != (report.kind == "death"):
        raise ReportInconsistent(
            "give the day of the accident or diagnosis" if report.happened_on is None
            else "a death not caused by work has no day of an accident: leave it out"
        )  # fmt: skip
    for day in (report.died_on, report.happened_on, report.admitted_on):
        if day is not None and day > today:
            raise DayInFuture(f"today is {today}: correct the day {day}")
        if day is not None and day < rows()[0].from_day:
            raise ReportInconsistent(f"no rule is for so long ago: correct the day {day}")
    ended_on = report.died_on or today
    for day in (report.happened_on, report.admitted_on):
        if day is not None and day > ended_on:
            raise ReportInconsistent(f"the member died on {ended_on}: correct the day {day}")
    _check_hour(report, now=now)


def _check_hour(report: Report, *, now: datetime) -> None:
    """Raises: ReportInconsistent, DayInFuture."""
    if report.happened_at is None:
        return
    if report.happened_at > now:
        raise DayInFuture("the hour in `happened_at` has not come: correct it")
    event_day = report.happened_on or report.died_on
    if local_day(report.happened_at) != event_day:
        raise ReportInconsistent(
            f"in Kupang the hour that was given is on {local_day(report.happened_at)}, what "
            f"happened was on {event_day}: correct one"
        )


def _check_time_limit(report: Report, *, today: date) -> None:
    """JKK lapses some years after the accident (PP 82/2019 art. 26), JKM never."""
    if report.happened_on is None or report.excuse is not None:
        return
    years = tariff_on(report.happened_on)["claim-time"].value
    if today > years_later(report.happened_on, years):
        raise ClaimOutOfTime(
            f"a work accident is reported within {years} years: say in `excuse` why it is taken in "
            "all the same"
        )
