"""School years that are asked for after a decision: who may have one, and how much (PP 82/2019)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from chassis.local_time import local_day
from contracts.claims import (
    BenefitLine,
    ExplainedStep,
    ScholarshipDecided,
    ScholarshipRequested,
    SchoolLevel,
)
from contracts.event import Cause, Stamp, derived_id
from contracts.refusal import Refused
from contracts.types import PartyId
from services.claims.rules.claims import HeldClaim
from services.claims.rules.facts import Child
from services.claims.rules.parties import Party
from services.claims.rules.scholarship import SchoolYear, scholarship_year
from services.claims.rules.shares import children, payee_of
from services.claims.rules.tariffs import RuleSet, in_force, tariff_on
from services.claims.rules.used_facts import months_paid_in

_BY_WORK = frozenset({"accident-death", "total-disability"})


class NoScholarship(Refused):
    """The decision about this claim gives no right to a scholarship."""

    slug, status, retryable = "no-scholarship", 409, False


class ChildUnknown(Refused):
    """No child of the member is registered under this id."""

    slug, status, retryable = "child-unknown", 404, False


class PayeeUnknown(Refused):
    """The law pays a scholarship to the child, or to who receives for it."""

    slug, status, retryable = "payee-unknown", 422, False


class CertificateMissing(Refused):
    """The paper of the school is not in the claim."""

    slug, status, retryable = "certificate-missing", 409, False


class YearAskedBefore(Refused):
    """This school year of this child was paid, or waits for its decision."""

    slug, status, retryable = "school-year-asked-before", 409, False


class RequestUnknown(Refused):
    """No such request waits in this claim."""

    slug, status, retryable = "request-unknown", 404, False


class BirthDayUnknown(Refused):
    """Without the day of birth nobody knows until when the scholarship is due."""

    slug, status, retryable = "birth-day-unknown", 409, False


@dataclass(frozen=True)
class AskedYear:
    """A school year as it is asked for."""

    child_id: UUID
    level: SchoolLevel
    school_year: int
    is_married: bool
    is_working: bool
    is_apprentice: bool
    document_id: UUID
    payee_id: UUID


class KnownYear(NamedTuple):
    """A school year that was asked for before. Amount in rupiah, 0 refused, None not decided."""

    child_id: UUID
    level: str
    school_year: int
    amount: int | None


class WaitingYear(NamedTuple):
    """A school year that waits for its decision, with all that decides it."""

    request_id: UUID
    asked: AskedYear
    asked_at: datetime
    label: str
    """Of the child, in explanations."""
    born_on: date | None
    known: tuple[KnownYear, ...]
    """The other years of the claim."""


class YearDecision(NamedTuple):
    """What an approver says about a school year."""

    request_id: UUID
    approves: bool
    reason: str


def check_entitled(
    claim: HeldClaim,
    explanation: dict[str, Any] | None,
    rule_set: RuleSet | None = None,
    *,
    is_held: bool,
) -> None:
    """A death or total disability by work at once; another death after three years of months paid.
    While lines of the decision are held, neither: the scholarship is due after the arrears (PP
    44/2015 art. 42). Without a rule set, by the one in force.

    Raises: ClaimInOtherState, NoScholarship.
    """
    claim.check_state("approved", "paid")
    told = explanation or {"steps": (), "facts": ()}
    if is_held:
        raise NoScholarship("months are owed: the scholarship is due once they are paid")
    if claim.kind == "death":
        tariff = (rule_set or in_force()).on(claim.event_day)
        months = tariff["death-scholarship-months"].value
        paid = months_paid_in(told["facts"], by=claim.event_day)
        if paid < months:
            raise NoScholarship(f"{months} months paid are needed, here {paid}")
    elif not any(step["benefit"] in _BY_WORK for step in told["steps"]):
        raise NoScholarship("only a death or a total disability by work gives a right to it")


def check_asked(
    asked: AskedYear,
    parties: Sequence[Party],
    *,
    certificates: Sequence[UUID],
    known: Sequence[KnownYear],
) -> None:
    """Whether a school year may be asked for. `certificates` are the papers of schools in the claim
    that count, `known` the years that were asked for before.

    Raises: ChildUnknown, PayeeUnknown, CertificateMissing, YearAskedBefore.
    """
    child = children(parties)[label_of(asked.child_id, parties)]
    members = {party.party_id for party in parties if party.role == "member"}
    if asked.payee_id not in {payee_of(child), *members}:
        raise PayeeUnknown("the payee is the child, or of a minor its guardian: choose that one")
    if asked.document_id not in certificates:
        raise CertificateMissing("attach the certificate of the school, and name that document")
    for each in known:
        is_same = (each.child_id, each.school_year) == (asked.child_id, asked.school_year)
        if is_same and each.amount != 0:
            raise YearAskedBefore("this school year of the child is paid, or waits for a decision")


def request(
    claim: HeldClaim, asked: AskedYear, *, cause: Cause, officer: str, now: datetime
) -> ScholarshipRequested:
    """Ask for a school year that was checked."""
    return ScholarshipRequested(
        **cause.stamp("request-scholarship", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        request_id=derived_id(cause.cause_id, "scholarship"),
        child_id=PartyId(asked.child_id),
        level=asked.level,
        school_year=asked.school_year,
        is_married=asked.is_married,
        is_working=asked.is_working,
        is_apprentice=asked.is_apprentice,
        document_id=asked.document_id,
        payee_id=PartyId(asked.payee_id),
        requested_by=officer,
    )


def decide(
    claim: HeldClaim, year: WaitingYear, decision: YearDecision, *, stamp: Stamp, officer: str
) -> ScholarshipDecided:
    """Pay the year or refuse it. What the law refuses nobody approves.

    Raises: BirthDayUnknown, NoScholarship.
    """
    found = due_for(claim, year) if decision.approves else None
    if found is not None and found.refusal is not None:
        raise NoScholarship(f"{found.reason}: refuse the school year")
    return ScholarshipDecided(
        **stamp,
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        request_id=year.request_id,
        child_id=PartyId(year.asked.child_id),
        lines=() if found is None else (_line(year, found),),
        reason=decision.reason,
        step=None if found is None else _step(year, found),
        decided_by=officer,
    )


def due_for(claim: HeldClaim, year: WaitingYear) -> SchoolYear:
    """What the law gives for a school year. Raises: BirthDayUnknown."""
    if year.born_on is None:
        raise BirthDayUnknown(
            "the child is registered without a day of birth, so that nobody knows how long the "
            "scholarship is due: register the child again, with it"
        )
    asked, paid = year.asked, [each for each in year.known if each.amount]
    child = Child(
        name=str(asked.child_id),
        born_on=year.born_on,
        level=asked.level,
        school_year=asked.school_year,
        years_paid_at_level=sum(
            (each.child_id, each.level) == (asked.child_id, asked.level) for each in paid
        ),
        is_married=asked.is_married,
        is_working=asked.is_working,
        is_apprentice=asked.is_apprentice,
    )
    others = {str(each.child_id) for each in paid if each.child_id != asked.child_id}
    asked_on = local_day(year.asked_at)
    return scholarship_year(
        child,
        asked_on=asked_on,
        event_on=claim.event_day,
        tariff=tariff_on(claim.event_day),
        others=others,
    )


def label_of(child_id: UUID, parties: Sequence[Party]) -> str:
    """The label of a child in explanations, `child-1`. Raises: ChildUnknown."""
    for label, child in children(parties).items():
        if child.party_id == child_id:
            return label
    raise ChildUnknown("no child of the member is registered under this id: see the claim")


def _line(year: WaitingYear, found: SchoolYear) -> BenefitLine:
    return BenefitLine(
        benefit="scholarship",
        amount=found.amount,
        payee_id=PartyId(year.asked.payee_id),
        line_id=derived_id(year.request_id, "scholarship line"),
    )


def _step(year: WaitingYear, found: SchoolYear) -> ExplainedStep:
    return ExplainedStep(
        benefit="scholarship",
        amount=found.amount,
        payee="child",
        rule=found.row.rule,
        article=found.row.article,
        verified=found.row.verified,
        arithmetic=f"{year.asked.level}-{year.asked.school_year} {found.amount:,}",
        child=year.label,
    )
