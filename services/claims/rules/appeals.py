"""Looking at a decision again: appeals, and a death that was by work after all, or not."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from chassis.local_time import local_day
from contracts.claims import AppealDecided, AppealLodged, ClaimKind, ClaimReclassified
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from services.claims.rules.claims import HeldClaim

Outcome = Literal["upheld", "reopened"]


class AppealWaiting(Refused):
    """An appeal against this decision waits already."""

    slug, status, retryable = "appeal-waiting", 409, False


class AppealUnknown(Refused):
    """No such appeal waits in this claim."""

    slug, status, retryable = "appeal-unknown", 404, False


class DeathHasAnotherClaim(Refused):
    """Another claim for the same death is open."""

    slug, status, retryable = "death-has-another-claim", 409, False


class KindsDoNotChange(Refused):
    """A claim of this kind does not become one of that."""

    slug, status, retryable = "kinds-do-not-change", 409, False


class AccidentDayMissing(Refused):
    """A work accident has a day, not after the death."""

    slug, status, retryable = "accident-day-missing", 422, False


class Verdict(NamedTuple):
    """What an approver says to an appeal."""

    appeal_id: UUID
    outcome: Outcome
    reason: str


@dataclass(frozen=True)
class NewKind:
    """What a claim is to be from now on."""

    kind: ClaimKind
    happened_on: date | None
    happened_at: datetime | None
    reason: str
    excuse: str | None = None
    """Why an accident is taken in after its time limit."""


def lodge(
    claim: HeldClaim, *, reason: str, cause: Cause, officer: str, now: datetime
) -> AppealLodged:
    """Somebody does not accept the decision, or its amount. Raises: ClaimInOtherState,
    AppealWaiting."""
    claim.check_state("rejected", "approved", "paid")
    if claim.appeal_id is not None:
        raise AppealWaiting("an appeal waits in this claim: it is decided first")
    return AppealLodged(
        **cause.stamp("lodge-appeal", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        appeal_id=derived_id(cause.cause_id, "appeal"),
        reason=reason,
        lodged_by=officer,
    )


def check_appeal(claim: HeldClaim, appeal_id: UUID, *, officer: str, lodged_by: str | None) -> None:
    """Whether this officer may decide this appeal: without a part in anything before.

    Raises: AppealUnknown, SameOfficer.
    """
    if claim.appeal_id != appeal_id:
        raise AppealUnknown("no such appeal waits in this claim: it may be decided")
    deciders = (claim.decided_by, claim.first_approved_by)
    claim.check_is_other(officer, *deciders, did="decided")
    claim.check_is_other(officer, claim.filed_by, claim.verified_by, did="filed or verified")
    claim.check_is_other(officer, lodged_by, did="lodged the appeal in")


def check_reopening(claim: HeldClaim, verdict: Verdict, *, other_claim: UUID | None) -> None:
    """`other_claim` is an open claim for the same death, or this one. Raises:
    DeathHasAnotherClaim."""
    if verdict.outcome == "reopened" and other_claim not in {None, claim.claim_id}:
        raise DeathHasAnotherClaim(
            f"the claim {other_claim} for this death is open: go on there, and uphold this one"
        )


def decide(
    claim: HeldClaim, verdict: Verdict, *, cause: Cause, officer: str, now: datetime
) -> AppealDecided:
    """The decision stands, or the file is worked on again."""
    return AppealDecided(
        **cause.stamp("decide-appeal", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        appeal_id=verdict.appeal_id,
        outcome=verdict.outcome,
        reason=verdict.reason,
        decided_by=officer,
    )


def reclassify(
    claim: HeldClaim, new: NewKind, *, cause: Cause, officer: str, now: datetime
) -> ClaimReclassified:
    """The death was by work after all, or it was not (domain 2.6): the decision before ends, the
    file goes on, and what was paid is netted.

    Raises: ClaimInOtherState, SameOfficer, KindsDoNotChange, AccidentDayMissing.
    """
    claim.check_state("filed", "returned", "verified", "approved", "paid")
    claim.check_is_other(officer, claim.filed_by, did="filed")
    if {claim.kind, new.kind} != {"death", "work-accident-death"}:
        raise KindsDoNotChange(
            f"a claim of kind {claim.kind} does not become one of kind {new.kind}: only a death "
            "and a death by work accident change into each other; file another claim"
        )
    is_by_work = new.kind == "work-accident-death"
    if is_by_work:
        _check_day(claim, new, today=local_day(now))
    return ClaimReclassified(
        **cause.stamp("reclassify-claim", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        kind_before=claim.kind,
        kind=new.kind,
        happened_on=new.happened_on if is_by_work else None,
        happened_at=new.happened_at if is_by_work else None,
        reason=new.reason,
        reclassified_by=officer,
        excuse=new.excuse if is_by_work else None,
    )


def _check_day(claim: HeldClaim, new: NewKind, *, today: date) -> None:
    if new.happened_on is None:
        raise AccidentDayMissing("say on which day the accident happened, in `happened_on`")
    if new.happened_on > min(claim.died_on or today, today):
        raise AccidentDayMissing("the accident cannot have happened after the death")
    if new.happened_at is not None and local_day(new.happened_at) != new.happened_on:
        raise AccidentDayMissing("`happened_at` is another day than `happened_on`: correct one")
