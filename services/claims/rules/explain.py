"""The explanation that is kept with a decision, and what an auditor can check of it alone."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from chassis.local_time import ends_at
from contracts.claims import Benefit, ClaimKind, ExplainedFact, ExplainedStep, Explanation
from services.claims.rules.arithmetic import NOTHING, is_true
from services.claims.rules.compute import event_instant
from services.claims.rules.coverage import spell_on
from services.claims.rules.facts import Computation, Facts, Step, UsedFact
from services.claims.rules.family_words import in_indonesian
from services.claims.rules.netting import NEVER_NETTED
from services.claims.rules.tariffs import RuleSet, in_force, rows, tariff_digest
from services.claims.rules.used_facts import PAID_BEFORE

__all__ = ["explanation", "in_indonesian", "recheck"]
RULE: dict[ClaimKind, str] = {
    "death": "PP 44/2015 art. 34 as amended by PP 82/2019; Permenaker 1/2025",
    "work-accident-death": "PP 44/2015 art. 25 as amended by PP 82/2019",
    "work-accident": "PP 44/2015 art. 25 as amended by PP 82/2019",
}
PARTS_REMEMBERED = 8_192
"""Lines and facts that many claims share: a month that was paid by one invoice, a whole amount."""
_FLAT: frozenset[Benefit] = frozenset({"lump-sum", "periodic", "funeral"})
"""Lines whose amount stands in the tariff itself."""
_TAKEN = re.compile(r"- ([\d,]+) paid")


def explanation(
    facts: Facts, computation: Computation, rule_set: RuleSet | None = None
) -> Explanation:
    """What an event keeps of a computation by a rule set, or by the one in force.

    An explanation names the cover's beginning. Of a member who never had one, for whom nothing can
    be decided but a rejection, it is the first instant after the event's day, so that it reads as
    what it is: no cover then; the fact `cover` says so.
    """
    return Explanation.model_validate(
        {
            "rule": RULE[facts.kind],
            "outcome": computation.outcome,
            "covered_from": _covered_from(facts),
            "died_on": facts.died_on,
            "waiting_ends_on": computation.waiting_ends_on,
            "months_paid": computation.months_paid,
            "arrears": computation.arrears,
            "steps": tuple(map(_step, computation.steps)),
            "facts": tuple(map(_fact, computation.facts)),
            "doubts": computation.doubts,
            "overpaid": computation.overpaid,
            "tariff": (rule_set or in_force()).digest,
        }
    )


def recheck(explanation: Explanation) -> list[str]:
    """What does not add up in an explanation, from its own steps and facts; empty when all does.

    It finds a changed amount, an arithmetic that is wrong, a line that stands there twice, a sum
    that differs from the outcome, and what was paid before and not taken off. Whether the facts
    themselves are true is for the recomputation from the log.
    """
    return [*_wrong_steps(explanation), *_wrong_sums(explanation)]


@lru_cache(maxsize=PARTS_REMEMBERED)
def _step(step: Step) -> ExplainedStep:
    return ExplainedStep(**step._asdict())


@lru_cache(maxsize=PARTS_REMEMBERED)
def _fact(fact: UsedFact) -> ExplainedFact:
    return ExplainedFact(**fact._asdict())


def _covered_from(facts: Facts) -> datetime:
    day = facts.cover_day
    spell = spell_on(facts.spells, day, at=event_instant(facts, day))
    if spell is not None:
        return spell.covered_from
    if facts.spells:
        return min(each.covered_from for each in facts.spells)
    return ends_at(day)


def _wrong_steps(explanation: Explanation) -> Iterator[str]:
    lines = Counter(
        # in arrears appliances are two lines: what is care goes on, what is cash is held
        (step.benefit, step.child, step.is_held and step.benefit == "appliances")
        for step in explanation.steps
        if step.amount
    )
    for (benefit, child, _), count in lines.items():
        if count > 1:
            yield f"{benefit} {child or ''} stands there {count} times".replace("  ", " ")
    for step in explanation.steps:
        if not is_true(step.arithmetic, step.amount):
            yield f"{step.benefit}: {step.arithmetic} is not {step.amount:,}"
        if step.is_held and not explanation.arrears:
            yield f"{step.benefit} is held and nothing is owed"
        if explanation.tariff == tariff_digest():
            yield from _unlike_tariff(step)


def _unlike_tariff(step: ExplainedStep) -> Iterator[str]:
    found = [row for row in rows() if row.rule == step.rule and row.article == step.article]
    if not found:
        yield f"{step.benefit}: the tariff has no {step.rule} by {step.article}"
    elif step.benefit in _FLAT and not step.arithmetic.startswith(NOTHING):
        first = step.arithmetic.split(" ", maxsplit=1)[0]
        if first not in {f"{row.value:,}" for row in found}:
            yield f"{step.benefit}: {first} is not what the tariff says"


def _wrong_sums(explanation: Explanation) -> Iterator[str]:
    held = sum(step.amount for step in explanation.steps if step.is_held)
    due = sum(step.amount for step in explanation.steps) - held
    if explanation.steps and f"Rp{due:,} due" not in explanation.outcome.split("; "):
        yield f"the lines due add up to {due:,}, unlike the outcome"
    if (f"Rp{held:,} held" in explanation.outcome) != (held > 0):
        yield f"the lines held add up to {held:,}, unlike the outcome"
    paid = sum(
        int(fact.value)
        for fact in explanation.facts
        if fact.name.startswith(PAID_BEFORE)
        and fact.name.removeprefix(PAID_BEFORE) not in NEVER_NETTED
    )
    taken = sum(
        int(amount.replace(",", ""))
        for step in explanation.steps
        for amount in _TAKEN.findall(step.arithmetic)
    )
    if paid != taken + explanation.overpaid:
        yield (
            f"{paid:,} were paid before; {taken:,} taken off and {explanation.overpaid:,} overpaid "
            "are another sum"
        )
