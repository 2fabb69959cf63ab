"""The claim that an operation works on, locked, and in the caller's area."""

from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.refusal import Refused
from services.claims.queries import claims as queries
from services.claims.rules.claims import ClaimState, HeldClaim


class ClaimUnknown(Refused):
    """No claim has this id."""

    slug, status, retryable = "claim-unknown", 404, False


class Stepped(BaseModel):
    """The state that a claim is in now."""

    claim_id: UUID
    state: ClaimState


async def held_claim(unit: Unit, claim_id: UUID, *, by: Caller) -> HeldClaim:
    """The claim, locked until the transaction ends. Raises: ClaimUnknown, OutsideArea."""
    found = await unit.ask(queries.claims_locked, claim_id)
    if found is None:
        raise ClaimUnknown(f"no claim {claim_id}: see the list of claims")
    by.check_area(found.village_code)
    return found.claim
