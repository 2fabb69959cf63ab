"""What is due after a work accident or occupational disease (JKK): PP 44/2015 art. 25, PP 82/2019.

In arrears of up to three months care goes on and cash is held until they are paid (art. 39).
"""

from services.claims.rules.accident_costs import (
    appliances,
    home_care,
    home_care_doubts,
    income_replacement,
    medical,
    transport,
)
from services.claims.rules.arithmetic import half_up
from services.claims.rules.disability import partial_disability
from services.claims.rules.facts import Accident, Doubt, Step
from services.claims.rules.scholarship import scholarship_steps
from services.claims.rules.steps import Case, Lines, Payee, due, funeral, whole
from services.claims.rules.tariffs import FIRST_TIER


def accident_death(case: Case) -> Lines:
    """60 % of eighty monthly incomes, twelve millions at once, the funeral, scholarships without a
    wait, and what the accident cost before the death.

    Without heirs the compensation goes to the social security fund (art. 37(5)b5); the law leaves
    open whose the periodic benefit is then, so a person decides.
    """
    holds = case.cover.holds
    payee: Payee = "fund" if case.has_no_heirs else "heirs"
    periodic = case.tariff["accident-periodic"]
    buried = funeral(case, case.tariff["accident-funeral"], is_held=holds)
    costs = accident_costs(case, payee=payee)
    doubts: list[Doubt] = [*buried.doubts, *costs.doubts]
    if case.has_no_heirs:
        doubts.append("periodic-unassigned")
    if case.cover.arrears:
        doubts.append("accident-arrears")
    if case.facts.accident is not None and case.facts.accident.is_sudden_death:
        doubts.append("sudden-death")
    steps = [
        _compensation(case, payee=payee),
        whole(periodic, "periodic", payee, holds),
        *buried.steps,
        *scholarship_steps(case, is_held=holds),
        *costs.steps,
    ]
    return _with_tier(case, Lines(steps, doubts))


def accident_injury(case: Case) -> Lines:
    """What a member who lives gets: total disability shuts out the partial ones."""
    costs = accident_costs(case, payee="member")
    accident = case.facts.accident or Accident()
    if accident.is_total_disability:
        lost = Lines(_total_disability(case), [])
    else:
        lost = partial_disability(case, accident)
    return _with_tier(case, Lines([*lost.steps, *costs.steps], [*lost.doubts, *costs.doubts]))


def accident_costs(case: Case, *, payee: Payee) -> Lines:
    """Income replacement and care, by the papers of the doctor and the receipts."""
    accident = case.facts.accident
    if accident is None:
        return Lines([], [])
    computed = (
        income_replacement(case, accident, payee=payee),
        transport(case, accident, payee=payee),
        medical(case, accident, payee=payee),
        home_care(case, accident, payee=payee),
    )
    steps = [step for step in computed if step is not None]
    return Lines(
        [*steps, *appliances(case, accident, payee=payee)], home_care_doubts(case, accident)
    )


def has_died_too_late(case: Case) -> bool:
    """Whether a death called sudden came too late to be one: within 24 hours (Permenaker 5/2021).

    The day is known, the hour often not: the second day after is too late in any case.
    """
    facts = case.facts
    if facts.died_on is None or facts.accident is None or not facts.accident.is_sudden_death:
        return False
    return (facts.died_on - case.day).days > case.tariff["sudden-death"].value


def _compensation(case: Case, *, payee: Payee) -> Step:
    row, floor = case.tariff["accident-death"], case.tariff["accident-death-floor"]
    base, lump_sum = case.facts.base_income, case.tariff["death-lump-sum"].value
    amount = half_up(row.value * row.times * base, 100)
    least = half_up(floor.value * lump_sum, 100)
    terms = f"{row.value} % x {row.times} x {base:,}"
    if least > amount:
        row, amount = floor, least
        terms = f"max({terms}, {floor.value} % x {lump_sum:,})"
    return due(
        row,
        "accident-death",
        amount,
        payee=payee,
        arithmetic=f"{terms} = {amount:,}",
        is_held=case.cover.holds,
    )


def _total_disability(case: Case) -> list[Step]:
    row, periodic = case.tariff["total-disability"], case.tariff["accident-periodic"]
    base, holds = case.facts.base_income, case.cover.holds
    amount = half_up(row.value * row.times * base, 100)
    return [
        due(
            row,
            "total-disability",
            amount,
            payee="member",
            arithmetic=f"{row.value} % x {row.times} x {base:,} = {amount:,}",
            is_held=holds,
        ),
        whole(periodic, "periodic", "member", holds),
        *scholarship_steps(case, is_held=holds),
    ]


_BY_INCOME = {
    "accident-death",
    "total-disability",
    "anatomical-disability",
    "functional-disability",
    "income-replacement",
}


def _with_tier(case: Case, lines: Lines) -> Lines:
    """Only the base of the first tier was read: what rests on another needs a person."""
    if case.facts.base_income == FIRST_TIER or not any(
        step.benefit in _BY_INCOME for step in lines.steps
    ):
        return lines
    steps = [
        step._replace(verified=False) if step.benefit in _BY_INCOME else step
        for step in lines.steps
    ]
    return Lines(steps, [*lines.doubts, "tier-unverified"])
