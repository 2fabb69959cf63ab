"""School years of the member's children: asked for by one officer, decided by another."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from chassis.sealing import open_sealed
from chassis.state.unit import Unit
from chassis.subject_keys import keys_of
from chassis.web.access import Caller
from contracts.claims import BenefitLine
from contracts.event import Cause
from contracts.sealed import Sealed
from services.claims.adapters import Tools
from services.claims.models import Heir, ScholarshipYear
from services.claims.operations.held import held_claim
from services.claims.queries import lines, lists
from services.claims.queries.heirs import heirs, papers
from services.claims.rules import school_years as rules
from services.claims.rules.heirs import HeirIdentity
from services.claims.rules.school_years import AskedYear, KnownYear, YearDecision

_FIELDS = ("child_id", "level", "school_year", "is_married", "is_working", "is_apprentice",
           "document_id", "payee_id")  # fmt: skip


class YearAsked(BaseModel):
    """The request that waits for its decision."""

    claim_id: UUID
    request_id: UUID


class YearDecided(BaseModel):
    """What was decided about a school year. Amount in rupiah, 0 refused."""

    claim_id: UUID
    request_id: UUID
    amount: int
    lines: tuple[BenefitLine, ...]


async def request(
    unit: Unit, claim_id: UUID, asked: AskedYear, *, by: Caller, cause: Cause
) -> YearAsked:
    """Ask for a school year. Raises: ClaimUnknown, OutsideArea, and what `rules.check_entitled` and
    `rules.check_asked` refuse."""
    claim = await held_claim(unit, claim_id, by=by)
    standing = await lines.standing(unit.session, claim_id)
    rules.check_entitled(claim, standing.explanation, is_held=standing.is_held)
    known = await lists.school_years(unit.session, claim_id)
    parties = await heirs(unit.session, claim_id)
    certificates = await papers(unit.session, claim_id, kind="school-certificate")
    rules.check_asked(
        asked, parties, certificates=certificates, known=[_known(each) for each in known]
    )
    requested = rules.request(claim, asked, cause=cause, officer=by.name, now=unit.now)
    await unit.record([requested])
    return YearAsked(claim_id=claim_id, request_id=requested.request_id)


async def decide(
    unit: Unit, claim_id: UUID, decision: YearDecision, *, by: Caller, cause: Cause
) -> YearDecided:
    """Pay a school year or refuse it; whoever asked for it does not decide it.

    The child's day of birth is opened for this alone, and neither shown nor kept.
    Raises: ClaimUnknown, OutsideArea, RequestUnknown, SameOfficer, and what the rules refuse.
    """
    claim = await held_claim(unit, claim_id, by=by)
    standing = await lines.standing(unit.session, claim_id)
    rules.check_entitled(claim, standing.explanation, is_held=standing.is_held)
    years = await lists.school_years(unit.session, claim_id)
    year = _waiting(years, decision.request_id)
    claim.check_is_other(by.name, year.requested_by, did="asked for the school year in")
    parties = await heirs(unit.session, claim_id)
    asked = AskedYear(**{name: getattr(year, name) for name in _FIELDS})
    waiting = rules.WaitingYear(
        request_id=year.request_id,
        asked=asked,
        asked_at=year.requested_at,
        label=rules.label_of(asked.child_id, parties),
        born_on=await _born_on(unit, asked.child_id, parties),
        known=tuple(_known(each) for each in years if each is not year),
    )
    stamp = cause.stamp("decide-scholarship", at=unit.now)
    decided = rules.decide(claim, waiting, decision, stamp=stamp, officer=by.name)
    await unit.record([decided])
    return YearDecided(
        claim_id=claim_id,
        request_id=year.request_id,
        amount=sum(line.amount for line in decided.lines),
        lines=decided.lines,
    )


def _waiting(years: Sequence[ScholarshipYear], request_id: UUID) -> ScholarshipYear:
    for year in years:
        if year.request_id == request_id and year.decided_at is None:
            return year
    raise rules.RequestUnknown("no such school year waits in this claim: it may be decided")


async def _born_on(unit: Unit, child_id: UUID, parties: Sequence[Heir]) -> date | None:
    tools: Tools = unit.tools
    (child,) = (party for party in parties if party.party_id == child_id)
    sealed = Sealed.model_validate(child.identity)
    wrapped = (await keys_of(unit.session, [sealed.subject])).get(sealed.subject)
    if wrapped is None:
        return None
    key = tools.identities.wrap.unwrap(sealed.subject, wrapped)
    return open_sealed(sealed, key, HeirIdentity).born_on


def _known(year: ScholarshipYear) -> KnownYear:
    return KnownYear(year.child_id, year.level, year.school_year, year.amount)
