"""The clock of a claim: three or seven working days, across every kind of holiday."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from chassis import working_days
from chassis.local_time import WITA
from chassis.working_days import Decreed, Kind
from contracts.claims import ClaimKind
from services.claims.rules.term import Pause, Term, notice_due_on, term

HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        "2025-01-01", "2025-01-27", "2025-01-29", "2025-03-29", "2025-03-31", "2025-04-01",
        "2025-04-18", "2025-05-01", "2025-05-12", "2025-05-29", "2025-06-01", "2025-06-06",
        "2025-06-27", "2025-08-17", "2025-09-05", "2025-12-25", "2026-01-01", "2026-01-16",
        "2026-02-17", "2026-03-19", "2026-03-21", "2026-03-22", "2026-04-03", "2026-05-01",
        "2026-05-14", "2026-05-27", "2026-05-31", "2026-06-01", "2026-06-16", "2026-08-17",
    )
)  # fmt: skip
"""Written down from the joint decrees, not from the package that the service uses."""
JKM = ("application", "death-certificate", "heir-certificate", "member-card")
JKK = ("application", "member-card", "member-ktp", "medical-certificate", "accident-report-1",
       "accident-report-2", "heir-certificate", "death-certificate")  # fmt: skip
LONG_AFTER = datetime(2026, 12, 1, tzinfo=UTC)


def noon(day: str | date) -> datetime:
    """Noon of a day in Kupang."""
    on = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime(on.year, on.month, on.day, 12, tzinfo=WITA)


def jkm(received: str | date, *, paid: str | None = None, now: str = "2026-12-01") -> Term:
    """The term of a death whose papers all came in that day."""
    arrived = dict.fromkeys(JKM, noon(received))
    found = term("death", arrived, [], paid_at=noon(paid) if paid else None, now=noon(now))
    assert found is not None
    return found


def jkk(
    received: str, *pauses: tuple[str, str | None], paid: str | None = None, now: str = "2026-12-01"
) -> Term:
    """The term of a work accident whose papers all came in that day."""
    stops: Sequence[Pause] = [(noon(a), noon(b) if b else None) for a, b in pauses]
    found = term(
        "work-accident", dict.fromkeys(JKK, noon(received)), stops,
        paid_at=noon(paid) if paid else None, now=noon(now),
    )  # fmt: skip
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2025-10-20", "2025-10-23"),  # Monday to Thursday
        ("2025-10-21", "2025-10-24"),
        ("2025-10-22", "2025-10-27"),  # over a weekend
        ("2025-10-24", "2025-10-29"),  # a Friday
        ("2025-10-25", "2025-10-29"),  # a Saturday
        ("2025-10-26", "2025-10-29"),  # a Sunday
        ("2025-03-27", "2025-04-03"),  # Friday, then Idul Fitri on Monday and Tuesday
        ("2025-03-28", "2025-04-04"),
        ("2025-03-31", "2025-04-04"),  # handed in on the holiday itself
        ("2025-04-16", "2025-04-22"),  # Good Friday and Easter
        ("2025-05-27", "2025-06-02"),  # Ascension; the joint leave of the 30th is worked
        ("2025-06-04", "2025-06-10"),  # Idul Adha on Friday; the 9th, joint leave, is worked
        ("2025-08-14", "2025-08-19"),  # the 17th is a Sunday; the 18th, joint leave, is worked
        ("2025-09-03", "2025-09-09"),  # Maulid on a Friday
        ("2025-12-23", "2025-12-29"),  # Christmas; the 26th, joint leave, is worked
        ("2025-12-24", "2025-12-30"),
        ("2025-12-25", "2025-12-30"),
        ("2025-12-29", "2026-01-02"),  # New Year
        ("2025-12-31", "2026-01-06"),
        ("2026-01-14", "2026-01-20"),  # Isra' Mi'raj on a Friday
        ("2026-02-13", "2026-02-19"),  # Monday is joint leave and worked, Tuesday Lunar New Year
        ("2026-03-17", "2026-03-23"),  # Nyepi; Idul Fitri falls on a weekend
        ("2026-03-18", "2026-03-24"),
        ("2026-05-13", "2026-05-19"),  # Ascension
        ("2026-05-29", "2026-06-04"),  # Pancasila on Monday
    ],
)
def test_a_death_is_due_three_working_days_after_the_papers(received: str, due: str) -> None:
    assert jkm(received).due_on == date.fromisoformat(due)


def _days(first: str, last: str) -> Iterator[date]:
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        yield day
        day += timedelta(days=1)


EVERY_DAY = [
    *_days("2025-03-20", "2025-05-15"),
    *_days("2025-08-10", "2025-09-10"),
    *_days("2025-12-10", "2026-01-20"),
    *_days("2026-02-10", "2026-04-10"),
]


@pytest.mark.parametrize("received", EVERY_DAY, ids=str)
def test_every_day_of_the_year_is_counted_as_the_decrees_have_it(received: date) -> None:
    open_days = [
        day
        for day in (received + timedelta(days=place) for place in range(1, 30))
        if day.isoweekday() <= 5 and day not in HOLIDAYS
    ]
    assert jkm(received).due_on == open_days[2]
    assert jkk(received.isoformat()).due_on == open_days[6]


@pytest.mark.parametrize(
    ("received", "due"),
    [("2025-08-14", "2025-08-20"), ("2025-12-23", "2025-12-30"), ("2026-02-13", "2026-02-20")],
)
@pytest.mark.usefixtures("joint_leave_off")
def test_where_joint_leave_is_off_it_does_not_count(received: str, due: str) -> None:
    assert jkm(received).due_on == date.fromisoformat(due)


@pytest.fixture
def joint_leave_off() -> Iterator[None]:
    """Offices are closed on joint leave."""
    working_days.observe_joint_leave(off=True)
    yield
    working_days.observe_joint_leave(off=False)


def test_a_holiday_of_the_province_is_a_row_of_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    feast = date(2025, 10, 23)
    decreed = working_days.decreed

    def with_feast(kind: Kind) -> frozenset[Decreed]:
        own = {Decreed(feast, kind, "a decree of the governor")} if kind == "local" else set()
        return decreed(kind) | own

    assert jkm("2025-10-21").due_on == date(2025, 10, 24)
    monkeypatch.setattr(working_days, "decreed", with_feast)
    working_days.observe_joint_leave(off=False)
    try:
        assert jkm("2025-10-21").due_on == date(2025, 10, 27)
    finally:
        monkeypatch.undo()
        working_days.observe_joint_leave(off=False)
    assert jkm("2025-10-21").due_on == date(2025, 10, 24)


def test_the_clock_begins_when_the_last_of_four_papers_is_in_and_the_akta_moves_nothing() -> None:
    arrived = {
        "application": noon("2025-10-13"), "village-death-letter": noon("2025-10-14"),
        "heir-certificate": noon("2025-10-15"), "member-card": noon("2025-10-16"),
    }  # fmt: skip
    now = noon("2025-10-17")
    for paper in arrived:
        if paper != "application":  # which filing is
            fewer = {name: at for name, at in arrived.items() if name != paper}
            assert term("death", fewer, [], paid_at=None, now=now) is None
    found = term("death", arrived, [], paid_at=None, now=now)
    assert found is not None
    assert (found.complete_at, found.due_on) == (noon("2025-10-16"), date(2025, 10, 21))
    later = arrived | {"death-certificate": noon("2025-10-20"), "bank-book": noon("2025-10-20")}
    assert term("death", later, [], paid_at=None, now=now) == found


def test_the_day_is_that_of_kupang_not_of_london() -> None:
    late_on_monday = datetime(2025, 10, 20, 15, 59, tzinfo=UTC)
    for at, due in ((late_on_monday, 23), (late_on_monday + timedelta(minutes=1), 24)):
        found = term("death", dict.fromkeys(JKM, at), [], paid_at=None, now=at)
        assert found is not None
        assert found.due_on == date(2025, 10, due)


@pytest.mark.parametrize(
    ("paid", "days_late", "kept"),
    [
        ("2025-10-22", 0, True),
        ("2025-10-27", 0, True),  # the last day
        ("2025-10-28", 1, False),
        ("2025-11-03", 7, False),  # calendar days: the weekend counts
    ],
)
def test_lateness_is_counted_in_calendar_days(paid: str, days_late: int, kept: bool) -> None:
    found = jkm("2025-10-22", paid=paid)
    assert (found.days_late, found.kept, found.days_left) == (days_late, kept, None)
    assert not found.warns


@pytest.mark.parametrize(
    ("now", "days_left", "days_late", "warns"),
    [
        ("2025-10-22", 3, 0, False),
        ("2025-10-23", 2, 0, False),
        ("2025-10-24", 1, 0, True),
        ("2025-10-25", 1, 0, True),  # Saturday
        ("2025-10-26", 1, 0, True),
        ("2025-10-27", 0, 0, True),
        ("2025-10-28", 0, 1, True),
        ("2025-11-02", 0, 6, True),
    ],
)
def test_the_time_left_is_counted_in_working_days(
    now: str,
    days_left: int,
    days_late: int,
    warns: bool,
) -> None:
    found = jkm("2025-10-22", now=now)
    assert (found.days_left, found.days_late, found.warns) == (days_left, days_late, warns)
    assert found.kept is None


def test_a_death_has_no_pause() -> None:
    stops: list[Pause] = [(noon("2025-10-22"), None)]
    found = term("death", dict.fromkeys(JKM, noon("2025-10-22")), stops, paid_at=None,
                 now=noon("2025-10-23"))  # fmt: skip
    assert found == jkm("2025-10-22", now="2025-10-23")
    assert not found.is_paused


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "2025-10-31"),  # seven working days after Wednesday 22 October
        ([("2025-10-24", "2025-10-24")], "2025-10-31"),  # back the same day
        ([("2025-10-24", "2025-10-27")], "2025-11-03"),  # one working day away
        ([("2025-10-24", "2025-10-26")], "2025-10-31"),  # away for a weekend only
        ([("2025-10-24", "2025-10-31")], "2025-11-07"),
        ([("2025-10-23", "2025-10-24"), ("2025-10-28", "2025-10-30")], "2025-11-05"),
        ([("2025-10-20", "2025-10-22")], "2025-10-31"),  # before it was complete
        ([("2025-10-20", "2025-10-24")], "2025-11-04"),  # complete while it was away
        ([("2025-11-03", "2025-11-10")], "2025-10-31"),  # returned when it was late already
        ([("2025-12-20", "2026-02-20")], "2025-10-31"),
    ],
)
def test_a_return_stops_the_clock_of_a_work_accident(
    pauses: list[tuple[str, str]], due: str
) -> None:
    assert jkk("2025-10-22", *pauses).due_on == date.fromisoformat(due)


def test_while_the_file_is_away_the_clock_stands_still_and_nobody_is_warned() -> None:
    away = ("2025-10-30", None)
    before = jkk("2025-10-22", now="2025-10-30")
    assert (before.days_left, before.warns, before.is_paused) == (1, True, False)
    for day in ("2025-10-31", "2025-11-14", "2025-12-12"):
        found = jkk("2025-10-22", away, now=day)
        assert (found.days_left, found.days_late) == (1, 0)
        assert (found.is_paused, found.warns) == (True, False)
    late = jkk("2025-10-22", ("2025-11-03", None), now="2025-11-10")
    assert (late.is_paused, late.days_late, late.warns) == (False, 10, True)
    paid = jkk("2025-10-22", away, paid="2025-11-20")
    assert (paid.is_paused, paid.kept) == (False, True)


@pytest.mark.parametrize("kind", ["work-accident", "work-accident-death"])
def test_an_accident_has_seven_working_days_and_a_notice_in_seven(kind: ClaimKind) -> None:
    found = term(kind, dict.fromkeys(JKK, noon("2025-12-22")), [], paid_at=None, now=LONG_AFTER)
    assert found is not None
    assert found.due_on == date(2026, 1, 2)
    assert notice_due_on(kind, noon("2025-12-22")) == date(2026, 1, 2)


def test_a_death_knows_no_notice() -> None:
    assert notice_due_on("death", noon("2025-12-22")) is None
