"""By what claims are decided again, and what is noted on the way."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel

from services.claims.rules.amendments import Amendment, amended
from services.claims.rules.compute import compute
from services.claims.rules.facts import Computation, Facts
from services.claims.rules.tariffs import RuleSet, in_force
from services.claims.settings import Settings


@dataclass(frozen=True)
class Terms:
    """The rules of a pass over the events, and the settings that decide beside them."""

    settings: Settings
    rule_set: RuleSet
    without: dict[str, RuleSet]
    """By rule that changes, the rule set with all the other changes."""


class Decided(NamedTuple):
    """What a decision came to, beside its lines."""

    outcome: str
    doubts: tuple[str, ...]
    """Why a person has to look."""
    approvers: int
    """How many it takes; 0 for a rejection."""
    because: tuple[str, ...]
    """The rules that made a difference."""


class Undecided(BaseModel):
    """A decision that was left as it is recorded, and why."""

    claim_id: UUID
    number: str | None
    why: str


@dataclass
class Notes:
    """What a pass learned that no table keeps; telling it twice changes nothing."""

    decided: dict[UUID, Decided] = field(default_factory=dict)
    """By claim, of its last decision."""
    undecided: dict[UUID, Undecided] = field(default_factory=dict)
    """By event."""
    decisions: set[UUID] = field(default_factory=set)
    """The events that decide about a benefit."""


def terms_of(settings: Settings, changes: Iterable[Amendment]) -> Terms:
    """The rule set in force with these changes; with none, the one in force."""
    real = [each for each in changes if each.changes]
    rules = sorted({each.row.rule for each in real})
    return Terms(
        settings,
        amended(real) if real else in_force(),
        {rule: amended(each for each in real if each.row.rule != rule) for rule in rules},
    )


def because(facts: Facts, terms: Terms) -> tuple[str, ...]:
    """The rules without the change of which it would have come out otherwise; where each of several
    would have been enough, all."""
    after = _result(compute(facts, terms.rule_set))
    if not terms.without or _result(compute(facts)) == after:
        return ()
    needed = [
        rule for rule, others in terms.without.items() if _result(compute(facts, others)) != after
    ]
    return tuple(needed or terms.without)


def _result(computation: Computation) -> tuple[object, ...]:
    steps = [(each.benefit, each.amount, each.is_held, each.payee) for each in computation.steps]
    return computation.ground, steps, computation.doubts
