"""What would be due: the calculator, and the preview of a claim."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from chassis.web.access import ANYWHERE, IN_OPERATION, Caller, Guarded, allowed
from chassis.web.reading import Now, Session
from services.claims.api.facts import AskedFacts
from services.claims.operations import computations
from services.claims.operations.computations import Computed

router = APIRouter(route_class=Guarded, tags=["Computations"])


@router.post("/computations")
async def compute(
    asked: AskedFacts,
    _caller: Annotated[Caller, allowed("branch", "approver", "auditor", area=ANYWHERE)],
) -> Computed:
    """What is due by the law for these facts, and why. Nothing is kept."""
    return computations.computed(asked.facts())


@router.get("/claims/{claim_id}/computation")
async def preview(
    claim_id: UUID,
    session: Session,
    now: Now,
    caller: Annotated[Caller, allowed("branch", "approver", "auditor", "fraud", area=IN_OPERATION)],
) -> Computed:
    """What would be due if the claim were approved now, by the facts that are known."""
    return await computations.preview(session, claim_id, by=caller, now=now)
