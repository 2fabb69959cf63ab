"""Covered on a day, months paid in a row, arrears, lapse: what a claim's facts say of the cover."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.enrollment import CoverageLapsed, MembershipInArrears
from contracts.types import ProgrammeId, WorkerId
from services.claims.rules.compute import compute, debtor
from services.claims.rules.coverage import cover_on
from services.claims.rules.facts import Facts, PaidMonth, Spell
from services.claims.rules.months import due_on, month_of, months_later, number, written
from services.claims.rules.tariffs import tariff_on
from services.enrollment.rules.arrears import Standing, judge, tell
from tests.benefit_facts import COVERED_FROM, MONTHS, accident_death, amounts, death, held, paid


@pytest.mark.parametrize(
    ("happened_at", "ground", "doubts"),
    [
        (datetime(2025, 7, 3, 1, 59, tzinfo=UTC), "not-covered", ()),
        (COVERED_FROM, None, ()),
        (None, None, ("covered-that-day",)),
    ],
)
def test_on_the_first_day_the_hour_decides_and_an_unknown_one_is_doubtful(
    happened_at: datetime | None, ground: str | None, doubts: tuple[str, ...]
) -> None:
    found = compute(accident_death(date(2025, 7, 3), happened_at=happened_at))
    assert (found.ground, found.doubts) == (ground, doubts)


@pytest.mark.parametrize(
    ("day", "ground"), [(date(2025, 7, 2), "not-covered"), (date(2025, 7, 4), None)]
)
def test_a_day_before_the_cover_is_outside_and_a_day_after_inside(
    day: date, ground: str | None
) -> None:
    assert compute(accident_death(day)).ground == ground


def test_the_cover_begins_on_the_day_in_kupang_not_in_greenwich() -> None:
    night = (Spell(datetime(2025, 7, 3, 17, 0, tzinfo=UTC)),)  # 4 July, 1 o'clock in Kupang
    assert compute(death(date(2025, 7, 3), spells=night)).ground == "not-covered"
    assert compute(death(date(2025, 7, 4), spells=night)).ground is None


def test_the_last_day_of_a_cover_that_somebody_ended_is_covered() -> None:
    ended = (Spell(COVERED_FROM, ended_on=date(2025, 11, 20)),)
    assert compute(death(date(2025, 11, 20), spells=ended)).ground is None
    found = compute(death(date(2025, 11, 21), spells=ended))
    assert (found.ground, found.steps) == ("cover-ended", ())


def test_of_an_accident_the_cover_of_its_day_counts_not_of_the_death() -> None:
    ended = (Spell(COVERED_FROM, ended_on=date(2025, 11, 20)),)
    found = compute(
        accident_death(date(2025, 11, 20), died_on=date(2025, 12, 30), spells=ended, paid=paid())
    )
    assert amounts(found)["accident-death"] == 48_000_000


@pytest.mark.parametrize(
    ("day", "owed"),
    [
        (date(2025, 9, 15), ()),
        (date(2025, 9, 16), ("2025-09",)),
        (date(2025, 11, 17), ("2025-09", "2025-10")),
        (date(2025, 11, 18), ("2025-09", "2025-10", "2025-11")),
    ],
)
def test_a_month_is_owed_from_the_day_after_its_due_date(day: date, owed: tuple[str, ...]) -> None:
    """The 15th of November 2025 is a Saturday: the month is due on Monday the 17th."""
    assert compute(death(day, paid=paid(MONTHS[:2]))).arrears == owed


@pytest.mark.parametrize(
    ("day", "ground"), [(date(2025, 12, 15), None), (date(2025, 12, 16), "cover-lapsed")]
)
def test_the_cover_lapses_the_day_after_the_fourth_unpaid_due_date(
    day: date, ground: str | None
) -> None:
    found = compute(death(day, paid=paid(MONTHS[:2])))
    assert found.ground == ground
    later = date(2025, 12, 30)
    cover = cover_on(death(paid=paid(MONTHS[:2])), later, at=None, tariff=tariff_on(later))
    assert cover.lapsed_on == date(2025, 12, 16)


def test_four_months_owed_that_are_not_in_a_row_end_no_right() -> None:
    gaps = paid(("2025-07", "2025-09", "2025-11"))
    found = compute(death(date(2026, 1, 20), paid=gaps))
    assert (found.ground, found.arrears) == (None, ("2025-08", "2025-10", "2025-12", "2026-01"))


def test_a_payment_on_the_day_counts_and_one_after_it_repairs_nothing() -> None:
    day = date(2025, 9, 20)
    late = (*paid(MONTHS[:2]), PaidMonth("2025-09", day))
    assert compute(death(day, paid=late)).arrears == ()
    after = (*paid(MONTHS[:2]), PaidMonth("2025-09", day + timedelta(days=1)))
    found = compute(death(day, paid=after, decided_on=day))
    assert found.arrears == ("2025-09",)
    lapsed = (*paid(MONTHS[:2]), *paid(MONTHS[2:], day=30))
    found = compute(
        death(
            date(2025, 12, 16),
            paid=tuple(PaidMonth(each.month, date(2025, 12, 17)) for each in lapsed),
            decided_on=date(2025, 12, 30),
        )
    )
    assert found.ground == "cover-lapsed"


def test_the_programmes_end_ends_no_cover_and_a_person_looks() -> None:
    found = compute(death(date(2026, 2, 20), last_promised_month="2025-12"))
    assert (found.ground, found.doubts) == (None, ("programme-ended",))
    assert compute(death(date(2025, 12, 20), last_promised_month="2025-12")).doubts == ()


def test_a_new_cover_after_a_lapse_counts_alone_and_owes_nothing_old() -> None:
    again = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
    facts = death(
        date(2026, 4, 10),
        spells=(Spell(COVERED_FROM), Spell(again)),
        paid=(*paid(MONTHS[:2]), PaidMonth("2026-04", date(2026, 3, 20))),
    )
    found = compute(facts)
    assert (found.months_paid, found.arrears, amounts(found)) == (1, (), {"funeral": 10_000_000})
    assert found.waiting_ends_on == date(2026, 6, 20)


def test_a_month_before_the_due_date_breaks_no_row() -> None:
    facts = death(date(2025, 10, 15), paid=paid(MONTHS[:3]))
    assert (compute(facts).months_paid, compute(facts).arrears) == (3, ())


DAYS = st.dates(date(2025, 7, 4), date(2026, 12, 31))
PAYMENTS = st.lists(
    st.builds(
        PaidMonth,
        month=st.integers(number("2025-07"), number("2026-12")).map(written),
        paid_on=st.dates(date(2025, 7, 1), date(2027, 1, 31)),
    ),
    max_size=25,
).map(tuple)


@settings(deadline=None)
@given(day=DAYS, payments=PAYMENTS)
def test_arrears_are_the_months_due_before_the_day_and_unpaid_on_it(
    day: date, payments: tuple[PaidMonth, ...]
) -> None:
    found = compute(death(day, paid=payments))
    in_time = {each.month for each in payments if each.paid_on <= day}
    months = [written(each) for each in range(number("2025-07"), number(month_of(day)) + 1)]
    assert list(found.arrears) == [m for m in months if due_on(m) < day and m not in in_time]
    runs = "".join("o" if month in found.arrears else "-" for month in months)
    assert (found.ground == "cover-lapsed") == ("oooo" in runs)


@settings(deadline=None)
@given(day=DAYS, payments=PAYMENTS, more=PAYMENTS)
def test_payments_after_the_event_never_change_what_is_due_and_held_together(
    day: date, payments: tuple[PaidMonth, ...], more: tuple[PaidMonth, ...]
) -> None:
    def facts(months: tuple[PaidMonth, ...]) -> Facts:
        return death(day, paid=months, decided_on=date(2027, 2, 1))

    after = tuple(each for each in more if each.paid_on > day)
    before, later = compute(facts(payments)), compute(facts((*payments, *after)))
    assert (before.ground, before.total) == (later.ground, later.total)
    assert held(later) <= held(before)


@settings(deadline=None)
@given(day=st.dates(date(2020, 1, 1), date(2030, 12, 31)), months=st.integers(0, 120))
def test_months_later_keeps_the_day_or_takes_the_months_last(day: date, months: int) -> None:
    later = months_later(day, months)
    assert number(month_of(later)) == number(month_of(day)) + months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


PROMISED = st.sampled_from(["2025-07", "2025-10", "2025-12", "2026-12"])


@settings(deadline=None)
@given(
    day=st.dates(date(2025, 7, 4), date(2026, 12, 31)),
    months=st.lists(st.sampled_from(MONTHS), unique=True),
    promised=PROMISED,
)
def test_claims_and_enrollment_say_the_same_of_who_owes(
    day: date, months: list[str], promised: str
) -> None:
    standing = Standing(
        worker_id=WorkerId(UUID(int=1)), programme_id=ProgrammeId(UUID(int=2)),
        region_code="53.71", began_by=UUID(int=3), first_month="2025-07", last_month=promised,
        paid=tuple(months), own_money=False, unbilled=0, told_months=0, told_oldest=None,
    )  # fmt: skip
    on_time = tuple(PaidMonth(month, date(2025, 7, 3)) for month in months)
    facts = death(day, paid=on_time, last_promised_month=promised)
    told = list(tell(judge([standing], on=day), now=COVERED_FROM))
    owed = [e for e in told if isinstance(e, CoverageLapsed | MembershipInArrears)]
    assert debtor(facts) == (owed[0].owed_by if owed else "member")
    found = compute(replace(facts, owed_by=debtor(facts)))
    assert ("funder-arrears" in found.doubts) == any(e.owed_by == "funder" for e in owed)
    if owed and owed[0].owed_by == "funder":
        assert (found.ground, found.total > 0) == (None, True)


def test_a_month_owed_until_the_day_and_paid_on_it_is_doubtful() -> None:
    day = date(2025, 9, 20)
    late = (*paid(MONTHS[:2]), PaidMonth("2025-09", day))
    assert "paid-that-day" in compute(death(day, paid=late)).doubts
    assert "paid-that-day" not in compute(death(day + timedelta(days=1), paid=late)).doubts
    first = (PaidMonth("2025-07", date(2025, 7, 21)),)
    begun = (Spell(datetime(2025, 7, 21, 2, 0, tzinfo=UTC)),)
    found = compute(death(date(2025, 7, 21), spells=begun, paid=first))
    assert found.doubts == ("covered-that-day",)
