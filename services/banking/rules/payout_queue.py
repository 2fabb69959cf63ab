"""What a person may do with a payout that stands still: let it go on, end it by what the other bank
says on paper or because it was never sent, or send the benefit anew once it has failed.
"""

from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from contracts.banking import (
    OutcomeProposed,
    PayoutFailed,
    PayoutOrdered,
    PayoutResumed,
    PayoutSettled,
    PayoutSubmitted,
)
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.types import PayoutId
from services.banking.rules import payouts
from services.banking.rules.ledger import Ledger
from services.banking.rules.payouts import OpenPayout, Stop
from services.banking.rules.second_person import check_second_person

Outcome = Literal["arrived", "not-arrived"]
BY_THE_OTHER_BANKS_WORD = frozenset({"outcome-unknown", "amount-differs"})
"""The stops that the other bank's paper may end."""
NEVER_SENT = frozenset({"account-closed", "rail-limit"})
"""The stops before anything was sent that nobody can put right at the bank: the payee needs another
account, which claims registers once the payout has failed."""


class PayoutNotStopped(Refused):
    """The payout waits for no person."""

    slug, status, retryable = "payout-not-stopped", 409, False


class StillStopped(Refused):
    """What stopped the payout is still so."""

    slug, status, retryable = "payout-still-stopped", 409, False


class OutcomeKnown(Refused):
    """The payout's outcome is not in question."""

    slug, status, retryable = "outcome-not-in-question", 409, False


class OutcomeNotProposed(Refused):
    """Nobody proposed this outcome."""

    slug, status, retryable = "outcome-not-proposed", 409, False


class RailMovedIt(Refused):
    """A statement of the rail says that the money has left."""

    slug, status, retryable = "moved-by-the-rail", 409, False


class PayoutNotFailed(Refused):
    """Only what has failed may be sent anew."""

    slug, status, retryable = "payout-not-failed", 409, False


class PayoutAlreadyReissued(Refused):
    """Another payout has taken its place."""

    slug, status, retryable = "payout-already-reissued", 409, False


class Standing(NamedTuple):
    """How a payout stands, as far as a person may change it."""

    state: str
    stopped_reason: str | None = None
    proposed_outcome: str | None = None
    proposed_evidence: str | None = None
    proposed_by: str | None = None
    replaced_by: UUID | None = None
    moved: bool = False
    """Whether a statement of the rail says that it moved the money."""


class Act(NamedTuple):
    """Who does it, when, and the command that it follows from."""

    officer: str
    cause: Cause
    now: datetime


def resume(
    payout: OpenPayout, standing: Standing, *, still: Stop | None, reason: str, act: Act
) -> PayoutResumed:
    """Let a payout go on under its own reference; `still` is what would stop it at once.

    Raises: PayoutNotStopped, StillStopped.
    """
    if standing.stopped_reason is None:
        raise PayoutNotStopped(f"it is {standing.state} and waits for no person: leave it alone")
    if standing.stopped_reason == "amount-differs":
        raise StillStopped(
            "the rail tells of another amount, so it is never asked to pay this again: find out "
            "from the other bank, then propose the outcome"
        )
    if still is not None:
        raise StillStopped(f"{still.words} ({still.reason}): {_way_out(still)}")
    return PayoutResumed(
        **act.cause.stamp(f"resume {payout.payout_id}", at=act.now),
        payout_id=payout.payout_id,
        claim_id=payout.claim_id,
        worker_id=payout.worker_id,
        reason=reason,
        resumed_by=act.officer,
    )


def propose(
    payout: OpenPayout, standing: Standing, outcome: Outcome, *, evidence: str, act: Act
) -> OutcomeProposed:
    """Write down what the other bank's paper says, or why what was never sent cannot be; it takes
    the place of an earlier proposal.

    Raises: OutcomeKnown.
    """
    _check_in_question(standing, outcome)
    return OutcomeProposed(
        **act.cause.stamp(f"propose {payout.payout_id}", at=act.now),
        payout_id=payout.payout_id,
        claim_id=payout.claim_id,
        worker_id=payout.worker_id,
        outcome=outcome,
        evidence=evidence,
        proposed_by=act.officer,
    )


