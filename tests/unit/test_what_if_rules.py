"""Other rows of the tariff, and facts read back out of explanations: what what-ifs rest on."""

from dataclasses import replace
from datetime import date
from importlib.resources import files

import pytest

from services.claims.operations.what_if.recorded import cover_in
from services.claims.operations.what_if.terms import because, terms_of
from services.claims.rules.amendments import AmendmentWrong, amended, amendment, amendments
from services.claims.rules.compute import compute
from services.claims.rules.explain import explanation
from services.claims.rules.tariffs import in_force
from tests.benefit_facts import MONTHS, accident_death, amounts, death, paid
from tests.decision_table import Case, cases

BENEFITS = files("services.claims.rules").joinpath("benefits.toml").read_text(encoding="utf-8")
OTHER = amended(
    map(amendment, ("death-waiting=5", "reduced-months-max=2", "death-months-in-row=4"))
)
DECIDED = [case for case in cases() if "refused" not in case.expected and case.facts.spells]


@pytest.mark.parametrize("case", DECIDED, ids=lambda case: case.name)
def test_what_an_explanation_keeps_is_enough_to_decide_again_by_any_rules(case: Case) -> None:
    facts = replace(case.facts, children=())
    told = explanation(facts, compute(facts))
    if told.facts[1].name == "cover":
        return  # nobody approves a claim of somebody who never had a cover
    cover = cover_in(told)
    again = replace(
        facts,
        spells=cover.spells,
        paid=cover.paid,
        base_income=cover.base_income if facts.kind != "death" else facts.base_income,
        last_promised_month=cover.last_promised_month,
    )
    for rule_set in (in_force(), OTHER):
        assert compute(again, rule_set) == compute(facts, rule_set)


def test_a_change_holds_from_its_day_on_and_takes_what_it_does_not_say_from_the_law() -> None:
    rule_set = amended([amendment("death.lump-sum=25.000.000@2025-11-20")])
    before, after = death(date(2025, 11, 19)), death(date(2025, 11, 20))
    assert amounts(compute(before, rule_set))["lump-sum"] == 20_000_000
    found = compute(after, rule_set)
    assert amounts(found)["lump-sum"] == 25_000_000
    (step, *_) = found.steps
    assert (step.article, step.verified) == ("PP 44/2015 art. 34 as amended by PP 82/2019", False)
    assert explanation(after, found, rule_set).tariff != in_force().digest
    (always,) = {row.value for row in amended([amendment("death-waiting=2")]).rows
                 if row.rule == "death-waiting"}  # fmt: skip
    assert always == 2


def test_a_copy_of_the_data_changes_nothing_and_an_edited_one_what_was_edited() -> None:
    assert amended(amendments(BENEFITS)).rows == in_force().rows
    assert not terms_of(None, amendments(BENEFITS)).without  # type: ignore[arg-type]
    edited = BENEFITS.replace("value = 12_000_000", "value = 13_000_000")
    terms = terms_of(None, amendments(edited))  # type: ignore[arg-type]
    assert {"death-periodic", "accident-periodic"} <= terms.without.keys()
    assert amounts(compute(death(), terms.rule_set))["periodic"] == 13_000_000
    few = '[[row]]\nrule = "death-waiting"\nfrom_day = 2025-11-01\nvalue = 6\n'
    assert amounts(compute(death(), amended(amendments(few)))) == {"funeral": 10_000_000}


def test_the_rules_that_make_a_difference_are_named_alone_or_together() -> None:
    died = death(date(2025, 9, 20), paid=paid(MONTHS[:2]))
    changes = ("death-waiting=1", "death-months-in-row=1", "glasses=1")
    terms = terms_of(None, map(amendment, changes))  # type: ignore[arg-type]
    assert because(died, terms) == ("death-months-in-row", "death-waiting")
    assert because(death(), terms) == ()
    terms = terms_of(None, map(amendment, ("death-waiting=6", "death-months-in-row=9")))  # type: ignore[arg-type]
    assert because(death(), terms) == ("death-waiting",)  # alone, a short row is doubtful too
    both = ("accident-death=120", "accident-death-floor=480")
    terms = terms_of(None, map(amendment, both))  # type: ignore[arg-type]
    assert because(accident_death(), terms) == ("accident-death", "accident-death-floor")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("death-wait=6", "there is no rule death-wait: choose one of death-waiting"),
        ("death-waiting=soon", "a whole number"),
        ("death-funeral=12,000,00", "a whole number"),
        ("death-waiting=6@2026-13-01", "day"),
        ("late-compensation=2", "no computation asks for late-compensation"),
    ],
)
def test_what_cannot_be_understood_is_said_with_what_can(words: str, told: str) -> None:
    with pytest.raises(AmendmentWrong, match=told):
        amendment(words)


@pytest.mark.parametrize(
    "content",
    ["x", "row = 3", "[[tier]]\nmonthly = 3", "[[row]]\nrule = 'death-waiting'",
     "[[row]]\nrule = 'death-waiting'\nvalue = -1", "[[row]]\nrule = 'glasses'\nvalue = '1'",
     "[[row]]\nrule = 'glasses'\nvalue = 1\nprice = 2", "[[row]]\nrule='glasses'\nvalue=1\nunit=''",
     BENEFITS.replace('value = 1\nunit = "percent"', 'value = 2\nunit = "percent"')],
)  # fmt: skip
def test_a_file_that_says_something_else_is_refused(content: str) -> None:
    with pytest.raises(AmendmentWrong):
        amendments(content)
