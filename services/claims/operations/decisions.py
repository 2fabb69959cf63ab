"""Approve, reject, and close what was paid."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.banking import PayoutSettled
from contracts.claims import BenefitLine, Explanation
from contracts.event import Cause
from services.claims.operations.claims import Stepped, held_claim
from services.claims.queries import claims as queries
from services.claims.rules import decisions as rules
from services.claims.rules.decisions import Approval


class Approved(BaseModel):
    """What was approved. Amounts in rupiah."""

    claim_id: UUID
    state: str
    amount: int
    lines: tuple[BenefitLine, ...]
    explanation: Explanation


async def approve(
    unit: Unit, claim_id: UUID, approval: Approval, *, by: Caller, cause: Cause
) -> Approved:
    """Approve a claim. Raises: ClaimUnknown, OutsideArea, ClaimInOtherState, SameOfficer,
    PayeeUnknown, NotCoveredOnDayOfDeath, BoundaryNeedsConfirmation."""
    claim = await held_claim(unit, claim_id, by=by)
    approved = rules.approve(
        claim,
        approval,
        cover=await queries.cover(unit.session, claim.worker_id),
        heirs=await queries.heirs(unit.session, claim_id),
        cause=cause,
        now=unit.now,
    )
    await unit.record([approved])
    await _close(unit, {claim_id: cause})
    return Approved(
        claim_id=claim_id,
        state="approved",
        amount=sum(line.amount for line in approved.lines),
        lines=approved.lines,
        explanation=approved.explanation,
    )


async def reject(unit: Unit, claim_id: UUID, *, reason: str, by: Caller, cause: Cause) -> Stepped:
    """Reject a claim. Raises: ClaimUnknown, OutsideArea, ClaimInOtherState, SameOfficer."""
    claim = await held_claim(unit, claim_id, by=by)
    rejected = rules.reject(claim, reason=reason, cause=cause, officer=by.name, now=unit.now)
    await unit.record([rejected])
    return Stepped(claim_id=claim_id, state="rejected")


async def take_settled(unit: Unit, settled: Sequence[PayoutSettled]) -> None:
    """A line of each of these claims arrived: close those that it completed."""
    await _close(unit, {payout.claim_id: payout.cause for payout in settled})


async def _close(unit: Unit, causes: Mapping[UUID, Cause]) -> None:
    """Close those of these claims that are approved and all lines of which have arrived.

    The one place that decides this, whichever came last: the approval or a payout. A claim that is
    not there, or not approved, waits; one that is paid is not paid again.
    """
    approved = await queries.approved_locked(unit.session, list(causes))
    await unit.record(
        rules.pay(claim, cause=causes[claim.claim_id], now=unit.now)
        for claim in await queries.all_settled(unit.session, approved)
    )
