"""The rail's statement of a day beside our book: what agrees, what differs, what is done about it.

A payout is one for life, so a line is matched by its reference alone: a payout that the rail moved
before midnight and of which we learned after it is no difference. The first line of a payout, over
all days, is the payout; any further one is money that left a second time.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import NAMESPACE_URL, UUID

from contracts.banking import (
    DifferenceAccepted,
    DifferenceExplained,
    DifferenceFound,
    DifferenceKind,
    DifferenceResolved,
    SuspenseRecovered,
)
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.types import PayoutId
from services.banking.rules import ledger as postings
from services.banking.rules.ledger import Ledger
from services.banking.rules.second_person import check_second_person

Format = Literal["csv", "mt940"]
DifferenceState = Literal["open", "explained", "accepted", "resolved"]
DIFFERENCES_MAX = 2_000
"""More in one day: the file is not the rail's statement of that day to us."""


class StatementNotOurs(Refused):
    """So much of it differs from our book that it cannot be the statement of this day."""

    slug, status, retryable = "statement-not-ours", 422, False


class DayAlreadyClosed(Refused):
    """The day is closed: its differences are settled."""

    slug, status, retryable = "day-already-closed", 409, False


class DifferenceUnknown(Refused):
    """No statement ever showed this difference."""

    slug, status, retryable = "difference-unknown", 404, False


class DifferenceResolvedAlready(Refused):
    """The rail and our book agree on it by now."""

    slug, status, retryable = "difference-resolved", 409, False


class DifferenceAcceptedAlready(Refused):
    """A second person has accepted it."""

    slug, status, retryable = "difference-accepted", 409, False


class DifferenceNotExplained(Refused):
    """Nobody has said where it comes from."""

    slug, status, retryable = "difference-not-explained", 409, True


class SuspenseTooSmall(Refused):
    """Less than this stands in suspense for the difference."""

    slug, status, retryable = "suspense-too-small", 409, False


class Line(NamedTuple):
    """A transfer as the rail tells it."""

    rail_reference: str
    payout_id: UUID | None
    """What our reference to it would be; None when it has not the form of one."""
    amount: int
    """Rupiah."""


class Side(NamedTuple):
    """A line of the statement beside the payout that it names."""

    rail_reference: str
    their_amount: int
    payout_id: UUID | None
    """None: it names no interbank payout of ours."""
    state: str | None
    """How far that payout is in our book."""
    our_amount: int | None
    moved_again: bool
    """Another line, earlier or higher up, is this payout already."""


class Settled(NamedTuple):
    """A payout that our book settled on the day and that no statement has."""

    payout_id: UUID
    amount: int


class Difference(NamedTuple):
    """A transfer on which the rail and our book differ. Amounts in rupiah."""

    kind: DifferenceKind
    rail_reference: str
    """Of a transfer that the rail does not have: our reference to it."""
    payout_id: UUID | None
    our_amount: int | None
    """What our book settled or holds set aside for it."""
    their_amount: int | None

    @property
    def excess(self) -> int:
        """What the rail moved beyond what our book knows."""
        return max(0, (self.their_amount or 0) - (self.our_amount or 0))

    def id_on(self, day: date) -> UUID:
        """Its id: what is found again with the same amounts is the same difference."""
        words = (day, self.kind, self.rail_reference, self.our_amount, self.their_amount)
        return derived_id(NAMESPACE_URL, "tameng:difference:" + " ".join(map(str, words)))


class Known(NamedTuple):
    """A difference on record."""

    difference_id: UUID
    day: date
    difference: Difference
    state: DifferenceState
    explained_by: str | None
    suspense: int
    statement_id: UUID

    @property
    def pending(self) -> bool:
        """Whether somebody has to do something about it."""
        return self.state in {"open", "explained"}


class Acting(NamedTuple):
    """Who does something, by what command, when."""

    officer: str
    cause: Cause
    now: datetime


def judge(side: Side) -> Difference | None:
    """Whether a line of the statement differs from our book, and how."""
    reference, theirs, payout_id = side.rail_reference, side.their_amount, side.payout_id
    if payout_id is None or side.moved_again or side.state not in {"settled", "submitted"}:
        return Difference("missing-here", reference, payout_id, None, theirs)
    if side.our_amount != theirs:
        return Difference("amount-differs", reference, payout_id, side.our_amount, theirs)
    if side.state == "submitted":
        return Difference("missing-here", reference, payout_id, side.our_amount, theirs)
    return None


