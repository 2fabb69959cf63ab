"""What is due after a work accident (JKK): death, disability, inability to work, care."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.claims import HeirClass
from contracts.refusal import Refused
from services.claims.rules.accident_costs import HospitalPriceMissing
from services.claims.rules.arithmetic import is_true
from services.claims.rules.compute import compute
from services.claims.rules.disability import DisabilityPercentWrong, DisabilitySumTooLarge
from services.claims.rules.explain import explanation, in_indonesian, recheck
from services.claims.rules.facts import Accident, Aid, Child, Disability, PaidMonth, Spell, Trip
from services.claims.rules.tariffs import DisabilityUnknown, losses, rows, tier_of
from tests.benefit_facts import MONTHS, accident_death, amounts, held, injury, long_paid, paid

DEATH = {"accident-death": 48_000_000, "periodic": 12_000_000, "funeral": 10_000_000}
CHILDREN = tuple(Child(f"child-{at}", date(2012, 5, at), "smp", 2025) for at in (1, 2, 3))


def lost(*disabilities: Disability, is_left_handed: bool = False) -> Accident:
    return Accident(disabilities=disabilities, is_left_handed=is_left_handed)


def test_a_work_death_pays_seventy_millions_from_the_first_day_on() -> None:
    found = compute(accident_death(date(2025, 7, 4)))
    assert (amounts(found), found.total, found.waiting_ends_on) == (DEATH, 70_000_000, None)


def test_a_work_death_pays_scholarships_without_a_wait_for_two_children() -> None:
    found = compute(accident_death(date(2025, 7, 4), children=CHILDREN))
    assert amounts(found)["scholarship"] == 4_000_000
    assert [
        step.child for step in found.steps if step.benefit == "scholarship" and step.amount
    ] == [
        "child-1",
        "child-2",
    ]


def test_without_heirs_the_compensation_goes_to_the_fund_and_a_person_looks() -> None:
    found = compute(accident_death(heir_class=HeirClass.NONE))
    assert {step.benefit: step.payee for step in found.steps} == {
        "accident-death": "fund",
        "periodic": "fund",
        "funeral": "arranger",
    }
    assert found.doubts == ("periodic-unassigned",)


def test_in_arrears_care_is_paid_and_cash_is_held() -> None:
    accident = Accident(
        days_unable=30,
        trips=(Trip("sea", 500_000),),
        medical_cost=3_000_000,
        home_care_cost=1_000_000,
        aids=(Aid("glasses", 800_000), Aid("prosthesis", 5, hospital_price=4)),
        disabilities=(Disability("one-ear"),),
    )
    found = compute(injury(accident, paid=paid(MONTHS[:3])))
    assert held(found) == {
        "income-replacement", "anatomical-disability", "transport", "appliances",
    }  # fmt: skip
    assert [(step.benefit, step.amount) for step in found.steps if not step.is_held] == [
        ("medical", 3_000_000), ("home-care", 1_000_000), ("appliances", 5),
    ]  # fmt: skip
    assert found.ground is None
    lapsed = compute(injury(accident, date(2026, 1, 20), paid=paid(MONTHS[:3])))
    assert (lapsed.ground, lapsed.total) == ("cover-lapsed", 0)
    of_funder = {"paid": paid(MONTHS[:3]), "owed_by": "funder"}
    kept = compute(injury(accident, date(2026, 1, 20), **of_funder))
    assert (kept.ground, amounts(kept), held(kept)) == (None, amounts(found), held(found))
    assert kept.doubts[0] == "funder-arrears"


def test_arrears_at_a_work_death_are_for_a_person_since_the_law_is_silent() -> None:
    found = compute(accident_death(paid=paid(MONTHS[:3])))
    assert (held(found), found.doubts) == (set(DEATH), ("accident-arrears",))


def test_arrears_that_were_paid_release_the_cash() -> None:
    late = tuple(PaidMonth(month, date(2025, 11, 25)) for month in MONTHS[3:5])
    facts = accident_death(paid=(*paid(MONTHS[:3]), *late), decided_on=date(2025, 11, 25))
    assert (amounts(compute(facts)), held(compute(facts))) == (DEATH, set())


@pytest.mark.parametrize(
    ("filed_on", "excused", "ground", "doubts"),
    [
        (date(2030, 11, 20), False, None, ()),
        (date(2030, 11, 21), False, "claim-out-of-time", ()),
        (date(2030, 11, 21), True, None, ("late-filing",)),
    ],
)
def test_a_claim_lapses_after_the_fifth_anniversary_of_the_accident(
    filed_on: date, excused: bool, ground: str | None, doubts: tuple[str, ...]
) -> None:
    facts = injury(Accident(medical_cost=1), filed_on=filed_on, late_filing_excused=excused)
    found = compute(facts)
    assert (found.ground, found.doubts) == (ground, doubts)


@pytest.mark.parametrize(
    ("days", "unable_from", "due"),
    [
        (1, None, 33_333),
        (2, None, 66_667),
        (30, None, 1_000_000),
        (360, None, 12_000_000),
        (365, None, 12_166_667),
        (366, None, 12_183_333),
        (365, date(2025, 11, 20), 12_166_667),
        (366, date(2025, 11, 20), 12_183_333),
        (366, date(2023, 11, 20), 12_200_000),
    ],
)
def test_inability_is_paid_whole_for_twelve_months_then_by_half_and_rounded_once(
    days: int, unable_from: date | None, due: int
) -> None:
    """The twelve months from 20 November 2023 have a leap day in them."""
    found = compute(injury(Accident(days_unable=days, unable_from=unable_from)))
    assert amounts(found) == {"income-replacement": due}


def test_each_way_to_care_has_its_own_maximum() -> None:
    trips = (Trip("land", 3_000_000), Trip("land", 2_500_000), Trip("sea", 2_500_000))
    found = compute(injury(Accident(trips=(*trips, Trip("air", 9_000_000)))))
    assert amounts(found) == {"transport": 16_000_000}
    assert found.steps[0].arithmetic == (
        "land min(5,500,000, 5,000,000) + sea min(2,500,000, 2,000,000) + air 9,000,000 "
        "= 16,000,000"
    )


def test_home_care_and_each_appliance_have_their_maximum_and_treatment_has_none() -> None:
    accident = Accident(
        medical_cost=900_000_000,
        home_care_cost=25_000_000,
        home_care_days=400,
        aids=(
            Aid("dentures", 6_000_000),
            Aid("hearing-aid", 2_000_000),
            Aid("glasses", 1_000_001),
            Aid("prosthesis", 9_000_000, hospital_price=5_000_000),
        ),
    )
    found = compute(injury(accident))
    assert amounts(found) == {
        "medical": 900_000_000,
        "home-care": 20_000_000,
        "appliances": 15_000_000,
    }
    [home_care] = [step for step in found.steps if step.benefit == "home-care"]
    assert "for one year at most" in home_care.arithmetic
    assert found.doubts == ("home-care-over-a-year",)
    with pytest.raises(HospitalPriceMissing, match="reference hospital"):
        compute(injury(Accident(aids=(Aid("orthosis", 1),))))


def test_total_disability_pays_sixty_eight_millions_and_shuts_out_the_partial_ones() -> None:
    accident = Accident(is_total_disability=True, disabilities=(Disability("one-eye"),))
    found = compute(injury(accident))
    assert amounts(found) == {"total-disability": 56_000_000, "periodic": 12_000_000}
    assert {step.payee for step in found.steps} == {"member"}
    assert found.doubts == ()


@pytest.mark.parametrize(
    ("accident", "due"),
    [
        (lost(Disability("thumb-left")), {"anatomical-disability": 9_600_000}),
        (
            lost(Disability("thumb-left"), is_left_handed=True),
            {"anatomical-disability": 12_000_000},
        ),
        (lost(Disability("one-eye"), is_left_handed=True), {"anatomical-disability": 28_000_000}),
        (lost(Disability("scalp", percent=17)), {"anatomical-disability": 13_600_000}),
        (lost(Disability("visual-acuity", units=4)), {"anatomical-disability": 22_400_000}),
        (
            lost(Disability("one-ear"), Disability("thumb-right", function_lost=33)),
            {"anatomical-disability": 16_000_000, "functional-disability": 3_960_000},
        ),
    ],
)
def test_partial_disability_is_a_per_cent_of_eighty_incomes(
    accident: Accident, due: dict[str, int]
) -> None:
    found = compute(injury(accident))
    assert (amounts(found), found.doubts) == (due, ("disability-table-unverified",))


def test_partial_disability_is_capped_and_a_person_looks_only_where_the_cap_bites() -> None:
    whole = lost(Disability("both-eyes"))
    assert compute(injury(whole)).doubts == ("disability-table-unverified",)
    more = lost(Disability("both-eyes"), Disability("nose", function_lost=50))
    found = compute(injury(more))
    assert amounts(found) == {"anatomical-disability": 56_000_000}
    assert found.doubts == ("disability-table-unverified", "partial-cap-unverified")
    assert found.steps[1].arithmetic == "nothing: the cap of 70 % is used up"


@pytest.mark.parametrize(
    ("disability", "refusal"),
    [
        (Disability("third-arm"), DisabilityUnknown),
        (Disability("scalp"), DisabilityPercentWrong),
        (Disability("scalp", percent=9), DisabilityPercentWrong),
        (Disability("scalp", percent=31), DisabilityPercentWrong),
        (Disability("one-eye", percent=36), DisabilityPercentWrong),
        (Disability("one-eye", units=2), DisabilityPercentWrong),
        (Disability("big-toe", units=0), DisabilityPercentWrong),
    ],
)
def test_a_loss_that_the_table_does_not_have_is_refused(
    disability: Disability, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        compute(injury(lost(disability)))


def test_entries_of_one_code_count_together() -> None:
    toes = (Disability("other-toe", units=5), Disability("other-toe", units=3))
    assert amounts(compute(injury(lost(*toes)))) == {"anatomical-disability": 19_200_000}
    with pytest.raises(DisabilityPercentWrong, match="other-toe counts at most 8 times, not 9"):
        compute(injury(lost(*toes, Disability("other-toe", function_lost=5))))


def test_nobody_loses_more_than_the_whole() -> None:
    with pytest.raises(DisabilitySumTooLarge):
        compute(injury(lost(Disability("both-eyes"), Disability("one-leg-from-hip"))))


def test_another_income_than_the_first_tiers_is_doubtful_where_it_counts() -> None:
    found = compute(injury(Accident(days_unable=3), base_income=1_200_000))
    assert (found.total, found.doubts) == (120_000, ("tier-unverified",))
    assert compute(injury(Accident(medical_cost=5), base_income=1_200_000)).doubts == ()


def test_a_work_death_is_never_below_the_lump_sum_of_another_death() -> None:
    found = compute(accident_death(base_income=300_000))
    assert (found.steps[0].amount, found.steps[0].rule) == (20_000_000, "accident-death-floor")


def test_a_sudden_death_needs_a_person_and_one_days_later_is_none() -> None:
    sudden = Accident(is_sudden_death=True)
    assert compute(accident_death(accident=sudden)).doubts == ("sudden-death",)
    found = compute(accident_death(died_on=date(2025, 11, 22), accident=sudden))
    assert (found.ground, found.total) == ("cause-unproven", 0)


def test_costs_before_a_death_are_paid_to_the_heirs() -> None:
    hurt_on = date(2025, 10, 20)
    costs = Accident(days_unable=30, medical_cost=70)
    found = compute(accident_death(accident=costs, happened_on=hurt_on))
    assert amounts(found) == {**DEATH, "income-replacement": 1_000_000, "medical": 70}
    assert {step.payee for step in found.steps} == {"heirs"}


@pytest.mark.parametrize(
    ("died_on", "amount"),
    [(date(2025, 9, 5), 166_667), (date(2025, 9, 1), 33_333), (date(2026, 8, 1), 10_000_000)],
)
def test_nobody_is_unable_to_work_beyond_the_death(died_on: date, amount: int) -> None:
    facts = accident_death(
        died_on,
        happened_on=date(2025, 9, 1),
        accident=Accident(days_unable=300),
        paid=long_paid(2025, 24),
        spells=(Spell(datetime(2025, 1, 2, 2, tzinfo=UTC)),),
    )
    found = compute(facts)
    (line,) = (step for step in found.steps if step.benefit == "income-replacement")
    assert line.amount == amount
    assert is_true(line.arithmetic, amount)
    assert line.arithmetic.startswith("until the death") == (amount < 10_000_000)


def test_what_a_child_was_paid_is_not_taken_off_the_heirs_nor_theirs_off_the_child() -> None:
    before = {"lump-sum": 20, "periodic": 12, "funeral": 10}
    paid_before = {benefit: amount * 1_000_000 for benefit, amount in before.items()}
    found = compute(accident_death(paid_before={**paid_before, "scholarship": 3_500_000}))
    assert (found.total, found.overpaid) == (28_000_000, 3_500_000)
    child = accident_death(children=CHILDREN[:1], paid_before={"accident-death": 71_000_000})
    assert amounts(compute(child)) == {"scholarship": 2_000_000}
    assert compute(child).overpaid == 1_000_000


def test_the_cost_that_another_claim_paid_is_shown_to_a_person() -> None:
    costs = Accident(medical_cost=70)
    same = compute(injury(costs, paid_elsewhere={"medical": 70}))
    assert same.doubts == ("paid-in-another-claim",)
    assert ("another-claim-medical", "70") in {fact[:2] for fact in same.facts}
    assert (same.total, recheck(explanation(injury(costs), same))) == (70, [])
    assert compute(injury(costs, paid_elsewhere={"transport": 70})).doubts == ()


@pytest.mark.parametrize(
    ("accident", "happened_on", "words"),
    [
        (Accident(is_sudden_death=True), date(2025, 11, 10), "so not suddenly at work"),
        (
            Accident(is_disease=True, work_ended_on=date(2022, 1, 5)),
            date(2025, 11, 10),
            "too long after the end of the work",
        ),
    ],
)
def test_a_death_that_is_none_by_work_may_be_another(
    accident: Accident, happened_on: date, words: str
) -> None:
    since = (Spell(datetime(2021, 1, 2, 2, tzinfo=UTC)),)
    facts = accident_death(accident=accident, happened_on=happened_on, spells=since)
    facts = replace(facts, paid=long_paid(2021, 60))
    found = compute(facts)
    assert words in found.outcome
    assert "nothing is due by work; reclassify it" in found.outcome
    told = " ".join(in_indonesian(explanation(facts, found)))
    assert ("Hak atas Jaminan Kematian diperiksa tersendiri" in told) == accident.is_sudden_death


def test_an_accident_that_cost_nothing_gives_a_ground() -> None:
    assert compute(injury(Accident())).ground == "nothing-claimed"


def test_the_tariff_and_the_table_tell_what_was_not_read_in_the_law() -> None:
    assert not any(each.verified for each in losses().values())
    verified = {row.rule for row in rows() if row.verified}
    assert {"death-lump-sum", "death-periodic", "death-funeral"} <= verified
    assert not {"death-waiting", "partial-cap", "accident-death-floor"} & verified


@pytest.mark.parametrize(
    ("monthly", "base_income", "verified"),
    [
        (16_800, 1_000_000, True),
        (8_400, 1_000_000, False),
        (18_800, 1_200_000, False),
        (22_800, 1_600_000, False),
        (213_800, 20_700_000, False),
    ],
)
def test_the_monthly_amount_tells_the_declared_income(
    monthly: int, base_income: int, verified: bool
) -> None:
    assert (tier_of(monthly).base_income, tier_of(monthly).verified) == (base_income, verified)


@settings(deadline=None)
@given(
    days=st.integers(0, 3_650),
    costs=st.lists(st.integers(0, 40_000_000), min_size=4, max_size=4),
    losses_found=st.lists(st.sampled_from(["thumb-left", "one-ear", "big-toe"]), unique=True),
    function_lost=st.one_of(st.none(), st.integers(1, 100)),
    base=st.integers(300_000, 20_700_000),
    months=st.integers(0, 5),
)
def test_paying_what_was_computed_leaves_nothing_and_no_line_is_negative(
    days: int,
    costs: list[int],
    losses_found: list[str],
    function_lost: int | None,
    base: int,
    months: int,
) -> None:
    accident = Accident(
        days_unable=days,
        trips=(Trip("land", costs[0]), Trip("air", costs[1])),
        medical_cost=costs[2],
        home_care_cost=costs[3],
        disabilities=tuple(Disability(code, function_lost=function_lost) for code in losses_found),
    )
    facts = {"base_income": base, "paid": paid(MONTHS[:months])}
    found = compute(injury(accident, date(2025, 10, 20), **facts))
    assert all(step.amount >= 0 for step in found.steps)
    assert found.total == sum(amounts(found).values())
    again = compute(injury(accident, date(2025, 10, 20), **facts, paid_before=amounts(found)))
    assert (again.total, again.overpaid) == (0, 0)
