"""Claims whose decision and payment tests write down line by line, as events."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from chassis.ids import new_id
from chassis.state.unit import EVERYWHERE
from contracts.banking import PayoutFailed, PayoutSettled
from contracts.claims import (
    Benefit,
    BenefitLine,
    ClaimApproved,
    ClaimRejected,
    ClaimVerified,
    CompensationAwarded,
    ExplainedFact,
    ExplainedStep,
    Explanation,
)
from contracts.event import Cause, Event, Stamp
from contracts.types import ClaimId, PartyId, WorkerId
from tests.component import claims_facts
from tests.component.claims_office import ANNA, Case, Claims

WHOLE: tuple[tuple[Benefit, int], ...] = (
    ("lump-sum", 20_000_000), ("periodic", 12_000_000), ("funeral", 10_000_000),
)  # fmt: skip
ARTICLE = "PP 44/2015 art. 34 as amended by PP 82/2019"
EXPLANATION = Explanation(
    rule=ARTICLE,
    outcome="died 100 days after the cover began: the whole package; Rp42,000,000 due",
    covered_from=datetime(2025, 7, 3, 2, tzinfo=UTC),
    died_on=date(2025, 10, 11),
    waiting_ends_on=date(2025, 10, 3),
    months_paid=4,
    facts=(
        ExplainedFact(name="kind", value="death"),
        ExplainedFact(name="covered-from", value="2025-07-03"),
    ),
    steps=tuple(
        ExplainedStep(
            benefit=benefit, amount=amount, payee="heirs", rule=f"death-{benefit}",
            article=ARTICLE, verified=True, arithmetic=f"{amount:,} = {amount:,}",
        )
        for benefit, amount in WHOLE
    ),
)  # fmt: skip


class Line(NamedTuple):
    """A line to approve."""

    benefit: Benefit
    amount: int
    payee_id: str
    is_held: bool = False


async def record(claims: Claims, *events: Event) -> None:
    """Write events of claims as an operation would."""
    async with claims.service.units.single(area=EVERYWHERE) as unit:
        await unit.record(events)


def stamp(claims: Claims) -> Stamp:
    """Ids and instant of an event that somebody asked for now."""
    command_id = new_id()
    return Cause(command_id, command_id).stamp("decide", at=claims.service.clock.now())


def about(case: Case, worker_id: WorkerId) -> dict[Literal["claim_id", "worker_id"], UUID]:
    """Which claim an event is about."""
    return {"claim_id": ClaimId(UUID(case.claim_id)), "worker_id": worker_id}


async def verify(claims: Claims, case: Case, worker_id: WorkerId = ANNA) -> None:
    """The papers were seen."""
    verified = ClaimVerified(
        **stamp(claims), **about(case, worker_id), died_on=date(2025, 10, 11), verified_by="checker"
    )
    await record(claims, verified)


async def approve(
    claims: Claims, case: Case, lines: Sequence[Line], worker_id: WorkerId = ANNA
) -> list[BenefitLine]:
    """These lines are due, or held."""
    made = [
        BenefitLine(
            benefit=line.benefit, amount=line.amount, payee_id=PartyId(UUID(line.payee_id)),
            line_id=new_id(),
        )
        for line in lines
    ]  # fmt: skip
    due = [line for line, asked in zip(made, lines, strict=True) if not asked.is_held]
    held = [line for line, asked in zip(made, lines, strict=True) if asked.is_held]
    approved = ClaimApproved(
        **stamp(claims), **about(case, worker_id), lines=tuple(due), held=tuple(held),
        explanation=EXPLANATION, approved_by="head",
    )  # fmt: skip
    await record(claims, approved)
    return made


async def reject(claims: Claims, case: Case, worker_id: WorkerId = ANNA) -> None:
    """Nothing is due."""
    rejected = ClaimRejected(
        **stamp(claims), **about(case, worker_id), reason="Kepesertaan belum berlaku.",
        ground="not-covered", rejected_by="head",
    )  # fmt: skip
    await record(claims, rejected)


async def compensate(
    claims: Claims, case: Case, *, days_late: int, worker_id: WorkerId = ANNA
) -> BenefitLine:
    """It came late."""
    amount = 420_000 * days_late
    line = BenefitLine(
        benefit="late-compensation", amount=amount, payee_id=PartyId(UUID(case.party_id)),
        line_id=new_id(),
    )  # fmt: skip
    awarded = CompensationAwarded(
        **stamp(claims), **about(case, worker_id), due_on=date(2025, 10, 27),
        paid_on=date(2025, 10, 27 + days_late), days_late=days_late, base=42_000_000,
        arithmetic=f"1 % x 42,000,000 x {days_late} days = {amount:,}", lines=(line,),
    )  # fmt: skip
    await record(claims, awarded)
    return line


def settled(
    claims: Claims, case: Case, line: BenefitLine, worker_id: WorkerId = ANNA
) -> PayoutSettled:
    """The bank paid a line, now."""
    event = claims_facts.settled(
        case.claim_id, worker_id, line.benefit, line.amount, attempt=str(new_id())
    )
    now = {"line_id": line.line_id, "occurred_at": claims.service.clock.now()}
    return event.model_copy(update=now)


def failed(
    claims: Claims, case: Case, line: BenefitLine, worker_id: WorkerId = ANNA
) -> PayoutFailed:
    """The bank could not pay a line."""
    event = claims_facts.failed(case.claim_id, worker_id, line.benefit, line.amount)
    now = {"line_id": line.line_id, "occurred_at": claims.service.clock.now()}
    return event.model_copy(update=now)
