"""What an accident cost and what was lost, by the papers of the doctor and the receipts."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from chassis.local_time import local_day
from contracts.claims import AccidentAssessed, AidCost, Injury, TripCost
from contracts.event import Cause
from contracts.refusal import Refused
from services.claims.rules.accident_costs import hospital_price
from services.claims.rules.claims import HeldClaim
from services.claims.rules.disability import DisabilitySumTooLarge, found_losses
from services.claims.rules.facts import Aid, Disability
from services.claims.rules.tariffs import tariff_on

MEDICAL_PAPERS = ("medical-certificate", "accident-report-2")
"""Which a doctor signs."""
HUNDREDTHS = 100
"""Of a per cent."""


class NoAccident(Refused):
    """A death that was not caused by work has nothing to assess."""

    slug, status, retryable = "no-accident", 409, False


class MedicalPaperMissing(Refused):
    """The per cent of a loss is a doctor's, in a signed paper (PP 44/2015 art. 45)."""

    slug, status, retryable = "medical-paper-missing", 409, False


class AssessmentInconsistent(Refused):
    """Parts of the assessment do not go together."""

    slug, status, retryable = "assessment-inconsistent", 422, False


class AssessmentOutdated(Refused):
    """A newer paper of the doctor is there than the one that was assessed."""

    slug, status, retryable = "assessment-outdated", 409, False


class Assessment(NamedTuple):
    """What an officer reads in the papers. Rupiah by receipt."""

    medical_document: UUID
    days_unable: int = 0
    unable_from: date | None = None
    trips: tuple[TripCost, ...] = ()
    medical_cost: int = 0
    home_care_cost: int = 0
    home_care_days: int = 0
    aids: tuple[AidCost, ...] = ()
    is_total_disability: bool = False
    injuries: tuple[Injury, ...] = ()
    is_left_handed: bool = False
    is_sudden_death: bool = False
    is_disease: bool = False
    work_ended_on: date | None = None


def assess(
    claim: HeldClaim,
    assessment: Assessment,
    *,
    papers: Mapping[UUID, str],
    cause: Cause,
    officer: str,
    now: datetime,
) -> AccidentAssessed:
    """Put on record what an accident cost; the last assessment counts. `papers` are the documents
    that count, with their kinds.

    Raises: ClaimInOtherState, NoAccident, MedicalPaperMissing, AssessmentInconsistent,
    DisabilityUnknown, DisabilityPercentWrong, DisabilitySumTooLarge, HospitalPriceMissing.
    """
    claim.check_state("filed", "returned")
    if claim.happened_on is None:
        raise NoAccident("the claim is for a death not caused by work: reclassify it first")
    if papers.get(assessment.medical_document) not in MEDICAL_PAPERS:
        raise MedicalPaperMissing(
            f"name a document of this claim that is a {' or '.join(MEDICAL_PAPERS)} and counts"
        )
    _check_parts(assessment, claim.happened_on, today=local_day(now))
    if assessment.is_sudden_death and claim.kind != "work-accident-death":
        raise AssessmentInconsistent("the member lives: there was no sudden death")
    _check_disease(assessment, today=local_day(now))
    return AccidentAssessed(
        **cause.stamp("assess-accident", at=now),
        **assessment._asdict(),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        assessed_by=officer,
    )


def _check_disease(assessment: Assessment, *, today: date) -> None:
    """The end of the work counts for a disease only; an accident has its own day."""
    ended_on = assessment.work_ended_on
    if ended_on is not None and not assessment.is_disease:
        raise AssessmentInconsistent("`work_ended_on` is for an occupational disease: say so")
    if ended_on is not None and ended_on > today:
        raise AssessmentInconsistent(f"{ended_on} has not come: leave it while the work goes on")
    if assessment.is_disease and assessment.is_sudden_death:
        raise AssessmentInconsistent("a sudden death at work is no occupational disease")


def _check_parts(assessment: Assessment, happened_on: date, *, today: date) -> None:
    if assessment.unable_from is not None and not happened_on <= assessment.unable_from <= today:
        raise AssessmentInconsistent(
            f"the member could not work from a day between {happened_on} and {today} on"
        )
    for each in assessment.aids:
        if tariff_on(happened_on)[each.appliance].unit == "percent":
            hospital_price(Aid(each.appliance, each.cost, each.hospital_price))
    losses = [
        Disability(each.code, each.percent, each.units, each.function_lost)
        for each in assessment.injuries
    ]
    found = found_losses(losses, swaps=assessment.is_left_handed)
    sum_max = tariff_on(happened_on)["disability-sum-max"].value
    if sum(each.hundredths for each in found) > sum_max * HUNDREDTHS:
        raise DisabilitySumTooLarge(
            f"the losses add up to more than {sum_max} %: ask the doctor for the paper again"
        )
