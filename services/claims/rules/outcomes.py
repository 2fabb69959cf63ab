"""The outcome of a computation in one English sentence, for the officer."""

from collections.abc import Iterable

from services.claims.rules.coverage import Cover
from services.claims.rules.death_benefit import (
    has_paid_enough,
    has_waited,
    is_whole_package,
)
from services.claims.rules.facts import Facts, Ground, Step
from services.claims.rules.steps import Case

NOT_BY_WORK: frozenset[Ground] = frozenset({"cause-unproven", "disease-out-of-time"})
"""Where a death gives nothing as one by work, and may give the benefit of another death (JKM)."""


def outcome(case: Case, steps: Iterable[Step], *, overpaid: int) -> str:
    """What is due, what is held, and the condition that decided it."""
    due = held = 0
    for step in steps:
        if step.is_held:
            held += step.amount
        else:
            due += step.amount
    parts = [_death(case) if case.facts.kind == "death" else _accident(case), f"Rp{due:,} due"]
    if held:
        by = " by the funder" if case.facts.owed_by == "funder" else ""
        months = _counted(len(case.cover.arrears), "month")
        paid = "is paid" if len(case.cover.arrears) == 1 else "are paid"
        parts.append(f"Rp{held:,} held until {months} owed{by} {paid}")
    elif case.cover.settled_on is not None:
        parts.append(f"the months owed were paid on {case.cover.settled_on}, so nothing is held")
    if overpaid:
        parts.append(f"Rp{overpaid:,} were paid too much before")
    return "; ".join(parts)


def ground_outcome(ground: Ground, facts: Facts, cover: Cover) -> str:
    """Why nothing is due."""
    day = facts.cover_day
    ended_on = None if cover.spell is None else cover.spell.ended_on
    words: dict[Ground, str] = {
        "not-covered": f"no cover had begun on {day}",
        "cover-ended": f"the cover ended on {ended_on}, before {day}",
        "cover-lapsed": f"more than three months in a row were owed on {day}, so there is no "
        f"right from {cover.lapsed_on} on",
        "claim-out-of-time": f"claimed on {facts.filed_on}, too long after the accident "
        f"or diagnosis of {facts.happened_on}",
        "nothing-claimed": "no cost, no day without work and no disability is claimed",
        "disease-out-of-time": f"diagnosed on {facts.happened_on}, too long after the end of the "
        f"work on {facts.work_ended_on}",
        "cause-unproven": "died more than a day after the attack at work, so not suddenly at work",
    }
    by_work = " by work; reclassify it to see what a death not by work gives"
    is_other_death = ground in NOT_BY_WORK and facts.kind == "work-accident-death"
    return f"{words[ground]}: nothing is due{by_work if is_other_death else ''}"


def _counted(number: int, what: str) -> str:
    """`1 month`, `3 months`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _death(case: Case) -> str:
    assert case.cover.began_on is not None  # noqa: S101  (the case is covered)
    days = (case.day - case.cover.began_on).days
    died = f"died {_counted(days, 'day')} after the cover began"
    if not has_waited(case):
        needed = case.tariff["death-waiting"].value
        return f"{died}, within {needed} months of it: the funeral benefit only"
    if has_paid_enough(case):
        return f"{died}: the whole package"
    needed = case.tariff["death-months-in-row"].value
    paid = _counted(case.cover.months_paid, "month")
    row = f"{died}, {paid} paid in a row where {needed} are needed"
    if is_whole_package(case):
        return f"{row}, for the arrears: the whole package"
    return f"{row}: the funeral benefit only"


def _accident(case: Case) -> str:
    what = "death by" if case.facts.kind == "work-accident-death" else "injury by"
    accident, covered = case.facts.accident, case.facts.cover_day
    if accident is None or not accident.is_disease:
        return f"{what} the work accident of {case.day}, covered"
    when = f" when the work ended on {covered}" if covered < case.day else ""
    return f"{what} the occupational disease diagnosed on {case.day}, covered{when}"
