"""The facts of a claim, from what this service keeps itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.local_time import local_day
from contracts.claims import Benefit, HeirClass
from services.claims.queries import lines
from services.claims.queries.coverage import FactsOfCover, facts_of_cover
from services.claims.rules.claims import HeldClaim
from services.claims.rules.facts import Accident, Facts
from services.claims.rules.families import class_that_counts
from services.claims.rules.parties import Party

_ACCIDENT = TypeAdapter(Accident)


async def facts_of(
    session: AsyncSession, claim: HeldClaim, parties: Sequence[Party], *, now: datetime
) -> Facts:
    """All that a computation uses. Whether the funeral was paid in another segment nobody tells
    here: an officer who knows of it computes with `POST /computations` and decides by it. School
    years are asked for and decided one by one, after the first decision."""
    cover = await facts_of_cover(session, claim.worker_id)
    before = await lines.ordered_before(session, claim.claim_id)
    return facts_from(claim, parties, cover, before, now=now)


def facts_from(
    claim: HeldClaim,
    parties: Sequence[Party],
    cover: FactsOfCover,
    before: Mapping[str, int],
    *,
    now: datetime,
) -> Facts:
    """The same from what is known already: `before` are the rupiah that earlier decisions let go
    out, by benefit."""
    return Facts(
        kind=claim.kind,
        filed_on=local_day(claim.filed_at),
        decided_on=local_day(now),
        happened_on=claim.event_day,
        happened_at=claim.happened_at,
        died_on=claim.died_on,
        spells=cover.spells,
        paid=cover.paid,
        base_income=cover.base_income,
        last_promised_month=cover.last_promised_month,
        heir_class=heir_class_of(claim, parties),
        late_filing_excused=claim.excuse is not None,
        accident=None if claim.kind == "death" else _accident(claim.assessment),
        paid_before=cast(Mapping[Benefit, int], before),
    )


def heir_class_of(claim: HeldClaim, parties: Sequence[Party]) -> HeirClass | None:
    """By the heir certificate, else the highest that is registered; None: not known, or the member
    lives."""
    if claim.kind == "work-accident":
        return None
    if claim.living is not None:
        return class_that_counts(claim.living)
    classes = [party.heir_class for party in parties]
    return HeirClass(min(classes)) if classes else None


def _accident(assessment: Mapping[str, Any] | None) -> Accident | None:
    """As `AccidentAssessed` has it; what is no part of the computation is passed over."""
    if assessment is None:
        return None
    return _ACCIDENT.validate_python(
        {**assessment, "disabilities": assessment.get("injuries", ())}, strict=False
    )
