"""The end of an approved claim: every line has arrived. And what was held, released."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast
from uuid import UUID

from contracts.claims import Benefit, BenefitLine, ClaimPaid, LinesReleased
from contracts.event import Cause
from contracts.types import ClaimId, PartyId, WorkerId


class Line(NamedTuple):
    """A line that was awarded. Amount in rupiah."""

    line_id: UUID
    decision_id: UUID
    origin: str
    benefit: str
    amount: int
    payee_id: UUID
    is_held: bool


class Payment(NamedTuple):
    """A payment that arrived. Amount in rupiah."""

    line_id: UUID | None
    """None: the event is from before lines had ids."""
    benefit: str
    amount: int
    arrived_at: datetime


@dataclass(frozen=True)
class ClosingClaim:
    """An approved claim with its lines of every decision, and what arrived."""

    claim_id: UUID
    worker_id: UUID
    filed_at: datetime
    decision_id: UUID | None
    lines: tuple[Line, ...]
    payments: tuple[Payment, ...]
    held_at_first: frozenset[str]
    """The benefits that the decision held."""

    @property
    def held(self) -> tuple[Line, ...]:
        """What the decision that stands still holds; what an earlier one held is gone with it."""
        return tuple(
            line for line in self.lines if line.is_held and line.decision_id == self.decision_id
        )

    @property
    def ordered(self) -> tuple[Line, ...]:
        """What any decision about the benefit itself let go out."""
        return tuple(line for line in self.lines if line.origin == "approval" and not line.is_held)

    @property
    def due_at_once(self) -> tuple[Line, ...]:
        """What the decision that stands did not hold: the term of the law runs for it."""
        return tuple(
            line
            for line in self.ordered
            if line.decision_id == self.decision_id and line.benefit not in self.held_at_first
        )


def arrived_at(claim: ClosingClaim, lines: Collection[Line]) -> datetime | None:
    """When the last of these lines arrived; None while one has not, or there is none."""
    instants = [_arrived_at(claim, line) for line in lines]
    known = [at for at in instants if at is not None]
    return max(known) if known and len(known) == len(instants) else None


def close(claim: ClosingClaim, *, cause: Cause, now: datetime) -> ClaimPaid | None:
    """The claim is paid when nothing is held and each line of each decision has arrived; the amount
    is all that the family had of the benefit. None: it is not yet."""
    if claim.held or arrived_at(claim, claim.ordered) is None:
        return None
    return ClaimPaid(
        **cause.stamp(f"pay-claim {claim.claim_id}", at=now),
        claim_id=ClaimId(claim.claim_id),
        worker_id=WorkerId(claim.worker_id),
        amount=sum(line.amount for line in claim.ordered),
    )


def release(
    claim: ClosingClaim,
    arrears: Collection[str],
    *,
    paid: Collection[str],
    cause: Cause,
    now: datetime,
) -> LinesReleased | None:
    """What is held goes out when each month owed is paid (PP 44/2015 art. 42(1)); None: not yet."""
    if not claim.held or not set(arrears) <= set(paid):
        return None
    return LinesReleased(
        **cause.stamp(f"release-lines {claim.claim_id}", at=now),
        claim_id=ClaimId(claim.claim_id),
        worker_id=WorkerId(claim.worker_id),
        lines=tuple(_told(line) for line in claim.held),
        paid_months=tuple(sorted(arrears)),
    )


def _arrived_at(claim: ClosingClaim, line: Line) -> datetime | None:
    for each in claim.payments:
        is_same = (
            line.benefit == each.benefit if each.line_id is None else (line.line_id == each.line_id)
        )
        if is_same and each.amount == line.amount:
            return each.arrived_at
    return None


def _told(line: Line) -> BenefitLine:
    return BenefitLine(
        benefit=cast(Benefit, line.benefit),
        amount=line.amount,
        payee_id=PartyId(line.payee_id),
        line_id=line.line_id,
    )
