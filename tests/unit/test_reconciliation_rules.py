"""Rules of reconciliation and of days: what is new or gone, who may, what keeps a day open."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from chassis.local_time import begins_at, ends_at, local_day
from contracts.banking import DifferenceFound, DifferenceResolved
from contracts.event import Cause
from services.banking.rules import days, reconciliation
from services.banking.rules.days import Books, Evening
from services.banking.rules.ledger import OTHER_BANKS, SUSPENSE, Ledger
from services.banking.rules.reconciliation import (
    Acting,
    Difference,
    Known,
    Side,
    StatementNotOurs,
)
from services.banking.rules.second_person import MakerIsChecker

DAY = date(2025, 10, 22)
STATEMENT = UUID(int=9)
NOW = datetime(2025, 10, 23, 1, tzinfo=UTC)
DIFFERENCES = st.lists(
    st.builds(
        Difference,
        st.sampled_from(["missing-here", "missing-there", "amount-differs"]),
        st.sampled_from(["A", "B"]),
        st.none(),
        st.sampled_from([None, 1]),
        st.sampled_from([None, 2]),
    ),
    unique=True,
)


def acting(officer: str = "maker") -> Acting:
    return Acting(officer, Cause(new_id(), new_id()), NOW)


def known(difference: Difference, **changed: object) -> Known:
    values = {
        "difference_id": difference.id_on(DAY), "day": DAY, "difference": difference,
        "state": "open", "explained_by": None, "suspense": 0, "statement_id": STATEMENT,
    }  # fmt: skip
    return Known(**values | changed)  # type: ignore[arg-type]


@given(before=DIFFERENCES, now=DIFFERENCES, states=st.data())
def test_what_is_new_is_found_and_what_is_gone_is_resolved(
    before: list[Difference], now: list[Difference], states: st.DataObject
) -> None:
    drawn = st.sampled_from(["open", "explained", "accepted", "resolved"])
    record = [known(each, state=states.draw(drawn)) for each in before]
    events = list(
        reconciliation.changes(now, record, day=DAY, statement_id=STATEMENT, acting=acting())
    )
    standing = {e.difference_id for e in record if e.state != "resolved"}
    for event in events:
        if isinstance(event, DifferenceFound):
            assert event.difference_id not in standing
            standing.add(event.difference_id)
        else:
            assert isinstance(event, DifferenceResolved)
            standing.remove(event.difference_id)
    assert standing == {each.id_on(DAY) for each in now}
    assert len({event.event_id for event in events}) == len(events)


@given(ours=st.integers(1, 10**12) | st.none(), theirs=st.integers(1, 10**12) | st.none())
def test_suspense_is_what_the_rail_moved_beyond_our_book(
    ours: int | None, theirs: int | None
) -> None:
    difference = Difference("amount-differs", "A", None, ours, theirs)
    explained = known(difference, state="explained", explained_by="maker")
    ledger = Ledger({SUSPENSE: 0, OTHER_BANKS: 0})
    accepted = reconciliation.accept(
        explained, ledger=ledger, reference=new_id(), acting=acting("checker")
    )
    moved = accepted.transfer.amount if accepted.transfer else 0
    assert moved == max(0, (theirs or 0) - (ours or 0))
    assert ledger.balances == {SUSPENSE: -moved, OTHER_BANKS: moved}


def test_another_amount_is_another_difference_and_the_same_is_the_same() -> None:
    one = Difference("amount-differs", "A", None, 5, 6)
    assert one.id_on(DAY) == Difference("amount-differs", "A", UUID(int=1), 5, 6).id_on(DAY)
    others = [
        one._replace(their_amount=7), one._replace(kind="missing-here"),
        one._replace(rail_reference="B"),
    ]  # fmt: skip
    ids = {each.id_on(DAY) for each in others} | {one.id_on(DAY + timedelta(days=1))}
    assert len(ids | {one.id_on(DAY)}) == 5


def test_whoever_explained_does_not_accept() -> None:
    explained = known(
        Difference("missing-here", "A", None, None, 1), state="explained", explained_by="maker"
    )
    with pytest.raises(MakerIsChecker):
        reconciliation.accept(
            explained, ledger=Ledger({}), reference=new_id(), acting=acting("maker")
        )


def test_a_statement_that_fits_nothing_is_not_ours() -> None:
    sides = [
        Side(str(place), 1, None, None, None, moved_again=False)
        for place in range(reconciliation.DIFFERENCES_MAX + 1)
    ]
    assert len(reconciliation.differences(sides[1:], [])) == reconciliation.DIFFERENCES_MAX
    with pytest.raises(StatementNotOurs):
        reconciliation.differences(sides, [])


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001  (made aware below)
def test_every_instant_lies_in_its_day(naive: datetime) -> None:
    at = naive.replace(tzinfo=UTC)
    day = local_day(at)
    assert begins_at(day) <= at < ends_at(day)


def test_each_thing_that_is_missing_is_named() -> None:
    good = Books(5, 5, 0, 0, 0)
    evening = Evening(
        day=DAY, statement_id=STATEMENT, has_lines=True, matched=3, differences=0, pending=(),
        earlier_open=None, unknown=2, books=good,
    )  # fmt: skip
    cause = Cause(new_id(), new_id())
    closed = days.close(evening, officer="kepala", cause=cause, now=NOW)
    assert (closed.matched, closed.unknown, closed.debits) == (3, 2, 5)
    for changed, words in (
        ({"statement_id": None}, "no statement"),
        ({"has_lines": False}, "send the same file again"),
        ({"earlier_open": date(2025, 10, 20)}, "2025-10-20 is not closed"),
        ({"books": good._replace(credits=4)}, "do not balance"),
        ({"books": good._replace(accounts_off=1)}, "do not balance"),
        ({"books": good._replace(accounts_overdrawn=1)}, "do not balance"),
        ({"books": good._replace(sum_of_balances=1)}, "do not balance"),
    ):
        with pytest.raises(days.DayNotReady, match=words):
            days.close(
                evening._replace(**changed),
                officer="kepala",
                cause=cause,
                now=NOW,
            )
    pending = [days.Pending(new_id(), "missing-here", f"R{n}", "open") for n in range(25)]
    with pytest.raises(days.DayNotReady, match="and 5 more") as refused:
        days.close(evening._replace(pending=pending), officer="kepala", cause=cause, now=NOW)
    assert "R19" in str(refused.value)
    with pytest.raises(days.DayNotOver):
        days.close(evening, officer="kepala", cause=cause, now=ends_at(DAY) - timedelta(1))
