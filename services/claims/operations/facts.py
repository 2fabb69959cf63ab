"""The facts of a claim, from what this service keeps itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, cast

from pydantic import TypeAdapter

from chassis.local_time import local_day
from contracts.claims import Benefit, HeirClass
from services.claims.queries.coverage import FactsOfCover
from services.claims.rules.claims import HeldClaim
from services.claims.rules.compute import debtor
from services.claims.rules.facts import Accident, Facts
from services.claims.rules.families import class_that_counts
from services.claims.rules.parties import Party

_ACCIDENT = TypeAdapter(Accident)


class Known(NamedTuple):
    """What is known of a claim beside the claim itself."""

    parties: Sequence[Party]
    cover: FactsOfCover
    before: Mapping[str, int]
    """By benefit, what earlier decisions ordered."""
    elsewhere: Mapping[str, int]
    """By benefit, what other claims gave for an accident of those days."""


def facts_of(claim: HeldClaim, known: Known, *, now: datetime) -> Facts:
    """All that a computation uses. Whether the funeral was paid in another segment is what the
    verifier found. School years are asked for and decided one by one, after the first decision."""
    cover = known.cover
    facts = Facts(
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
        heir_class=heir_class_of(claim, known.parties),
        funeral_paid_elsewhere=claim.funeral_paid_elsewhere,
        late_filing_excused=claim.excuse is not None,
        accident=None if claim.kind == "death" else _accident(claim.assessment),
        paid_before=cast(Mapping[Benefit, int], known.before),
        paid_elsewhere=cast(Mapping[Benefit, int], known.elsewhere),
    )
    return replace(facts, owed_by=debtor(facts))


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
