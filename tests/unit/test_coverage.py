"""Whether somebody was covered on a day: boundaries one by one, and lives day by day."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.local_time import local_day
from contracts.enrollment import (
    ContributionPaid,
    CoverageEnded,
    CoverageLapsed,
    MembershipActivated,
    MembershipReactivated,
    Payer,
)
from services.enrollment.rules.arrears import AfterProgramme
from services.enrollment.rules.coverage import (
    Coverage,
    DayNotCome,
    InstantOnAnotherDay,
    Question,
    Right,
)
from services.enrollment.rules.evidence import PaidMonth, Promise, Ran, Record
from services.enrollment.rules.months import due_on, month_after, month_of

PROGRAMME, NEXT = UUID(int=1), UUID(int=2)
HALF_YEAR = ("2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12")
BEGAN = datetime(2025, 7, 10, 3, tzinfo=UTC)
"""Eleven in the morning in Kupang."""


def event(name: str) -> UUID:
    return uuid5(PROGRAMME, name)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def month(name: str, *, paid_at: datetime | None = None, payer: Payer = "apbd") -> PaidMonth:
    at = paid_at or datetime.fromisoformat(f"{name}-10T03:00:00+00:00")
    return PaidMonth(name, at, event(f"{name} {at}"), payer)


def ran(
    began: datetime = BEGAN, *, ended: date | None = None, why: str | None = None,
    of: UUID = PROGRAMME, begun_at: datetime | None = None, reactivated: bool = False,
) -> Ran:  # fmt: skip
    return Ran(
        programme_id=of, covered_from=began, began_by=event(f"begin {of} {begun_at or began}"),
        begun_at=begun_at or began, reactivated=reactivated, ended_on=ended, end_reason=why,
        ended_by=event(f"end {of} {ended}") if ended else None,
        ended_at=noon(ended + timedelta(days=2)) if ended else None,
    )  # fmt: skip


def promise(
    first: str = "2025-07",
    last: str = "2025-12",
    *,
    of: UUID = PROGRAMME,
    ended: date | None = None,
) -> Promise:
    enrolled = datetime.fromisoformat(f"{first}-01T00:00:00+00:00") - timedelta(days=20)
    return Promise(of, first, last, enrolled, ended)


def record(
    paid: Sequence[str | PaidMonth] = HALF_YEAR, covers: Sequence[Ran] = (ran(),),
    promises: Sequence[Promise] = (promise(),),
) -> Record:  # fmt: skip
    months = [each if isinstance(each, PaidMonth) else month(each) for each in paid]
    return Record(tuple(promises), tuple(covers), tuple(months))


def on(day: str, held: Record, *, after_programme: AfterProgramme = "arrears") -> Coverage:
    return Question(date.fromisoformat(day), None, after_programme).answer(held)


def at(instant: str, held: Record) -> Coverage:
    moment = datetime.fromisoformat(instant)
    return Question(local_day(moment), moment).answer(held)


@pytest.mark.parametrize(
    ("day", "right", "months"),
    [
        ("2026-01-15", "full", 0),
        ("2026-01-16", "reduced", 1),
        ("2026-02-16", "reduced", 1),
        ("2026-02-17", "reduced", 2),
        ("2026-03-16", "reduced", 2),
        ("2026-03-17", "reduced", 3),
        ("2026-04-15", "reduced", 3),
        ("2026-04-16", "none", 4),
    ],
)
def test_after_the_programme_the_right_lasts_until_the_fourth_month_is_unpaid(
    day: str, right: Right, months: int
) -> None:
    found = on(day, record())
    assert (found.right, found.arrears_months) == (right, months)
    assert found.owed_by == ("member" if months else None)
    assert found.ask == (("programme-over",) if right != "none" else ())


def test_in_the_last_month_nobody_has_to_ask() -> None:
    assert on("2025-12-31", record()).ask == ()
    assert on("2026-01-01", record()).ask == ("programme-over",)


def test_where_an_office_decided_so_the_right_ends_with_the_programme() -> None:
    assert on("2025-12-31", record(), after_programme="ends").right == "full"
    assert on("2026-01-01", record(), after_programme="ends").right == "none"


@pytest.mark.parametrize(
    ("paid", "day", "right", "months"),
    [
        (("2025-07",), "2025-08-15", "full", 0),
        (("2025-07",), "2025-08-16", "reduced", 1),
        (("2025-07",), "2025-11-17", "reduced", 3),
        (("2025-07",), "2025-11-18", "none", 4),
        (("2025-07", "2025-09"), "2025-11-18", "reduced", 2),
        (("2025-07", "2025-09"), "2026-01-15", "reduced", 3),
        (("2025-07", "2025-09"), "2026-01-16", "none", 4),
    ],
)
def test_months_owed_in_a_row_reduce_the_right_and_the_fourth_takes_it(
    paid: tuple[str, ...], day: str, right: Right, months: int
) -> None:
    found = on(day, record(paid))
    assert (found.right, found.arrears_months, found.owed_by) == (
        right, months, "funder" if months else None,
    )  # fmt: skip
    assert ("funder-arrears" in found.ask) == (months > 0)


def test_a_later_payment_never_repairs_the_cover_at_the_event() -> None:
    late = month("2025-08", paid_at=datetime(2025, 8, 20, 3, tzinfo=UTC))
    held = record(("2025-07", late))
    assert on("2025-08-19", held).right == "reduced"
    assert on("2025-08-21", held).right == "full"
    assert late.event_id not in {each.event_id for each in on("2025-08-19", held).evidence}
    assert at("2025-08-20T02:59:59+00:00", held).right == "reduced"
    assert at("2025-08-20T03:00:00+00:00", held).right == "full"


def test_what_was_recorded_on_the_day_itself_needs_the_hour_where_it_matters() -> None:
    late = month("2025-08", paid_at=datetime(2025, 8, 20, 3, tzinfo=UTC))
    held = record(("2025-07", late))
    assert on("2025-08-20", held).ask == ("same-day",)
    begun = on("2025-07-10", held)
    assert (begun.right, begun.ask) == ("full", ("same-day",))
    assert at("2025-07-10T02:59:59+00:00", held) == Coverage("none", "not-begun")
    assert at("2025-07-10T03:00:00+00:00", held).ask == ()
    in_time = record(("2025-07", month("2025-08")))
    assert on("2025-08-10", in_time).ask == ()


def test_a_day_is_a_day_in_kupang() -> None:
    began = datetime(2025, 7, 9, 16, 30, tzinfo=UTC)
    held = record(("2025-07",), (ran(began),))
    assert on("2025-07-09", held).because == "not-begun"
    assert on("2025-07-10", held).ask == ("same-day",)
    today = date(2025, 7, 10)
    with pytest.raises(InstantOnAnotherDay):
        Question(date(2025, 7, 9), began).check(today=today)
    with pytest.raises(DayNotCome):
        Question(date(2025, 7, 11)).check(today=today)
    Question(today, began).check(today=today)


def test_whoever_never_paid_is_not_covered() -> None:
    assert on("2025-09-01", record((), ())) == Coverage("none", "not-begun")


@pytest.mark.parametrize(
    ("day", "right", "because"),
    [
        ("2025-09-02", "full", "paid"),
        ("2025-09-03", "full", "paid"),
        ("2025-09-04", "none", "ended"),
    ],
)
def test_the_day_of_the_death_is_the_last_day_of_cover(
    day: str, right: Right, because: str
) -> None:
    died = date(2025, 9, 3)
    paid = HALF_YEAR[:2]
    held = record(paid, (ran(ended=died, why="death"),), (promise(ended=died),))
    found = on(day, held)
    assert (found.right, found.because) == (right, because)
    last = found.evidence[-1]
    assert (last.type == CoverageEnded.type) == (right == "none")
    assert found.end_reason == (None if right == "full" else "death")


def test_after_a_lapse_a_payment_begins_a_new_cover_that_owes_nothing_old() -> None:
    again = datetime(2025, 12, 1, 3, tzinfo=UTC)
    late = [month(each, paid_at=again) for each in ("2025-08", "2025-09", "2025-10", "2025-11")]
    held = record(
        ("2025-07", *late),
        (ran(ended=date(2025, 11, 18), why="lapse"), ran(again, reactivated=True)),
    )
    gone = on("2025-11-18", held)
    assert (gone.right, gone.because, gone.covered_from) == ("none", "lapsed", BEGAN)
    assert [each.type for each in gone.evidence] == [
        ContributionPaid.type, MembershipActivated.type, CoverageLapsed.type,
    ]  # fmt: skip
    anew = on("2025-12-02", held)
    assert (anew.right, anew.covered_from, anew.months_paid) == ("full", again, 0)
    assert {each.type for each in anew.evidence} == {
        MembershipReactivated.type, ContributionPaid.type,
    }  # fmt: skip
    assert on("2025-12-16", held).right == "reduced"
    assert on("2025-12-01", held).ask == ("same-day",)


def test_a_cover_that_began_anew_owes_nothing_old_when_the_next_programme_pays() -> None:
    april, may = datetime(2026, 4, 16, 3, tzinfo=UTC), datetime(2026, 5, 20, 3, tzinfo=UTC)
    own = [month(each, paid_at=april, payer="self") for each in ("2026-04", "2026-05")]
    held = record(
        (*HALF_YEAR, *own, month("2026-01", paid_at=may)),
        (
            ran(ended=date(2026, 4, 16), why="lapse"), ran(april, reactivated=True),
            ran(april, of=NEXT, begun_at=may),
        ),
        (promise(), promise("2026-01", "2026-12", of=NEXT)),
    )  # fmt: skip
    found = on("2026-05-21", held)
    assert (found.right, found.covered_from, found.arrears_months) == ("full", april, 0)


def test_a_cover_goes_on_into_the_next_programme() -> None:
    february = datetime(2026, 2, 20, 3, tzinfo=UTC)
    continued = ran(of=NEXT, begun_at=february)
    held = record(
        (*HALF_YEAR, month("2026-01", paid_at=february), month("2026-02", paid_at=february)),
        (ran(), continued),
        (promise(), promise("2026-01", "2026-12", of=NEXT)),
    )
    waiting = on("2026-02-18", held)
    assert (waiting.right, waiting.owed_by, waiting.ask) == (
        "reduced",
        "funder",
        ("funder-arrears",),
    )
    assert continued.began_by not in {each.event_id for each in waiting.evidence}
    later = on("2026-02-21", held)
    assert (later.right, later.covered_from, later.months_paid) == ("full", BEGAN, 8)
    assert "the cover goes on" in {each.what for each in later.evidence}


def test_who_pays_with_his_own_money_owes_himself() -> None:
    held = record((*HALF_YEAR, month("2026-01", payer="self")))
    assert on("2026-01-20", held).ask == ()
    behind = on("2026-02-17", held)
    assert (behind.right, behind.owed_by, behind.ask) == ("reduced", "member", ())


@pytest.mark.parametrize(
    ("day", "months"),
    [("2025-07-10", 1), ("2025-08-09", 1), ("2025-08-10", 2), ("2025-12-31", 6),
     ("2026-01-15", 6), ("2026-01-16", 0)],
)  # fmt: skip
def test_months_paid_in_a_row_are_counted_up_to_the_day(day: str, months: int) -> None:
    assert on(day, record()).months_paid == months


def test_the_evidence_is_in_the_order_of_time() -> None:
    found = on("2025-09-30", record())
    assert [each.what for each in found.evidence] == [
        "2025-07 is paid", "the cover begins", "2025-08 is paid", "2025-09 is paid",
    ]  # fmt: skip


@dataclass
class Life:
    """A slow model: a member's life day by day, as the law tells it (domain 1.7)."""

    pays_on: dict[date, list[str]]
    ends_on: date | None
    covers: list[Ran] = field(default_factory=list)
    paid: list[PaidMonth] = field(default_factory=list)
    rights: dict[date, tuple[Right, int]] = field(default_factory=dict)

    def live(self, first: date, days: int) -> Record:
        for day in (first + timedelta(days=n) for n in range(days)):
            if self.state(day)[1] == 4:
                self.end(day, "lapse")
            for paid in self.pays_on.get(day, ()):
                self.paid.append(month(paid, paid_at=noon(day)))
            if day in self.pays_on and not self.is_over(day) and not self.is_running():
                self.covers.append(ran(noon(day), reactivated=bool(self.covers)))
            self.rights[day] = self.state(day)
            if day == self.ends_on and self.is_running():
                self.end(day, "withdrawal")
        return Record((promise(ended=self.ends_on),), tuple(self.covers), tuple(self.paid))

    def is_running(self) -> bool:
        return bool(self.covers) and self.covers[-1].ended_on is None

    def is_over(self, day: date) -> bool:
        return self.ends_on is not None and day > self.ends_on

    def end(self, day: date, why: str) -> None:
        last = self.covers.pop()
        self.covers.append(
            last._replace(ended_on=day, end_reason=why, ended_by=event("x"), ended_at=noon(day))
        )

    def state(self, day: date) -> tuple[Right, int]:
        if not self.is_running():
            return "none", 0
        owed = self.owed(day)
        return ("none" if owed > 3 else "reduced" if owed else "full"), owed

    def owed(self, day: date) -> int:
        """Months in a row that were due before the day and are unpaid: counted by hand."""
        since = "2025-07"
        if self.covers[-1].reactivated:
            began = local_day(self.covers[-1].covered_from)
            since = month_of(began)
            if began > due_on(since):
                since = month_after(since)
        paid = {each.month for each in self.paid}
        rows = [0]
        while due_on(since) < day:
            rows.append(0 if since in paid else rows[-1] + 1)
            since = month_after(since)
        return max(rows)


