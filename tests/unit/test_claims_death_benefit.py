"""What is due when a member dies, not by work (JKM)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.claims import HeirClass
from services.claims.rules.compute import compute
from services.claims.rules.facts import Child, PaidMonth, Spell
from tests.benefit_facts import MONTHS, accident_death, amounts, death, held, long_paid, paid

FUNERAL = {"funeral": 10_000_000}
WHOLE = {"lump-sum": 20_000_000, "periodic": 12_000_000, **FUNERAL}


@pytest.mark.parametrize(
    ("died_on", "due"),
    [
        (date(2025, 7, 4), FUNERAL),
        (date(2025, 10, 2), FUNERAL),
        (date(2025, 10, 3), WHOLE),
        (date(2025, 11, 20), WHOLE),
    ],
)
def test_the_whole_package_begins_three_months_to_the_day_after_the_cover(
    died_on: date, due: dict[str, int]
) -> None:
    assert amounts(compute(death(died_on))) == due


@pytest.mark.parametrize(
    ("died_on", "looks"),
    [
        (date(2025, 9, 25), False),
        (date(2025, 9, 26), True),
        (date(2025, 10, 10), True),
        (date(2025, 10, 11), False),
    ],
)
def test_a_person_looks_within_seven_days_of_the_end_of_the_wait(
    died_on: date, looks: bool
) -> None:
    assert ("waiting-boundary" in compute(death(died_on)).doubts) == looks


def test_fewer_than_three_months_in_a_row_hold_the_rest_where_a_month_is_owed() -> None:
    gap = paid(("2025-07", "2025-09", "2025-10"))
    found = compute(death(date(2025, 10, 20), paid=gap))
    assert (amounts(found), found.months_paid) == (WHOLE, 2)
    assert (held(found), found.doubts) == ({"lump-sum", "periodic"}, ("months-in-row",))
    assert "2 months paid in a row where 3 are needed, for the arrears" in found.outcome
    late = (*gap, PaidMonth("2025-08", date(2025, 10, 25)))
    settled = compute(death(date(2025, 10, 20), paid=late, decided_on=date(2025, 10, 25)))
    assert (amounts(settled), held(settled), settled.doubts) == (WHOLE, set(), found.doubts)


def test_fewer_than_three_months_in_a_row_and_nothing_owed_give_the_funeral_benefit_only() -> None:
    """August fell due the day before the cover began, November falls due the day after the wait."""
    begun = (Spell(datetime(2025, 8, 16, 2, 0, tzinfo=UTC)),)
    found = compute(death(date(2025, 11, 16), spells=begun, paid=paid(MONTHS[2:4])))
    assert (amounts(found), found.months_paid, found.arrears) == (FUNERAL, 2, ())
    assert found.doubts == ("waiting-boundary", "months-in-row")
    assert "2 months paid in a row where 3 are needed: the funeral" in found.outcome


@pytest.mark.parametrize(
    ("died_on", "paid_on", "waiting"),
    [
        (date(2026, 1, 15), None, {"lump-sum", "periodic"}),
        (date(2026, 1, 16), None, set(WHOLE)),
        (date(2026, 1, 16), date(2026, 1, 20), set()),
        (date(2026, 1, 16), date(2026, 1, 21), set(WHOLE)),
    ],
)
def test_what_a_funder_owes_holds_the_benefit_and_never_refuses_it(
    died_on: date, paid_on: date | None, waiting: set[str]
) -> None:
    late = [PaidMonth(m, paid_on) for m in (*MONTHS[3:], "2026-01") if paid_on]
    facts = death(
        died_on, paid=(*paid(MONTHS[:3]), *late), owed_by="funder", decided_on=date(2026, 1, 20)
    )
    found = compute(facts)
    assert (found.ground, amounts(found), held(found)) == (None, WHOLE, waiting)
    assert found.doubts == ("funder-arrears",)
    assert ("owed by the funder are paid" in found.outcome) == bool(waiting)


def test_in_arrears_the_funeral_is_paid_at_once_and_the_rest_is_held() -> None:
    found = compute(death(date(2025, 11, 20), paid=paid(MONTHS[:3])))
    assert amounts(found) == WHOLE
    assert held(found) == {"lump-sum", "periodic"}
    assert "Rp32,000,000 held until 2 months owed are paid" in found.outcome


@pytest.mark.parametrize(
    ("paid_on", "waiting"),
    [(date(2025, 11, 25), set()), (date(2025, 11, 26), {"lump-sum", "periodic"})],
)
def test_what_was_held_is_released_when_all_is_paid_by_the_day_of_the_decision(
    paid_on: date, waiting: set[str]
) -> None:
    late = tuple(PaidMonth(month, paid_on) for month in MONTHS[3:5])
    facts = death(
        date(2025, 11, 20), paid=(*paid(MONTHS[:3]), *late), decided_on=date(2025, 11, 25)
    )
    found = compute(facts)
    assert (amounts(found), held(found), found.arrears) == (WHOLE, waiting, MONTHS[3:5])
    assert ("the months owed were paid" in found.outcome) == (not waiting)


def test_without_heirs_the_funeral_goes_to_the_arranger_and_the_rest_to_the_fund() -> None:
    found = compute(death(heir_class=HeirClass.NONE))
    assert {step.benefit: step.payee for step in found.steps} == {
        "lump-sum": "fund",
        "periodic": "fund",
        "funeral": "arranger",
    }
    assert found.total == 42_000_000


def test_a_funeral_paid_in_another_segment_is_not_paid_again_and_a_person_looks() -> None:
    found = compute(death(funeral_paid_elsewhere=True))
    assert (found.total, found.doubts) == (32_000_000, ("funeral-elsewhere",))
    [step] = [each for each in found.steps if each.benefit == "funeral"]
    assert (step.amount, "paid in another segment" in step.arithmetic) == (0, True)


@pytest.mark.parametrize(("months", "due"), [(35, 0), (36, 3_000_000)])
def test_a_scholarship_takes_thirty_six_months_paid_in_a_row(months: int, due: int) -> None:
    facts = death(
        date(2026, 1, 10) if months == 36 else date(2025, 12, 10),
        spells=(Spell(datetime(2023, 1, 2, tzinfo=UTC)),),
        paid=long_paid(2023, months),
        children=(Child("child-1", date(2012, 5, 1), "sma", 2025),),
    )
    assert amounts(compute(facts)).get("scholarship", 0) == due


def test_a_death_has_no_time_limit() -> None:
    found = compute(death(date(2025, 11, 20), filed_on=date(2035, 1, 1)))
    assert (found.ground, found.total) == (None, 42_000_000)


def test_from_natural_to_work_death_the_difference_is_paid() -> None:
    found = compute(accident_death(paid_before=WHOLE))
    assert (amounts(found), found.overpaid) == ({"accident-death": 28_000_000}, 0)
    assert found.steps[0].arithmetic.endswith("; 48,000,000 - 20,000,000 paid = 28,000,000")


def test_from_work_to_natural_death_what_was_too_much_is_told() -> None:
    before = {"accident-death": 48_000_000, "periodic": 12_000_000, "funeral": 10_000_000}
    found = compute(death(paid_before=before))
    assert (found.total, found.overpaid) == (0, 28_000_000)


def test_what_one_line_paid_too_much_is_taken_off_another() -> None:
    found = compute(death(paid_before={"accident-death": 23_000_000}))
    assert amounts(found) == {"periodic": 9_000_000, "funeral": 10_000_000}


def test_compensation_for_delay_is_no_benefit_and_not_taken_off() -> None:
    assert compute(death(paid_before={"late-compensation": 420_000})).total == 42_000_000


def test_nothing_due_makes_all_that_was_paid_too_much() -> None:
    found = compute(death(date(2025, 7, 1), paid_before=FUNERAL))
    assert (found.ground, found.overpaid) == ("not-covered", 10_000_000)


@settings(deadline=None)
@given(
    days=st.integers(1, 700),
    heir_class=st.sampled_from(HeirClass),
    months=st.integers(0, 6),
    before=st.dictionaries(
        st.sampled_from(["lump-sum", "periodic", "funeral", "accident-death", "medical"]),
        st.integers(0, 90_000_000),
    ),
    kind=st.sampled_from(["death", "work-accident-death"]),
)
def test_netting_never_pays_below_zero_nor_twice(
    days: int, heir_class: HeirClass, months: int, before: dict[str, int], kind: str
) -> None:
    facts = {"heir_class": heir_class, "paid": paid(MONTHS[:months]), "kind": kind}
    died_on = date(2025, 7, 3) + timedelta(days=days)
    plain = compute(death(died_on, **facts))
    found = compute(death(died_on, **facts, paid_before=before))
    assert all(step.amount >= 0 for step in found.steps)
    assert found.total - found.overpaid == plain.total - sum(before.values())
    assert found.overpaid == 0 or found.total == 0
    again = compute(death(died_on, **facts, paid_before=amounts(plain)))
    assert (again.total, again.overpaid) == (0, 0)
