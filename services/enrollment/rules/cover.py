"""Cover: it begins with the first payment and ends with a death or by decision."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from chassis.local_time import local_day
from contracts.claims import ClaimVerified
from contracts.enrollment import CoverageEnded, MembershipActivated
from contracts.event import Cause, Event
from contracts.refusal import Refused
from contracts.types import ProgrammeId, WorkerId

DecidedReason = Literal["other-segment", "double-registration", "withdrawal", "refused"]
"""Why an officer ends a membership; a death is told by a verified claim only."""


class MembershipEnded(Refused):
    """A membership ends once."""

    slug, status, retryable = "membership-ended", 409, False


class NumberIssued(Refused):
    """The insurer refuses somebody before the number is issued, not after."""

    slug, status, retryable = "number-issued", 409, False


class EndInFuture(Refused):
    """A membership ends on a day that has come."""

    slug, status, retryable = "end-in-future", 422, True


class EndBeforeEnrollment(Refused):
    """A membership cannot end before it began."""

    slug, status, retryable = "end-before-enrollment", 422, False


class Unactivated(NamedTuple):
    """A membership with a paid month and no cover yet."""

    worker_id: WorkerId
    programme_id: ProgrammeId
    village_code: str
    kpj: str | None
    """The number of the worker, when he had a cover before."""
    continues: datetime | None
    """The beginning of the cover that goes on, when the one before neither lapsed nor ended."""
    paid_by: UUID
    """The event by which the first of its months was paid."""

    @property
    def cause(self) -> Cause:
        """The payment, for who had to wait for a number after it."""
        return Cause(self.paid_by, self.paid_by)


@dataclass(frozen=True)
class Ending:
    """A membership that goes on, and how much of what was reserved for it has been billed."""

    worker_id: WorkerId
    programme_id: ProgrammeId
    region_code: str
    reserved: int
    billed: int

    @property
    def unbilled(self) -> int:
        """What is free again when it ends: rupiah for months that nobody will bill."""
        return self.reserved - self.billed


class Held(NamedTuple):
    """A membership that somebody wants to end."""

    ending: Ending
    village_code: str
    kpj: str | None
    """The number of the worker, when one was issued."""
    enrolled_at: datetime
    ended_on: date | None


class Decision(NamedTuple):
    """How an officer ends a membership: the day is its last."""

    reason: DecidedReason
    ended_on: date
    note: str | None


def activate(
    paid: Iterable[Unactivated], *, numbers: Mapping[UUID, str], cause: Cause, now: datetime
) -> Iterator[Event]:
    """Begin the cover of each of these members: now, when the number is issued, which the first
    full payment allows (PP 44/2015 art. 11(4)(5)).

    A worker keeps the number he has. Whoever has none and is not in `numbers` waits for a range.
    """
    for each in paid:
        kpj = each.kpj or numbers.get(each.worker_id)
        if kpj is not None:
            yield MembershipActivated(
                **cause.stamp(f"activate {each.worker_id}", at=now),
                worker_id=each.worker_id,
                programme_id=each.programme_id,
                kpj=kpj,
                covered_from=each.continues or now,
            )


def end_for_death(
    verified: ClaimVerified, ending: Ending, *, died_on: date, now: datetime
) -> CoverageEnded:
    """End the cover of a member who died; what was reserved and not billed is free again. What was
    owed before the death is put aside again when it is billed.

    Nobody bills the dead: the audit findings that this prevents are in domain 7.2.
    """
    return CoverageEnded(
        **verified.cause.stamp(f"end-cover {ending.programme_id}", at=now),
        worker_id=ending.worker_id,
        programme_id=ending.programme_id,
        region_code=ending.region_code,
        reason="death",
        ended_on=died_on,
        released=ending.unbilled,
        claim_id=verified.claim_id,
    )


def end_by_decision(
    held: Held, decision: Decision, *, cause: Cause, by: str, now: datetime
) -> CoverageEnded:
    """End a membership that an officer decided about; what was not billed of it is free again.

    Raises: MembershipEnded, NumberIssued, EndInFuture, EndBeforeEnrollment.
    """
    if held.ended_on is not None:
        raise MembershipEnded(f"this membership ended on {held.ended_on}: nothing is left to end")
    if decision.reason == "refused" and held.kpj is not None:
        raise NumberIssued("the member has a number: give another reason, such as withdrawal")
    if decision.ended_on > local_day(now):
        raise EndInFuture(f"{decision.ended_on} has not come: end it on that day, or sooner")
    if decision.ended_on < local_day(held.enrolled_at):
        raise EndBeforeEnrollment(
            f"the membership began on {local_day(held.enrolled_at)}: give that day or a later one"
        )
    return end(held.ending, decision, cause=cause, by=by, now=now)


def end(
    ending: Ending, decision: Decision, *, cause: Cause, by: str, now: datetime
) -> CoverageEnded:
    """The end of a membership as an officer decided it."""
    return CoverageEnded(
        **cause.stamp(f"end-cover {ending.worker_id} {ending.programme_id}", at=now),
        worker_id=ending.worker_id,
        programme_id=ending.programme_id,
        region_code=ending.region_code,
        reason=decision.reason,
        ended_on=decision.ended_on,
        released=ending.unbilled,
        ended_by=by,
        note=decision.note,
    )
