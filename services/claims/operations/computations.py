"""What would be due: of a claim as it stands, and of facts that somebody writes down."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.access import Caller
from contracts.claims import ExplainedFact, ExplainedStep
from services.claims.operations.facts import Known, facts_of
from services.claims.operations.held import ClaimUnknown
from services.claims.queries import lists
from services.claims.queries.claims import as_held
from services.claims.queries.coverage import facts_of_cover
from services.claims.queries.heirs import parties
from services.claims.queries.lines import ordered_before, ordered_elsewhere
from services.claims.rules.compute import compute
from services.claims.rules.explain import explanation, in_indonesian
from services.claims.rules.facts import Doubt, Facts, Ground


class Computed(BaseModel):
    """What is due by the rules, and why; nothing was decided. Amounts in rupiah."""

    outcome: str
    ground: Ground | None
    """Why nothing is due; None: something may be."""
    steps: tuple[ExplainedStep, ...]
    total: int
    """Due and held."""
    doubts: tuple[Doubt, ...]
    """Where a person has to look, and say so in words before it is approved."""
    facts: tuple[ExplainedFact, ...]
    months_paid: int
    arrears: tuple[str, ...]
    waiting_ends_on: date | None
    overpaid: int
    in_indonesian: list[str]
    """The same for the family."""


def computed(facts: Facts) -> Computed:
    """What the rules say to these facts. Raises: what `compute` refuses."""
    found = compute(facts)
    told: dict[str, Any] = found._asdict() | {
        "total": found.total,
        "in_indonesian": in_indonesian(explanation(facts, found)),
    }
    return Computed.model_validate(told, from_attributes=True)


async def preview(session: AsyncSession, claim_id: UUID, *, by: Caller, now: datetime) -> Computed:
    """What would be due if the claim were approved now. Raises: ClaimUnknown, OutsideArea, and what
    `compute` refuses."""
    row = await lists.claim(session, claim_id)
    if row is None:
        raise ClaimUnknown(f"no claim {claim_id}: see the list of claims")
    by.check_area(row.Member.village_code)
    worker_id = row.Claim.worker_id
    known = Known(
        await parties(session, claim_id),
        (await facts_of_cover(session, [worker_id]))[worker_id],
        (await ordered_before(session, [claim_id]))[claim_id],
        (await ordered_elsewhere(session, [claim_id]))[claim_id],
    )
    return computed(facts_of(as_held(row.Claim), known, now=now))
