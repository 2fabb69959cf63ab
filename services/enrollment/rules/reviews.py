"""What a person has to look at: raised by rules, decided by nobody but a person."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.local_time import local_day
from contracts.enrollment import ReviewDecided, ReviewKind, ReviewOutcome, ReviewRaised
from contracts.event import Cause, Event, derived_id
from contracts.refusal import Refused
from contracts.types import WorkerId
from services.enrollment.rules.cover import DecidedReason, Decision, Ending, end
from services.enrollment.rules.second_person import check_second_person

_ENDS_BY: Mapping[ReviewKind, DecidedReason] = {
    "possible-duplicate": "double-registration",
    "reached-age-limit": "withdrawal",
}
"""How a membership ends when a review of this kind finds that it has to."""


class ReviewIsDecided(Refused):
    """A review is decided once."""

    slug, status, retryable = "review-decided", 409, False


class Suspicion(NamedTuple):
    """A worker who may be the same person as another member, or as an earlier row of the file."""

    worker_id: WorkerId
    village_code: str
    other_worker_id: UUID | None


def raise_duplicates(
    suspicions: Iterable[Suspicion], *, cause: Cause, now: datetime
) -> Iterator[ReviewRaised]:
    """Put possible duplicates on the review list (domain 7.3 test 1); nobody is rejected by it."""
    for each in suspicions:
        yield ReviewRaised(
            **cause.stamp(f"possible-duplicate {each.worker_id}", at=now),
            review_id=derived_id(each.worker_id, "possible-duplicate"),
            worker_id=each.worker_id,
            village_code=each.village_code,
            kind="possible-duplicate",
            other_worker_id=None
            if each.other_worker_id is None
            else WorkerId(each.other_worker_id),
        )


class AtLimit(NamedTuple):
    """A member in force who has reached the age limit."""

    worker_id: WorkerId
    village_code: str


def raise_age_limit(reached: Iterable[AtLimit], *, now: datetime) -> Iterator[ReviewRaised]:
    """Put members who turned 65 on the review list (domain 1.6): the limit holds at registration,
    and whether somebody stays in after it no law says. Time itself is the cause."""
    for each in reached:
        review_id = derived_id(each.worker_id, "reached-age-limit")
        yield ReviewRaised(
            **Cause(review_id, review_id).stamp("raise-review", at=now),
            review_id=review_id,
            worker_id=each.worker_id,
            village_code=each.village_code,
            kind="reached-age-limit",
        )


class Waiting(NamedTuple):
    """A review that somebody wants to decide."""

    review_id: UUID
    worker_id: WorkerId
    kind: ReviewKind
    sent_by: str | None
    """Who sent the roster that brought the worker."""
    decided: bool


class Verdict(NamedTuple):
    """What a person says about it."""

    outcome: ReviewOutcome
    reason: str


def decide(
    waiting: Waiting, verdict: Verdict, goes_on: Sequence[Ending], *, cause: Cause, by: str,
    now: datetime,
) -> Iterator[Event]:  # fmt: skip
    """Keep the member, or end his memberships that go on: for a double registration, or at the
    age limit as withdrawn by the funder. Whoever sent the roster may not decide about a duplicate
    in it. Raises: ReviewIsDecided, MakerIsChecker.
    """
    if waiting.decided:
        raise ReviewIsDecided("this review was decided before: see its outcome")
    if waiting.kind == "possible-duplicate":
        check_second_person(first=waiting.sent_by, second=by, what="sent the roster of this worker")
    yield ReviewDecided(
        **cause.stamp("decide-review", at=now),
        review_id=waiting.review_id,
        worker_id=waiting.worker_id,
        outcome=verdict.outcome,
        reason=verdict.reason,
        decided_by=by,
    )
    if verdict.outcome == "end":
        decision = Decision(_ENDS_BY[waiting.kind], local_day(now), verdict.reason)
        for ending in goes_on:
            yield end(ending, decision, cause=cause, by=by, now=now)
