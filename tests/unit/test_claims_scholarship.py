"""Scholarships: what a school year pays, and when a child's right ends."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.claims import ClaimKind, SchoolLevel
from contracts.types import ClaimId, WorkerId
from services.claims.rules.claims import HeldClaim
from services.claims.rules.compute import compute
from services.claims.rules.explain import explanation
from services.claims.rules.facts import Child, PaidMonth, Spell
from services.claims.rules.scholarship import Refusal, scholarship_year, school_year_of
from services.claims.rules.school_years import NoScholarship, check_entitled
from services.claims.rules.tariffs import tariff_on
from tests.benefit_facts import accident_death, amounts, death, long_paid

DIED_ON = date(2025, 11, 20)
CHILD = Child("child-1", born_on=date(2010, 3, 9), level="smp", school_year=2025)


def refusal(child: Child, *, asked_on: date = DIED_ON, others: tuple[str, ...] = ()) -> str | None:
    return scholarship_year(
        child, asked_on=asked_on, event_on=DIED_ON, tariff=tariff_on(DIED_ON), others=others
    ).refusal


@pytest.mark.parametrize(
    ("level", "amount", "years"),
    [
        ("tk", 1_500_000, 2),
        ("sd", 1_500_000, 6),
        ("smp", 2_000_000, 3),
        ("sma", 3_000_000, 3),
        ("higher", 12_000_000, 5),
    ],
)
def test_each_level_has_its_amount_and_its_years(
    level: SchoolLevel, amount: int, years: int
) -> None:
    last = replace(CHILD, level=level, years_paid_at_level=years - 1)
    found = scholarship_year(last, asked_on=DIED_ON, event_on=DIED_ON, tariff=tariff_on(DIED_ON))
    assert (found.amount, found.refusal) == (amount, None)
    assert refusal(replace(last, years_paid_at_level=years)) == "level-used-up"


@pytest.mark.parametrize(
    ("asked_on", "expected"), [(date(2026, 3, 8), None), (date(2026, 3, 9), "of-age")]
)
def test_the_right_ends_on_the_twenty_third_birthday(
    asked_on: date, expected: Refusal | None
) -> None:
    child = replace(CHILD, born_on=date(2003, 3, 9), level="higher")
    assert refusal(child, asked_on=asked_on) == expected


def test_asking_later_never_brings_back_a_right_that_ended_within_the_year() -> None:
    child = replace(CHILD, born_on=date(2003, 3, 9), level="higher")
    assert refusal(child, asked_on=date(2026, 9, 1)) == "of-age"
    older = replace(CHILD, born_on=date(2003, 7, 1), level="higher")
    assert refusal(older, asked_on=date(2026, 9, 1)) is None


@pytest.mark.parametrize(
    ("child", "expected"),
    [
        (replace(CHILD, is_married=True), "married"),
        (replace(CHILD, is_working=True), "working"),
        (replace(CHILD, is_working=True, is_apprentice=True), None),
        (replace(CHILD, is_apprentice=True), None),
    ],
)
def test_marriage_and_work_end_the_right_but_not_an_apprentices(
    child: Child, expected: Refusal | None
) -> None:
    assert refusal(child) == expected


@pytest.mark.parametrize(
    ("asked_on", "expected"),
    [
        (date(2028, 7, 1), None),
        (date(2029, 6, 30), None),
        (date(2029, 7, 1), "too-long-ago"),
    ],
)
def test_what_was_not_asked_for_is_paid_three_school_years_back(
    asked_on: date, expected: Refusal | None
) -> None:
    assert refusal(CHILD, asked_on=asked_on) == expected


def test_school_years_begin_in_july_and_those_over_before_the_death_are_not_paid() -> None:
    assert [school_year_of(day) for day in (date(2026, 6, 30), date(2026, 7, 1))] == [2025, 2026]
    assert refusal(replace(CHILD, school_year=2026)) == "not-begun"
    assert refusal(replace(CHILD, school_year=2024)) == "before-the-event"


def test_a_third_child_has_no_scholarship_and_one_of_the_two_keeps_it() -> None:
    assert refusal(CHILD, others=("child-2", "child-3")) == "two-children"
    assert refusal(CHILD, others=("child-1", "child-2")) is None


def test_a_child_without_a_right_takes_no_place_from_another() -> None:
    children = (
        replace(CHILD, name="child-1", is_married=True),
        replace(CHILD, name="child-2"),
        replace(CHILD, name="child-3"),
        replace(CHILD, name="child-4"),
    )
    found = compute(accident_death(children=children))
    due = {step.child: step.amount for step in found.steps if step.benefit == "scholarship"}
    assert due == {"child-1": 0, "child-2": 2_000_000, "child-3": 2_000_000, "child-4": 0}


def test_several_years_of_a_child_are_added_and_none_is_paid_twice() -> None:
    years = [replace(CHILD, school_year=year) for year in (2026, 2025, 2025)]
    found = compute(accident_death(filed_on=date(2026, 8, 1), children=tuple(years)))
    steps = [step for step in found.steps if step.benefit == "scholarship"]
    assert [step.arithmetic for step in steps] == [
        "smp-2025 2,000,000 + smp-2026 2,000,000 = 4,000,000",
        "nothing: smp-2025, this school year is asked for twice",
    ]


def test_years_asked_for_together_use_up_a_level_together() -> None:
    years = tuple(replace(CHILD, school_year=year, years_paid_at_level=2) for year in (2025, 2026))
    found = compute(accident_death(filed_on=date(2026, 8, 1), children=years))
    assert amounts(found)["scholarship"] == 2_000_000


@settings(deadline=None)
@given(
    children=st.lists(
        st.builds(
            Child,
            name=st.sampled_from(["child-1", "child-2", "child-3", "child-4"]),
            born_on=st.dates(date(1998, 1, 1), date(2022, 1, 1)),
            level=st.sampled_from(["tk", "sd", "smp", "sma", "higher"]),
            school_year=st.integers(2023, 2030),
            years_paid_at_level=st.integers(0, 6),
            is_married=st.booleans(),
            is_working=st.booleans(),
            is_apprentice=st.booleans(),
        ),
        max_size=8,
    ).map(tuple),
    filed_on=st.dates(date(2025, 11, 20), date(2030, 11, 20)),
)
def test_never_more_than_two_children_nor_a_year_twice(
    children: tuple[Child, ...], filed_on: date
) -> None:
    found = compute(accident_death(children=children, filed_on=filed_on))
    granted = [step for step in found.steps if step.benefit == "scholarship" and step.amount]
    assert len(granted) <= 2
    assert len({step.child for step in granted}) == len(granted)
    for step in granted:
        years = [term for term in step.arithmetic.split() if "-20" in term]
        assert len({year[-4:] for year in years}) == len(years)


BEGUN = (Spell(datetime(2022, 7, 1, 2, 0, tzinfo=UTC)),)


def in_cover() -> tuple[PaidMonth, ...]:
    """Months paid since it began, more than three years of them."""
    return tuple(each for each in long_paid(2022, 60) if each.month >= "2022-07")


@pytest.mark.parametrize(
    ("kind", "benefit"),
    [
        ("death", "lump-sum"),
        ("work-accident-death", "accident-death"),
        ("work-accident", "total-disability"),
    ],
)
def test_what_the_decision_held_puts_a_school_year_off_only_until_it_is_released(
    kind: ClaimKind, benefit: str
) -> None:
    claim = HeldClaim(
        claim_id=ClaimId(UUID(int=1)), worker_id=WorkerId(UUID(int=2)), kind=kind, state="paid",
        died_on=DIED_ON, happened_on=DIED_ON, happened_at=None, admitted_on=None, filed_by="clerk",
        filed_at=datetime(2025, 11, 21, tzinfo=UTC), reported_by="family", excuse=None,
    )  # fmt: skip
    facts = death(DIED_ON, paid=in_cover(), spells=BEGUN)
    told = explanation(facts, compute(facts)).model_dump(mode="json")
    told["steps"] = [{"benefit": benefit, "is_held": True}]
    check_entitled(claim, told, is_held=False)
    with pytest.raises(NoScholarship):
        check_entitled(claim, told, is_held=True)


@pytest.mark.parametrize(("months", "entitled"), [(36, True), (35, False)])
def test_a_school_year_needs_three_years_of_months_paid_and_not_in_a_row(
    months: int, entitled: bool
) -> None:
    """January 2024 was owed on the day of the death and paid after it: it counts for none."""
    in_time = [each for each in in_cover() if each.month != "2024-01"][:months]
    facts = death(
        date(2025, 7, 10 if months < 36 else 20),
        spells=BEGUN,
        paid=(*in_time, PaidMonth("2024-01", date(2025, 8, 1))),
        decided_on=date(2025, 8, 1),
    )
    told = explanation(facts, compute(facts)).model_dump(mode="json")
    claim = HeldClaim(
        claim_id=ClaimId(UUID(int=1)), worker_id=WorkerId(UUID(int=2)), kind="death",
        state="approved", died_on=facts.died_on, happened_on=None, happened_at=None,
        admitted_on=None, filed_by="clerk", filed_at=datetime(2025, 7, 30, tzinfo=UTC),
        reported_by="officer", excuse=None,
    )  # fmt: skip
    if entitled:
        check_entitled(claim, told, is_held=False)
        return
    with pytest.raises(NoScholarship, match="36 months paid are needed, here 35"):
        check_entitled(claim, told, is_held=False)
