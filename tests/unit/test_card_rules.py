"""Batches by village, what becomes of a card, and the working days that the law allows."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import working_days
from chassis.local_time import local_day
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import ProgrammeId, WorkerId
from services.enrollment.adapters import card_sheets, handout_lists
from services.enrollment.rules.cards import (
    BATCH_CARDS_MAX,
    DELIVERY_DAYS,
    PRINTING_DAYS,
    BatchHandedOver,
    CardGone,
    CardHandedOver,
    Cardless,
    CardNotInBatch,
    Handover,
    HeldCard,
    MemberEnded,
    begun_before,
    days_over,
    deliver_batch,
    deliver_card,
    due_on,
    print_batches,
    report_lost,
)

CAUSE = Cause(UUID(int=1), UUID(int=1))
NOW = datetime(2025, 7, 8, 1, tzinfo=UTC)
PROGRAMME = ProgrammeId(UUID(int=2))
HOW = Handover("an officer", "the village hall", "family")
VILLAGE = "53.71.04.1001"


def lacking(number: int, village_code: str = VILLAGE, lost: UUID | None = None) -> Cardless:
    return Cardless(WorkerId(UUID(int=number)), village_code, lost)


def held(
    number: int, *, delivered: bool = False, lost: bool = False, ended: bool = False
) -> HeldCard:
    worker_id = WorkerId(UUID(int=number))
    return HeldCard(UUID(int=number), worker_id, PROGRAMME, VILLAGE, delivered, lost, ended)


def printed(members: Sequence[Cardless]) -> list[tuple[UUID | None, str | None]]:
    events = print_batches(members, PROGRAMME, cause=CAUSE, officer="an officer", now=NOW)
    return [(each.batch_id, each.village_code) for each in events]


def test_each_village_has_a_batch_of_its_own() -> None:
    found = printed([lacking(1), lacking(2), lacking(3, "53.71.04.1008")])
    assert [village for _, village in found] == [VILLAGE, VILLAGE, "53.71.04.1008"]
    assert found[0] == found[1] != found[2]
    assert found == printed([lacking(1), lacking(2), lacking(3, "53.71.04.1008")])


def test_a_batch_is_no_larger_than_its_papers_may_be() -> None:
    assert min(card_sheets.CARDS_MAX, handout_lists.CARDS_MAX) >= BATCH_CARDS_MAX
    many = [lacking(n) for n in range(BATCH_CARDS_MAX + 1)]
    found = printed([*many, lacking(0, "53.71.04.1008")])
    assert [village for _, village in found].count(VILLAGE) == BATCH_CARDS_MAX
    assert found[-1][1] == "53.71.04.1008"


def test_a_card_says_which_one_it_replaces() -> None:
    (event,) = print_batches(
        [lacking(1, lost=UUID(int=9))], PROGRAMME, cause=CAUSE, officer="an officer", now=NOW
    )
    assert event.replaces == UUID(int=9) != event.card_id


@pytest.mark.parametrize(
    ("card", "refusal"),
    [
        (held(1, delivered=True), CardHandedOver),
        (held(1, lost=True), CardGone),
        (held(1, delivered=True, lost=True), CardGone),
        (held(1, ended=True), MemberEnded),
    ],
)
def test_only_a_card_that_waits_is_handed_over(card: HeldCard, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        deliver_card(card, HOW, cause=CAUSE, now=NOW)
    assert not card.waits


def test_handing_over_says_who_where_and_to_whom() -> None:
    event = deliver_card(held(1), HOW, cause=CAUSE, now=NOW)
    assert (event.delivered_by, event.place, event.handed_to) == HOW
    assert (event.card_id, event.occurred_at) == (UUID(int=1), NOW)


def test_of_a_batch_those_go_out_that_wait_and_were_collected() -> None:
    batch = [held(1), held(2), held(3, delivered=True), held(4, lost=True), held(5, ended=True)]
    found = deliver_batch(batch, HOW, uncollected={UUID(int=2)}, cause=CAUSE, now=NOW)
    assert [each.card_id for each in found] == [UUID(int=1)]


def test_a_batch_that_nobody_came_for_is_no_refusal() -> None:
    found = deliver_batch([held(1)], HOW, uncollected={UUID(int=1)}, cause=CAUSE, now=NOW)
    assert list(found) == []


def test_a_batch_without_waiting_cards_and_cards_of_others_are_refused() -> None:
    with pytest.raises(BatchHandedOver):
        deliver_batch([held(1, delivered=True)], HOW, uncollected=(), cause=CAUSE, now=NOW)
    with pytest.raises(CardNotInBatch, match=str(UUID(int=7))):
        deliver_batch([held(1)], HOW, uncollected={UUID(int=7)}, cause=CAUSE, now=NOW)


@pytest.mark.parametrize("delivered", [True, False])
def test_a_card_is_lost_once_handed_over_or_not(delivered: bool) -> None:
    card = held(1, delivered=delivered)
    event = report_lost(card, reason="x", officer="an officer", cause=CAUSE, now=NOW)
    assert (event.card_id, event.reported_by) == (card.card_id, "an officer")
    with pytest.raises(CardGone):
        report_lost(held(1, lost=True), reason="x", officer="o", cause=CAUSE, now=NOW)


@pytest.mark.parametrize(
    ("since", "days", "due"),
    [
        (datetime(2025, 7, 7, 1, tzinfo=UTC), DELIVERY_DAYS, date(2025, 7, 10)),
        (datetime(2025, 7, 7, 1, tzinfo=UTC), PRINTING_DAYS, date(2025, 7, 16)),
        (datetime(2025, 7, 7, 17, tzinfo=UTC), DELIVERY_DAYS, date(2025, 7, 11)),  # the 8th there
        (datetime(2025, 8, 14, 1, tzinfo=UTC), DELIVERY_DAYS, date(2025, 8, 19)),
    ],
)
def test_working_days_are_counted_from_the_day_after(since: datetime, days: int, due: date) -> None:
    assert due_on(since, days=days) == due
    assert days_over(since, days=days, today=due) == 0
    assert days_over(since, days=days, today=working_days.after(due, days=2)) == 2


def slowly_over(since: datetime, *, days: int, today: date) -> int:
    """Day by day, as one counts on a calendar."""
    worked, day = 0, local_day(since)
    while day < today:
        day += timedelta(days=1)
        worked += working_days.is_working_day(day)
    return max(0, worked - days)


INSTANTS = st.integers(0, 365 * 24).map(lambda hours: NOW + timedelta(hours=hours))


@given(since=INSTANTS, waited=st.integers(0, 60), days=st.integers(0, 10))
def test_days_over_are_as_one_counts_them(since: datetime, waited: int, days: int) -> None:
    today = local_day(since) + timedelta(days=waited)
    assert days_over(since, days=days, today=today) == slowly_over(since, days=days, today=today)


@given(since=INSTANTS, waited=st.integers(0, 60), late=st.integers(1, 20))
def test_those_late_by_so_many_days_began_before_an_instant(
    since: datetime, waited: int, late: int
) -> None:
    today = local_day(since) + timedelta(days=waited)
    before = begun_before(today, days=DELIVERY_DAYS + late)
    assert (since < before) == (days_over(since, days=DELIVERY_DAYS, today=today) >= late)


@given(since=INSTANTS, waited=st.integers(0, 60))
def test_everything_of_today_began_before_tomorrow(since: datetime, waited: int) -> None:
    assert since < begun_before(local_day(since) + timedelta(days=waited), days=0)
