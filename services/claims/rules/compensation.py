"""Late compensation: 1 % of the benefit for each calendar day (PP 44/2015 art. 37(3), 40(4)).

Whether the funeral benefit counts is unclear in the law and configured (domain 10 row 8). What was
held for arrears brings none: until they are paid nothing of it is due, and for the days after a
release the law has no term. Appliances of which one part was held bring none for the other either:
a line that was released is not told from one that never waited.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from chassis import working_days
from chassis.local_time import local_day
from contracts.claims import BenefitLine, CompensationAwarded
from contracts.event import Cause, derived_id
from contracts.types import ClaimId, PartyId, WorkerId
from services.claims.rules.arithmetic import half_up
from services.claims.rules.closing import ClosingClaim, Line
from services.claims.rules.term import WORKING_DAYS

PER_CENT_A_DAY = 1


def may_be_late(claim: ClosingClaim, *, paid_on: date) -> bool:
    """Whether it is worth a look: no term ends before three working days after the filing."""
    shortest = min(WORKING_DAYS.values())
    return paid_on > working_days.after(local_day(claim.filed_at), days=shortest)


def compensate(
    claim: ClosingClaim,
    *,
    due_on: date,
    paid_on: date,
    counts_funeral: bool,
    cause: Cause,
    now: datetime,
) -> CompensationAwarded | None:
    """What the heirs, or the injured member, get for the days after the last day to pay.

    None: it came in time, or nothing of the base was due, or this decision was compensated before.
    """
    base_lines = [line for line in claim.due_at_once if counts_funeral or line.benefit != "funeral"]
    days_late = (paid_on - due_on).days
    base = sum(line.amount for line in base_lines)
    amount = half_up(base * days_late * PER_CENT_A_DAY, 100) if days_late > 0 else 0
    if amount == 0 or claim.decision_id is None or is_compensated(claim):
        return None
    return CompensationAwarded(
        **cause.stamp(f"compensate {claim.decision_id}", at=now),
        claim_id=ClaimId(claim.claim_id),
        worker_id=WorkerId(claim.worker_id),
        due_on=due_on,
        paid_on=paid_on,
        days_late=days_late,
        base=base,
        arithmetic=f"{PER_CENT_A_DAY} % x {base:,} x {days_late} days = {amount:,}",
        lines=tuple(_lines(claim.decision_id, in_proportion(amount, _by_payee(base_lines)))),
    )


def is_compensated(claim: ClosingClaim) -> bool:
    """Whether this decision was compensated before: the ids of the lines follow from it."""
    assert claim.decision_id is not None  # noqa: S101  (an approved claim has one)
    first = _line_id(claim.decision_id, 0)
    return any(line.line_id == first for line in claim.lines)


def in_proportion(amount: int, weights: Mapping[UUID, int]) -> dict[UUID, int]:
    """Split an amount by weights; what division leaves goes to the largest remainders, and among
    equal ones to whom is named first."""
    whole = sum(weights.values())
    parts = {each: amount * weight // whole for each, weight in weights.items()}
    left = amount - sum(parts.values())
    by_remainder = sorted(weights, key=lambda each: -(amount * weights[each] % whole))
    for each in by_remainder[:left]:
        parts[each] += 1
    return parts


def _by_payee(lines: Sequence[Line]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for line in sorted(lines, key=lambda each: each.payee_id):
        found[line.payee_id] = found.get(line.payee_id, 0) + line.amount
    return found


def _lines(decision_id: UUID, parts: Mapping[UUID, int]) -> list[BenefitLine]:
    due = [(payee_id, amount) for payee_id, amount in parts.items() if amount > 0]
    return [
        BenefitLine(
            benefit="late-compensation",
            amount=amount,
            payee_id=PartyId(payee_id),
            line_id=_line_id(decision_id, place),
        )
        for place, (payee_id, amount) in enumerate(due)
    ]


def _line_id(decision_id: UUID, place: int) -> UUID:
    return derived_id(decision_id, f"compensation {place}")
