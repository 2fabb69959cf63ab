"""Events of an older major version are read as the present one, by replays and consumers alike."""

from typing import ClassVar
from uuid import UUID

import pytest

from chassis.bus.admission import Record, Stream
from chassis.bus.reading import Unreadable, event_of
from chassis.recovery.own_log import events_of
from chassis.state.event_log import LogRow
from chassis.state.projections import Projections
from chassis.state.replay import ReplayImpossible
from chassis.state.replay.sources import Row, own_events
from contracts.event import Event
from contracts.upcasting import UPCASTS, Body, Upcasts

ID = UUID(int=7)


class ThingMade(Event):
    """Of the third version, which counts in pieces and names a colour."""

    type: ClassVar[str] = "banking.thing-made.v3"
    key_field: ClassVar[str] = "thing_id"

    thing_id: UUID
    pieces: int
    colour: str


BODY = (
    f'{{"event_id":"{ID}","occurred_at":"2025-07-01T00:00:00Z","causation_id":"{ID}",'
    f'"correlation_id":"{ID}","thing_id":"{ID}","dozens":2}}'
).encode()
KNOWN = {ThingMade.type: ThingMade}


def in_pieces(body: Body) -> Body:
    """Version 2 counts in pieces."""
    dozens = body.pop("dozens")
    return {**body, "pieces": dozens * 12}


def with_a_colour(body: Body) -> Body:
    """Version 3 names the colour: there was only one."""
    return {**body, "colour": "white"}


def record(name: str) -> Record:
    return Record(Stream("banking.events", 1), 1, BODY, ID, name, str(ID))


@pytest.fixture
def _steps(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Upcasts()
    made.step("banking.thing-made.v1", "banking.thing-made.v2")(in_pieces)
    made.step("banking.thing-made.v2", "banking.thing-made.v3")(with_a_colour)
    monkeypatch.setattr(UPCASTS, "_steps", made._steps)


@pytest.mark.usefixtures("_steps")
def test_a_first_version_is_read_as_the_third_by_consumers_and_replays() -> None:
    heard = event_of(record("banking.thing-made.v1"), KNOWN)
    assert isinstance(heard, ThingMade)
    assert (heard.pieces, heard.colour) == (24, "white")

    projections = Projections()
    projections.applies(ThingMade)(nothing)
    row = Row(1, 1, "banking.thing-made.v1", str(ID), ID, BODY)
    ((_, _, replayed),) = own_events([row], projections, where="event_log")
    assert replayed == heard

    logged = LogRow(1, 1, ID, "banking.thing-made.v1", str(ID), heard.occurred_at, ID, ID, BODY)
    assert events_of([logged], projections) == {1: [heard]}


async def nothing(_session: object, _events: object) -> None:
    """Apply it to nothing."""


def test_without_a_step_an_old_version_is_refused_and_named() -> None:
    with pytest.raises(Unreadable, match="major version"):
        event_of(record("banking.thing-made.v1"), KNOWN)
    projections = Projections()
    projections.applies(ThingMade)(nothing)
    row = Row(5, 9, "banking.thing-made.v1", str(ID), ID, BODY)
    with pytest.raises(
        ReplayImpossible, match=r"event_log, shard 5, number 9: banking\.thing-made"
    ):
        own_events([row], projections, where="event_log")


@pytest.mark.parametrize(
    ("beside", "passed_over"),
    [
        (f'"{ThingMade.type}"', True),
        ('"banking.thing-made.v2"', False),
        ('["banking.thing-made.v3"]', False),
        ("null", False),
        ("{", False),
    ],
)
def test_a_newer_version_is_passed_over_when_the_known_one_is_recorded_beside_it(
    beside: str, *, passed_over: bool
) -> None:
    body = BODY.replace(b'"dozens":2', f'"beside":{beside}'.encode())
    newer = Record(Stream("banking.events", 1), 1, body, ID, "banking.thing-made.v4", str(ID))
    if passed_over:
        assert event_of(newer, KNOWN) is None
    else:
        with pytest.raises(Unreadable, match="major version"):
            event_of(newer, KNOWN)


@pytest.mark.usefixtures("_steps")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a.b.v3", "a.b.v5"),
        ("a.b.v4", "a.c.v5"),
        ("banking.thing-made.v1", "banking.thing-made.v2"),
    ],
)
def test_a_step_leads_to_the_next_version_once(old: str, new: str) -> None:
    with pytest.raises(ValueError, match="next version"):
        UPCASTS.step(old, new)
