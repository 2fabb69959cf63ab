"""What a what-if found, for machines and people."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel

from services.claims.operations.what_if.replaying import Replayed, WhatIf
from services.claims.operations.what_if.terms import Undecided
from services.claims.rules.amendments import Amendment
from services.claims.rules.standings import Money, Standing, Standings, differing, money


class Changed(BaseModel):
    """A rule of the what-if, and the one in whose place it stands."""

    rule: str
    before: int
    after: int
    unit: str
    from_day: str
    article: str
    """Where the one in force stands."""


class Side(BaseModel):
    """A claim as one of the two rule sets has it. Amounts in rupiah, held ones too."""

    decision: str
    ground: str | None
    outcome: str | None
    approvers: int
    amount: int
    held: int
    lines: dict[str, int]


class Case(BaseModel):
    """A claim that comes out otherwise."""

    claim_id: UUID
    number: str | None
    kind: str
    before: Side
    after: Side
    difference: int
    """Rupiah more, or less."""
    because: list[str]
    """The changed rules that make the difference."""


class Answer(BaseModel):
    """The whole answer. Amounts in rupiah."""

    holds: bool
    """Whether the rules in force come to every decision of the record: the self-check."""
    changes: list[Changed]
    events: int
    decisions: int
    """Approvals, rejections and school years that were taken again."""
    claims: int
    before: Money
    after: Money
    difference: int
    differing: list[Case]
    undecided: list[Undecided]


def answer(found: WhatIf, changes: Sequence[Amendment]) -> Answer:
    """The difference that the changes make; where the record does not come out again, the
    difference between it and what the rules in force come to."""
    if found.holds:
        before, after = found.again, found.other
    else:
        before, after = Replayed(found.recorded, found.again.notes), found.again
    sums = money(before.standings), money(after.standings)
    return Answer(
        holds=found.holds,
        changes=[_changed(each) for each in changes if each.changes],
        events=found.events,
        decisions=len(after.notes.decisions),
        claims=len(found.recorded),
        before=sums[0],
        after=sums[1],
        difference=sums[1].awarded - sums[0].awarded,
        differing=_cases(before, after, in_words=not found.holds),
        undecided=sorted(after.notes.undecided.values(), key=lambda each: str(each.number)),
    )


def _changed(change: Amendment) -> Changed:
    row, before = change
    return Changed(
        rule=row.rule,
        before=before.value,
        after=row.value,
        unit=row.unit,
        from_day=row.from_day.isoformat(),
        article=before.article,
    )


def _cases(before: Replayed, after: Replayed, *, in_words: bool) -> list[Case]:
    ids = differing(before.standings, after.standings, in_words=in_words)
    ids.update(_other_approvers(before, after))
    found = [_case(claim_id, before, after) for claim_id in ids]
    return sorted(found, key=lambda case: (case.number or "", case.claim_id))


def _other_approvers(before: Replayed, after: Replayed) -> list[UUID]:
    return [
        claim_id
        for claim_id, decided in after.notes.decided.items()
        if claim_id in before.notes.decided
        and before.notes.decided[claim_id].approvers != decided.approvers
    ]


def _case(claim_id: UUID, before: Replayed, after: Replayed) -> Case:
    sides = _side(claim_id, before), _side(claim_id, after)
    decided = after.notes.decided.get(claim_id)
    standing = _standing(claim_id, before.standings, after.standings)
    return Case(
        claim_id=claim_id,
        number=standing.number,
        kind=standing.kind,
        before=sides[0],
        after=sides[1],
        difference=sides[1].amount - sides[0].amount,
        because=list(decided.because) if decided else [],
    )


def _side(claim_id: UUID, replayed: Replayed) -> Side:
    standing = replayed.standings.get(claim_id)
    decided = replayed.notes.decided.get(claim_id)
    if standing is None:
        return Side(
            decision="undecided", ground=None, outcome=None, approvers=0, amount=0, held=0, lines={}
        )
    return Side(
        decision=standing.decision,
        ground=standing.ground,
        outcome=decided.outcome if decided else standing.outcome,
        approvers=decided.approvers if decided else 0,
        amount=standing.amount,
        held=sum(line.amount for line in standing.lines if line.is_held),
        lines=standing.by_benefit,
    )


def _standing(claim_id: UUID, *sides: Standings) -> Standing:
    return next(side[claim_id] for side in sides if claim_id in side)