def missing_there(settled: Settled) -> Difference:
    """Our book settled it, and the rail moved nothing."""
    reference = settled.payout_id.hex
    return Difference("missing-there", reference, settled.payout_id, settled.amount, None)


def differences(sides: Iterable[Side], settled: Iterable[Settled]) -> list[Difference]:
    """All that differs on a day. Raises: StatementNotOurs."""
    judged = (judge(side) for side in sides)
    found = [each for each in judged if each is not None]
    found += [missing_there(each) for each in settled]
    if len(found) > DIFFERENCES_MAX:
        raise StatementNotOurs(
            f"{len(found):,} transfers differ from our book, more than {DIFFERENCES_MAX:,}: this "
            "is not the rail's statement of that day to this bank; ask the rail for the right one"
        )
    return found


def changes(
    found: Iterable[Difference], known: Iterable[Known], *, day: date, statement_id: UUID,
    acting: Acting,
) -> Iterator[DifferenceFound | DifferenceResolved]:  # fmt: skip
    """What is new on a day, and what is a difference no longer."""
    before = {each.difference_id: each for each in known}
    now = {each.id_on(day): each for each in found}
    for difference_id, each in now.items():
        if difference_id not in before or before[difference_id].state == "resolved":
            yield DifferenceFound(
                **acting.cause.stamp(f"find {difference_id} {statement_id}", at=acting.now),
                day=day,
                difference_id=difference_id,
                statement_id=statement_id,
                kind=each.kind,
                rail_reference=each.rail_reference,
                payout_id=None if each.payout_id is None else PayoutId(each.payout_id),
                our_amount=each.our_amount,
                their_amount=each.their_amount,
            )
    for difference_id, was in before.items():
        if difference_id not in now and was.state != "resolved":
            yield DifferenceResolved(
                **acting.cause.stamp(f"resolve {difference_id} {statement_id}", at=acting.now),
                day=day,
                difference_id=difference_id,
                statement_id=statement_id,
            )


def explain(
    known: Known, explanation: str, evidence: str, *, acting: Acting
) -> DifferenceExplained:
    """Say where a difference comes from; until it is accepted, a better reason replaces it.

    Raises: DifferenceResolvedAlready, DifferenceAcceptedAlready.
    """
    _check_pending(known)
    return DifferenceExplained(
        **acting.cause.stamp("explain", at=acting.now),
        day=known.day,
        difference_id=known.difference_id,
        explanation=explanation,
        evidence=evidence,
        explained_by=acting.officer,
    )


def accept(known: Known, *, ledger: Ledger, reference: UUID, acting: Acting) -> DifferenceAccepted:
    """Accept the explanation, as another person; what the rail moved beyond our book goes to
    suspense under `reference`.

    Raises: DifferenceResolvedAlready, DifferenceAcceptedAlready, DifferenceNotExplained,
    MakerIsChecker.
    """
    _check_pending(known)
    if known.explained_by is None:
        raise DifferenceNotExplained(
            f"nobody has explained it: POST /differences/{known.difference_id}/explanation first"
        )
    check_second_person(first=known.explained_by, second=acting.officer, what="explained it")
    amount = known.difference.excess - known.suspense
    return DifferenceAccepted(
        **acting.cause.stamp("accept", at=acting.now),
        day=known.day,
        difference_id=known.difference_id,
        accepted_by=acting.officer,
        transfer=ledger.post(postings.suspense(reference, amount)) if amount > 0 else None,
    )


def recover(
    known: Known, amount: int, evidence: str, *, ledger: Ledger, acting: Acting
) -> SuspenseRecovered:
    """Money in suspense came back or found its place. Raises: SuspenseTooSmall."""
    if amount > known.suspense:
        raise SuspenseTooSmall(
            f"Rp{known.suspense:,} of it stand in suspense: recover no more than that"
        )
    reference = derived_id(acting.cause.cause_id, "recovery")
    return SuspenseRecovered(
        **acting.cause.stamp("recover", at=acting.now),
        day=known.day,
        difference_id=known.difference_id,
        transfer=ledger.post(postings.recovery(reference, amount)),
        evidence=evidence,
        recovered_by=acting.officer,
    )


def _check_pending(known: Known) -> None:
    if known.state == "resolved":
        raise DifferenceResolvedAlready("the rail and our book agree by now: nothing is to be done")
    if known.state == "accepted":
        raise DifferenceAcceptedAlready("it is accepted: nothing more is to be done")
