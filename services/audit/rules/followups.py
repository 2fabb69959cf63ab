"""What becomes of a finding: raised, assigned, answered, closed. Values in, events out.

Whoever answers a finding never closes it: maker and checker, as everywhere.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from chassis.local_time import local_day
from contracts.audit import (
    FindingAnswered,
    FindingAssigned,
    FindingClosed,
    FindingRaised,
    FindingReopened,
)
from contracts.event import Cause, derived_id
from contracts.refusal import Refused

FindingState = Literal["raised", "assigned", "answered", "closed"]
Outcome = Literal["put-right", "explained", "risk-accepted"]


class FindingInOtherState(Refused):
    """The finding is not where this step begins."""

    slug, status, retryable = "finding-in-other-state", 409, False


class NotYoursToAnswer(Refused):
    """Somebody else was asked."""

    slug, status, retryable = "not-yours-to-answer", 403, False


class AnsweredByYou(Refused):
    """Who answered a finding does not close it."""

    slug, status, retryable = "answered-by-you", 403, False


class DueInThePast(Refused):
    """Nobody can answer by a day that has gone."""

    slug, status, retryable = "due-in-the-past", 422, False


class HeldFinding(NamedTuple):
    """A finding whose row is locked."""

    finding_id: UUID
    state: FindingState
    assigned_to: str | None
    answered_by: str | None


class Observation(NamedTuple):
    """What an auditor found."""

    detail: str
    place: str
    event_ids: Sequence[UUID]


class Assignment(NamedTuple):
    """Who is to answer by when."""

    officer: str
    due_on: date


class Answer(NamedTuple):
    """What happened and what was done."""

    words: str
    event_ids: Sequence[UUID]


class Ending(NamedTuple):
    """Why a finding needs nothing more."""

    outcome: Outcome
    note: str


def observe(found: Observation, *, cause: Cause, officer: str, now: datetime) -> FindingRaised:
    """An auditor raises a finding about events."""
    return FindingRaised(
        **cause.stamp("raise-finding", at=now),
        finding_id=derived_id(cause.cause_id, "finding"),
        kind="observation",
        place=found.place,
        detail=found.detail,
        event_ids=tuple(found.event_ids),
        raised_by=officer,
    )


def assign(
    finding: HeldFinding, to: Assignment, *, cause: Cause, officer: str, now: datetime
) -> FindingAssigned:
    """Ask somebody, or somebody else. Raises: FindingInOtherState, DueInThePast."""
    _check_state(finding, "raised", "assigned")
    if to.due_on < local_day(now):
        raise DueInThePast(f"due_on: {to.due_on} has gone: give today or a later day")
    return FindingAssigned(
        **cause.stamp("assign-finding", at=now),
        finding_id=finding.finding_id,
        assigned_to=to.officer,
        due_on=to.due_on,
        assigned_by=officer,
    )


def answer(
    finding: HeldFinding, given: Answer, *, cause: Cause, officer: str, now: datetime
) -> FindingAnswered:
    """Answer what one was asked. Raises: FindingInOtherState, NotYoursToAnswer."""
    _check_state(finding, "assigned")
    if officer != finding.assigned_to:
        raise NotYoursToAnswer(
            f"{finding.assigned_to} was asked to answer: an auditor can assign it to you"
        )
    return FindingAnswered(
        **cause.stamp("answer-finding", at=now),
        finding_id=finding.finding_id,
        answer=given.words,
        event_ids=tuple(given.event_ids),
        answered_by=officer,
    )


def is_overdue(state: str, due_on: date | None, *, today: date) -> bool:
    """Whether the day by which somebody was to answer has gone."""
    return state == "assigned" and due_on is not None and due_on < today


def reopen(
    finding: HeldFinding, *, reason: str, cause: Cause, officer: str, now: datetime
) -> FindingReopened:
    """Ask again. Raises: FindingInOtherState."""
    _check_state(finding, "answered", "closed")
    return FindingReopened(
        **cause.stamp("reopen-finding", at=now),
        finding_id=finding.finding_id,
        reason=reason,
        reopened_by=officer,
    )


def close(
    finding: HeldFinding, ending: Ending, *, cause: Cause, officer: str, now: datetime
) -> FindingClosed:
    """Accept the answer. Raises: FindingInOtherState, AnsweredByYou."""
    _check_state(finding, "answered")
    if officer == finding.answered_by:
        raise AnsweredByYou("whoever answered a finding does not close it: another auditor does")
    return FindingClosed(
        **cause.stamp("close-finding", at=now),
        finding_id=finding.finding_id,
        outcome=ending.outcome,
        note=ending.note,
        closed_by=officer,
    )


def _check_state(finding: HeldFinding, *wanted: FindingState) -> None:
    if finding.state not in wanted:
        raise FindingInOtherState(
            f"the finding is {finding.state}; for this it has to be {' or '.join(wanted)}"
        )