def confirm(
    payout: OpenPayout, standing: Standing, outcome: Outcome, *, ledger: Ledger, act: Act
) -> list[PayoutSubmitted | PayoutSettled | PayoutFailed]:
    """End a payout as another officer proposed. The money of one that was never sent is set aside
    and taken back at once, as every failure tells.

    Raises: OutcomeKnown, OutcomeNotProposed, MakerIsChecker, RailMovedIt, FundsInsufficient.
    """
    _check_in_question(standing, outcome)
    if standing.proposed_outcome != outcome:
        proposed = standing.proposed_outcome or "nothing"
        raise OutcomeNotProposed(f"{proposed} is proposed, not {outcome}: look at it again")
    check_second_person(first=standing.proposed_by, second=act.officer, what="proposed this")
    if outcome == "not-arrived" and standing.moved:
        raise RailMovedIt(
            "a statement of the rail says that it moved this money: have the rail correct its "
            "statement first, and send that one"
        )
    if outcome == "arrived":
        return [payouts.settle(payout, ledger=ledger, now=act.now, confirmed_by=act.officer)]
    never_sent = standing.state == "ordered"
    aside = [payouts.submit(payout, ledger=ledger, now=act.now)] if never_sent else []
    why = standing.stopped_reason if never_sent else outcome
    reason = f"{why}: {standing.proposed_evidence}"
    failed = payouts.fail(payout, reason, ledger=ledger, now=act.now, confirmed_by=act.officer)
    return [*aside, failed]


def reissue(payout: OpenPayout, standing: Standing, *, is_here: bool, act: Act) -> PayoutOrdered:
    """Order the benefit of a failed payout anew, under a reference that follows from the old one.

    Raises: PayoutNotFailed, PayoutAlreadyReissued.
    """
    if standing.state != "failed":
        raise PayoutNotFailed(
            f"it is {standing.state}: only a failed payout is sent anew, for any other may still "
            "arrive or has"
        )
    if standing.replaced_by is not None:
        raise PayoutAlreadyReissued(f"payout {standing.replaced_by} has taken its place")
    payout_id = PayoutId(derived_id(payout.payout_id, "reissue"))
    return PayoutOrdered(
        **act.cause.stamp(f"order {payout_id}", at=act.now),
        payout_id=payout_id,
        claim_id=payout.claim_id,
        worker_id=payout.worker_id,
        payee_id=payout.payee_id,
        benefit=payout.benefit,
        amount=payout.amount,
        rail="same-bank" if is_here else "interbank",
        replaces=payout.payout_id,
        line_id=payout.line_id,
    )


def _way_out(still: Stop) -> str:
    """What to do about what would stop a payout again."""
    if still.reason not in NEVER_SENT:
        return "put that right first"
    return (
        "propose the outcome not-arrived and have another officer confirm it; then let claims "
        "register another account of the payee, and reissue the payout"
    )


def _check_in_question(standing: Standing, outcome: Outcome) -> None:
    if standing.state == "ordered" and standing.stopped_reason in NEVER_SENT:
        if outcome == "arrived":
            raise OutcomeKnown("it was never sent, so it did not arrive: propose not-arrived")
        return
    in_question = standing.stopped_reason in BY_THE_OTHER_BANKS_WORD
    if standing.state != "submitted" or not in_question:
        raise OutcomeKnown(
            f"it is {standing.state}"
            + (f", stopped by {standing.stopped_reason}" if standing.stopped_reason else "")
            + ": only of a payout whose outcome the rail did not tell, or that cannot be sent, may "
            "officers say it"
        )
