"""What pages draw and how they write it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.audit.rules import completeness, shown, timelines
from services.audit.rules.completeness import Place, Told
from services.audit.rules.paging import Paging
from services.audit.rules.timelines import Happening

START = datetime(2025, 7, 1, 1, tzinfo=UTC)


def happening(number: int, kind: str, *, cause: int | None = None) -> Happening:
    led_to_by = None if cause is None else UUID(int=cause)
    at = START + timedelta(hours=number)
    return Happening(
        UUID(int=number),
        led_to_by,
        at,
        kind,
        10,
        shown.owner(kind) + ".events",
        0,
        number,
        "",
        None,
    )


def test_a_picture_has_a_lane_a_service_and_an_arrow_a_cause() -> None:
    drawn = timelines.picture(
        [
            happening(1, "enrollment.a.v1"),
            happening(2, "banking.b.v1", cause=1),
            happening(5, "banking.c.v1", cause=2),
            happening(6, "banking.c.v1", cause=99),
        ]
    )
    assert [lane.name for lane in drawn.lanes] == ["enrollment", "banking"]
    assert [arrow.words for arrow in drawn.arrows] == [
        "enrollment.a.v1 led to banking.b.v1", "banking.b.v1 led to banking.c.v1",
    ]  # fmt: skip
    assert [stop.since_s for stop in drawn.stops] == [None, 3_600, 10_800, 3_600]
    assert len({(stop.x, stop.y) for stop in drawn.stops}) == 4


def test_two_hundred_events_of_a_kind_stand_at_one_stop() -> None:
    many = [
        happening(each, "enrollment.enrolled.v1", cause=1_000)._replace(occurred_at=START)
        for each in range(200)
    ]
    drawn = timelines.picture([happening(1_000, "enrollment.sent.v1"), *many])
    assert [len(stop.events) for stop in drawn.stops] == [1, 200]
    assert len(drawn.arrows) == 1
    assert drawn.stops[1].amount == 2_000
    assert drawn.height < 200


def test_of_one_instant_causes_come_before_what_they_led_to() -> None:
    def at_once(number: int, cause: int) -> Happening:
        return happening(number, "banking.b.v1", cause=cause)._replace(occurred_at=START)

    mixed = [
        at_once(1, 2),
        at_once(2, 3),
        at_once(3, 4),
        at_once(9, 9),
        happening(4, "claims.a.v1"),
    ]
    ordered = timelines.in_order(mixed)
    assert [each.seq for each in ordered] == [3, 2, 1, 9, 4]


def told(head: int, **applied: int) -> Told:
    places = {Place(owner, 0): number for owner, number in applied.items()}
    return Told({0: head}, {0: head}, places, frozenset())


def test_what_lies_behind_or_is_stuck_is_marked() -> None:
    good = {"enrollment": told(5, banking=3), "banking": told(3, enrollment=5),
            "audit": told(1, enrollment=5, banking=3, audit=1)}  # fmt: skip
    found = list(completeness.topics([0], good))
    assert all(topic.is_complete for topic in found)
    assert [reader.name for reader in found[0].readers] == [
        "recorded", "sent", "archived", "applied by banking",
    ]  # fmt: skip
    stuck = good["banking"]._replace(stuck=frozenset({Place("enrollment", 0)}))
    behind = told(1, enrollment=4, banking=3, audit=1)
    unsent = good["enrollment"]._replace(sent={0: 4})
    for changed in ({"banking": stuck}, {"audit": behind}, {"enrollment": unsent}):
        topics = list(completeness.topics([0], good | changed))
        assert [topic.is_complete for topic in topics] == [False, True, True]
    silent = list(completeness.topics([0], good | {"enrollment": None}))
    assert [topic.is_complete for topic in silent] == [False, True, True]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.6, "1 min"), (3_661, "1 h 1 min"), (90_000, "1 d 1 h"), (-61, "-1 min 1 s"),
     (86_401, "1 d")],
)  # fmt: skip
def test_times_in_between_have_two_units(seconds: float, words: str) -> None:
    assert shown.elapsed(seconds) == words


def test_a_page_beyond_the_last_is_the_last() -> None:
    rows = list(range(250))
    assert Paging.of(250, 9, 100).cut(rows) == rows[200:]
    assert Paging.of(250, 2, 100).cut(rows) == rows[100:200]
    assert Paging.of(0, 1, 100)[2:] == (0, 0, 0)
    assert shown.rupiah(-16_800) == "-Rp16,800"
    assert shown.instant(datetime(2025, 7, 1, 17)) == "2025-07-02 01:00:00"  # noqa: DTZ001
    assert shown.written("2025-07-01T17:00:00+00:00") == "2025-07-02 01:00:00"
    for none in ("-", "soon", "9999-12-31T23:59:59+00:00"):
        assert shown.written(none) == none
