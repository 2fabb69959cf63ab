"""Months that are owed in a row: against a slow and obvious model, and by the cases of the law."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.enrollment import CoverageLapsed, InvoiceOverdue, MembershipInArrears
from contracts.types import InvoiceId, ProgrammeId, WorkerId
from services.enrollment.rules.arrears import (
    NOTHING_OWED,
    Arrears,
    Standing,
    Unpaid,
    arrears,
    judge,
    overdue,
    owed_from,
    tell,
)
from services.enrollment.rules.months import due_on, month_after, months_later

YEAR = [months_later("2025-07", count) for count in range(24)]
PROGRAMME = YEAR[:6]
"""July to December 2025."""


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def model(months_paid: set[str], first_month: str, on: date) -> Arrears:
    """Day by day from the first: is anything owed, how many in a row, is it too much?"""
    day = date.fromisoformat(f"{first_month}-01")
    while True:
        owed = [m for m in YEAR if m >= first_month and m not in months_paid and due_on(m) < day]
        rows = [
            [months_later(start, n) for n in range(length)]
            for start in owed
            for length in (4, 3, 2, 1)
        ]
        whole = [row for row in rows if set(row) <= set(owed)]
        longest = max(whole, key=lambda row: (len(row), [-ord(c) for c in row[0]]), default=[])
        if len(longest) == 4:
            return Arrears(4, longest[0], day)
        if day == on:
            return Arrears(len(longest), longest[0] if longest else None, None)
        day += timedelta(days=1)


@given(
    paid=st.sets(st.sampled_from(YEAR)),
    first=st.sampled_from(YEAR[:8]),
    days=st.integers(0, 450),
)
def test_arrears_are_those_of_the_model(paid: set[str], first: str, days: int) -> None:
    on = date.fromisoformat(f"{first}-01") + timedelta(days=days)
    assert arrears(paid, first, on) == model(paid, first, on)


@given(paid=st.sets(st.sampled_from(YEAR)), days=st.integers(0, 450), more=st.sampled_from(YEAR))
def test_a_payment_never_makes_it_worse(paid: set[str], days: int, more: str) -> None:
    on = date(2025, 7, 1) + timedelta(days=days)
    before, after = arrears(paid, "2025-07", on), arrears({*paid, more}, "2025-07", on)
    assert after.months <= before.months
    if after.lapsed_on is not None:
        assert before.lapsed_on is not None
        assert before.lapsed_on <= after.lapsed_on


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (date(2025, 12, 31), NOTHING_OWED),
        (date(2026, 1, 15), NOTHING_OWED),  # due today: not owed yet
        (date(2026, 1, 16), Arrears(1, "2026-01", None)),
        (date(2026, 2, 16), Arrears(1, "2026-01", None)),  # the 15th was a Sunday
        (date(2026, 2, 17), Arrears(2, "2026-01", None)),
        (date(2026, 3, 17), Arrears(3, "2026-01", None)),
        (date(2026, 4, 15), Arrears(3, "2026-01", None)),
        (date(2026, 4, 16), Arrears(4, "2026-01", date(2026, 4, 16))),
        (date(2026, 9, 1), Arrears(4, "2026-01", date(2026, 4, 16))),
    ],
)
def test_a_programme_that_stops_in_december_is_owed_from_january_and_lapses_in_april(
    on: date, found: Arrears
) -> None:
    assert arrears(PROGRAMME, "2025-07", on) == found


def test_a_row_counts_and_not_the_sum_of_gaps() -> None:
    gaps = {"2025-08", "2025-10", "2025-12", "2026-02"}
    assert arrears(gaps, "2025-07", date(2026, 3, 1)) == Arrears(1, "2025-07", None)


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (date(2025, 10, 15), "2025-10"),
        (date(2025, 10, 16), "2025-11"),
        (date(2025, 11, 17), "2025-11"),  # the rolled due date itself
        (date(2025, 12, 31), "2026-01"),
    ],
)
def test_a_cover_that_begins_anew_owes_what_falls_due_from_then_on(day: date, month: str) -> None:
    assert owed_from(day) == month


def standing(**changed: Any) -> Standing:
    held = Standing(
        worker_id=WorkerId(UUID(int=1)), programme_id=ProgrammeId(UUID(int=2)),
        region_code="53.71", began_by=UUID(int=3), first_month="2025-07", last_month="2025-12",
        paid=tuple(PROGRAMME), own_money=False, unbilled=33_600, told_months=0, told_oldest=None,
    )  # fmt: skip
    return held._replace(**changed)


def told(on: date, held: Standing) -> list[object]:
    return list(tell(judge([held], on=on), now=at_noon(on)))


def test_what_was_told_is_not_told_again() -> None:
    (first,) = told(date(2026, 2, 17), standing())
    assert isinstance(first, MembershipInArrears)
    assert (first.months, first.oldest_month, first.since) == (2, "2026-01", date(2026, 2, 17))
    assert first.owed_by == "member"  # nobody promised January
    (late,) = told(date(2025, 12, 16), standing(paid=tuple(PROGRAMME[:5])))
    assert isinstance(late, MembershipInArrears)
    assert (late.oldest_month, late.owed_by) == ("2025-12", "funder")
    assert told(date(2026, 2, 18), standing(told_months=2, told_oldest="2026-01")) == []
    assert len(told(date(2026, 2, 18), standing(told_months=1, told_oldest="2026-01"))) == 1


def test_a_lapse_is_dated_by_the_law_and_not_by_whoever_looks() -> None:
    (lapsed,) = told(date(2026, 7, 1), standing(own_money=True))
    assert isinstance(lapsed, CoverageLapsed)
    assert (lapsed.lapsed_on, lapsed.oldest_month) == (date(2026, 4, 16), "2026-01")
    assert (lapsed.released, lapsed.owed_by) == (33_600, "member")


def test_who_pays_the_latest_month_is_who_owes_the_next() -> None:
    own = standing().after_payment(["2026-01"], own_money=True)
    assert own.own_money
    assert own.after_payment(["2025-09"]).own_money  # the funder clears an old invoice
    assert not own.after_payment(["2026-02"]).own_money
    assert own.paid[-1] == "2026-01"


@pytest.mark.parametrize(
    ("on", "paid", "lapsed_on"),
    [
        (date(2025, 12, 31), PROGRAMME, None),
        (date(2026, 1, 1), PROGRAMME, date(2026, 1, 1)),
        (date(2026, 1, 1), PROGRAMME[:4], date(2026, 1, 1)),
        (date(2026, 1, 1), PROGRAMME[:1], date(2025, 11, 18)),  # four were owed before
        (date(2026, 1, 1), [*PROGRAMME, "2026-01"], None),  # the member pays on
        (date(2026, 3, 1), [*PROGRAMME, "2026-01"], None),
    ],
)
def test_where_the_office_decides_so_the_right_ends_with_the_programme(
    on: date, paid: list[str], lapsed_on: date | None
) -> None:
    (found,) = judge([standing(paid=tuple(paid))], on=on, after_programme="ends")
    assert found.arrears.lapsed_on == lapsed_on
    if lapsed_on is not None:
        (event,) = tell([found], now=at_noon(on))
        assert isinstance(event, CoverageLapsed)


def invoice(**changed: Any) -> Unpaid:
    held = Unpaid(
        InvoiceId(UUID(int=7)), ProgrammeId(UUID(int=2)), "2025-11", "53.71.04",
        due_on("2025-11"), 3, 50_400, date(2025, 11, 3),
    )  # fmt: skip
    return held._replace(**changed)


@pytest.mark.parametrize(
    ("on", "issued_on", "late"),
    [
        (date(2025, 11, 17), date(2025, 11, 3), False),
        (date(2025, 11, 18), date(2025, 11, 3), True),
        (date(2025, 11, 20), date(2025, 11, 20), False),  # issued after it was due
        (date(2025, 11, 21), date(2025, 11, 20), True),
    ],
)
def test_a_funder_is_late_the_day_after(on: date, issued_on: date, late: bool) -> None:
    found = list(overdue([invoice(issued_on=issued_on)], now=at_noon(on)))
    assert [each.type for each in found] == ([InvoiceOverdue.type] if late else [])


def test_months_follow_each_other_over_the_year() -> None:
    assert month_after("2025-12") == "2026-01"
    assert months_later("2025-11", 14) == "2027-01"
