"""When a month is due: its 15th, or the next working day, of a calendar with decrees in it."""

from collections.abc import Iterator
from datetime import date

import pytest
from holidays import country_holidays

from chassis import working_days
from services.enrollment.rules.months import due_on

DECREE_OF_AUGUST = "SKB 3 Menteri 933/2025 1/2025 3/2025 of 7 August 2025"


@pytest.fixture
def joint_leave_off() -> Iterator[None]:
    """Offices are closed on joint leave."""
    working_days.observe_joint_leave(off=True)
    yield
    working_days.observe_joint_leave(off=False)


@pytest.mark.parametrize(
    ("month", "due"),
    [
        ("2025-01", date(2025, 1, 15)),  # a Wednesday
        ("2025-02", date(2025, 2, 17)),  # the 15th is a Saturday
        ("2025-03", date(2025, 3, 17)),  # a Saturday
        ("2025-06", date(2025, 6, 16)),  # a Sunday
        ("2025-07", date(2025, 7, 15)),
        ("2025-08", date(2025, 8, 15)),  # the Friday before the 17th
        ("2025-09", date(2025, 9, 15)),
        ("2025-10", date(2025, 10, 15)),
        ("2025-11", date(2025, 11, 17)),  # a Saturday
        ("2025-12", date(2025, 12, 15)),
        ("2026-01", date(2026, 1, 15)),  # the day before Isra' Mi'raj
        ("2026-02", date(2026, 2, 16)),  # a Sunday; then joint leave, then a holiday
        ("2026-03", date(2026, 3, 16)),  # a Sunday
        ("2026-04", date(2026, 4, 15)),
        ("2026-05", date(2026, 5, 15)),  # joint leave
        ("2026-08", date(2026, 8, 18)),  # a Saturday; Monday is the 17th
        ("2026-11", date(2026, 11, 16)),  # a Sunday
    ],
)
def test_a_month_is_due_on_its_15th_or_the_next_working_day(month: str, due: date) -> None:
    assert due_on(month) == due


@pytest.mark.parametrize(
    ("month", "due"),
    [
        ("2025-08", date(2025, 8, 15)),
        ("2026-02", date(2026, 2, 18)),  # Monday is joint leave, Tuesday Lunar New Year
        ("2026-05", date(2026, 5, 18)),  # Friday is joint leave
        ("2027-03", date(2027, 3, 16)),  # Monday is joint leave
    ],
)
@pytest.mark.usefixtures("joint_leave_off")
def test_an_office_may_count_joint_leave_as_days_off(month: str, due: date) -> None:
    assert due_on(month) == due


def test_a_holiday_on_the_15th_moves_the_due_date() -> None:
    assert date(2013, 10, 15).weekday() < 5  # a Tuesday, and Eid al-Adha
    assert due_on("2013-10") == date(2013, 10, 16)


def test_the_18th_of_august_2025_is_joint_leave_by_a_late_decree() -> None:
    late = date(2025, 8, 18)
    (found,) = (each for each in working_days.decreed("joint-leave") if each.day == late)
    assert found.source == DECREE_OF_AUGUST
    assert working_days.is_working_day(late)
    assert working_days.on_or_after(date(2025, 8, 16)) == late


@pytest.mark.usefixtures("joint_leave_off")
def test_where_joint_leave_counts_the_17th_of_august_2025_reaches_to_the_19th() -> None:
    assert not working_days.is_working_day(date(2025, 8, 18))
    assert working_days.on_or_after(date(2025, 8, 16)) == date(2025, 8, 19)


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_the_days_of_joint_leave_are_those_of_an_independent_list(year: int) -> None:
    independent = country_holidays("ID", years=year, categories=("government",))
    ours = {each.day for each in working_days.decreed("joint-leave") if each.day.year == year}
    assert ours == set(independent)
    assert all(each.source for each in working_days.decreed("joint-leave"))
