"""Appeals against decisions, and claims that become of another kind."""

from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.event import Cause
from services.claims.operations.held import Stepped, held_claim
from services.claims.queries.claims import Happened, claims_about
from services.claims.queries.lines import last_officer
from services.claims.rules import appeals as rules
from services.claims.rules.appeals import NewKind, Verdict
from services.claims.rules.claims import ClaimState


class Appealed(BaseModel):
    """The appeal that waits now."""

    claim_id: UUID
    appeal_id: UUID


async def lodge(unit: Unit, claim_id: UUID, *, reason: str, by: Caller, cause: Cause) -> Appealed:
    """Take an appeal down. Raises: ClaimUnknown, OutsideArea, and what `rules.lodge` refuses."""
    claim = await held_claim(unit, claim_id, by=by)
    lodged = rules.lodge(claim, reason=reason, cause=cause, officer=by.name, now=unit.now)
    await unit.record([lodged])
    return Appealed(claim_id=claim_id, appeal_id=lodged.appeal_id)


async def decide(
    unit: Unit, claim_id: UUID, verdict: Verdict, *, by: Caller, cause: Cause
) -> Stepped:
    """Let a decision stand, or have the file worked on again.

    Raises: ClaimUnknown, OutsideArea, and what `rules.check_appeal` and `rules.check_reopening`
    refuse.
    """
    claim = await held_claim(unit, claim_id, by=by)
    lodged_by = await last_officer(unit.session, claim_id, step="appealed")
    rules.check_appeal(claim, verdict.appeal_id, officer=by.name, lodged_by=lodged_by)
    other = None
    if claim.died_on:
        death = Happened(claim.worker_id, claim.died_on, None)
        other = await unit.ask(claims_about, death)
    rules.check_reopening(claim, verdict, other_claim=other)
    decided = rules.decide(claim, verdict, cause=cause, officer=by.name, now=unit.now)
    await unit.record([decided])
    state: ClaimState = "filed" if verdict.outcome == "reopened" else claim.state
    return Stepped(claim_id=claim_id, state=state)


async def reclassify(
    unit: Unit, claim_id: UUID, new: NewKind, *, by: Caller, cause: Cause
) -> Stepped:
    """Make a death one by work accident, or the other way round; it is verified and decided anew.

    Raises: ClaimUnknown, OutsideArea, and what `rules.reclassify` refuses.
    """
    claim = await held_claim(unit, claim_id, by=by)
    changed = rules.reclassify(claim, new, cause=cause, officer=by.name, now=unit.now)
    await unit.record([changed])
    return Stepped(claim_id=claim_id, state="filed")