MONTHS = (*HALF_YEAR, "2026-01", "2026-02", "2026-03")
FIRST = date(2025, 7, 1)
DAYS = 420
lives = st.builds(
    lambda delays, ends: (delays, ends),
    st.lists(st.none() | st.integers(0, 150), min_size=len(MONTHS), max_size=len(MONTHS)),
    st.none() | st.integers(0, 300),
)


@settings(max_examples=60, deadline=None)
@given(lives)
def test_a_life_day_by_day_agrees_with_the_answer_for_each_day(
    life: tuple[list[int | None], int | None],
) -> None:
    delays, ends = life
    pays_on: dict[date, list[str]] = {}
    for name, delay in zip(MONTHS, delays, strict=True):
        if delay is not None:
            day = date.fromisoformat(f"{name}-01") + timedelta(days=delay)
            pays_on.setdefault(day, []).append(name)
    lived = Life(pays_on, None if ends is None else FIRST + timedelta(days=ends))
    held = lived.live(FIRST, DAYS)
    for day, (right, owed) in lived.rights.items():
        found = Question(day).answer(held)
        assert found.right == right, (day, found)
        if right != "none":
            assert found.arrears_months == owed, (day, found)
        assert replace(Question(day, noon(day)).answer(held), ask=()) == replace(found, ask=())
