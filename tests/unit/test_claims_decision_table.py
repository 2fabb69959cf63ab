"""Every case of the decision table comes out as the law has it."""

from collections import Counter
from typing import Any

import pytest

from contracts.refusal import Refused
from services.claims.rules.compute import compute
from services.claims.rules.facts import Computation
from tests.decision_table import Case, cases, lines_of

CASES = cases()
DECIDED = [case for case in CASES if "refused" not in case.expected]
REFUSED = [case for case in CASES if "refused" in case.expected]
CASES_MIN = 190
CASES_MIN_BY_BOUNDARY = {
    "third-month": 16,
    "tariff-date": 3,
    "same-day-cover": 10,
    "due-date": 15,
    "fourth-arrears": 16,
    "programme-end": 15,
    "reactivation": 8,
    "funder-arrears": 12,
    "months-in-row": 5,
    "paid-that-day": 7,
    "age-65": 3,
    "fifth-year": 10,
    "child-23": 3,
    "child-status": 6,
    "level-years": 15,
    "school-years-back": 5,
    "scholarship-36-months": 9,
    "two-segments": 5,
    "reclassification": 12,
    "held-and-released": 6,
    "heir-class": 8,
    "accident-cover": 7,
    "occupational-disease": 15,
    "accident-arrears": 13,
    "income-replacement": 12,
    "transport": 12,
    "care": 7,
    "appliances": 15,
    "total-disability": 4,
    "partial-disability": 23,
    "tiers": 4,
}


def got(name: str, computation: Computation) -> object:
    """The part of a computation that a case calls by this name."""
    if name == "lines":
        return lines_of(computation)
    value: Any = getattr(computation, name)
    if name == "doubts":
        return sorted(value)
    return list(value) if isinstance(value, tuple) else value


def wanted(name: str, case: Case) -> object:
    value: object = case.expected[name]
    return sorted(case.expected[name]) if name == "doubts" else value


@pytest.mark.parametrize("case", DECIDED, ids=lambda case: case.name)
def test_a_claim_is_decided_as_the_law_has_it(case: Case) -> None:
    computation = compute(case.facts)
    differences = [
        f"  {name}: expected {wanted(name, case)}\n  {name}: got      {got(name, computation)}"
        for name in case.expected
        if wanted(name, case) != got(name, computation)
    ]
    assert not differences, "\n".join([f"{case.name} ({case.article})", *differences])


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_facts_that_no_decision_can_rest_on_are_refused(case: Case) -> None:
    with pytest.raises(Refused) as refusal:
        compute(case.facts)
    assert refusal.value.slug == case.expected["refused"], f"{case.name} ({case.article})"


@pytest.mark.parametrize("case", DECIDED, ids=lambda case: case.name)
def test_a_ground_stands_only_where_the_law_refuses(case: Case) -> None:
    computation = compute(case.facts)
    if case.expected.get("lines"):
        assert computation.ground is None, f"{case.name}: {computation.ground}"
    if computation.ground is not None:
        assert computation.total == 0, f"{case.name}: refused and paid"
    assert all(step.amount >= 0 for step in computation.steps), f"{case.name}: below zero"


def test_the_table_covers_every_boundary() -> None:
    found = Counter(case.boundary for case in CASES)
    missing = {
        boundary: f"{found[boundary]} of {least}"
        for boundary, least in CASES_MIN_BY_BOUNDARY.items()
        if found[boundary] < least
    }
    assert not missing
    assert set(found) == set(CASES_MIN_BY_BOUNDARY), "a boundary without a least number of cases"
    assert found.total() >= CASES_MIN


def test_no_two_cases_have_a_name_or_all_their_facts_in_common() -> None:
    names = Counter(case.name for case in CASES)
    assert [name for name, times in names.items() if times > 1] == []
    facts = Counter(repr(case.facts) for case in CASES if case.boundary != "age-65")
    twice = {case.name for case in CASES if facts[repr(case.facts)] > 1}
    assert not twice, "the same facts twice"


def test_every_case_expects_something_and_names_its_article() -> None:
    assert not [
        case.name
        for case in CASES
        if not case.article or not case.expected.keys() & {"ground", "lines", "total", "refused"}
    ]
