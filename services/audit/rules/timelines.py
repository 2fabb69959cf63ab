"""A timeline as a picture: a lane a service, time downwards, arrows from causes to effects.

Events of one kind that follow one another stand together at one stop, so that a picture stays
readable. Values in, values out; lengths are in pixels.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from chassis.local_time import local_day
from services.audit.rules.shown import owner

TOGETHER_MIN = 3
"""So many of a kind in a row, on one day, stand at one stop."""
TIMES_WIDTH, LANE_WIDTH, TOP, ROW = 250, 280, 44, 30
_OWNERS = ("enrollment", "banking", "claims", "audit")


class Happening(NamedTuple):
    """One event of a timeline."""

    event_id: UUID
    causation_id: UUID | None
    occurred_at: datetime
    type: str
    amount: int | None
    topic: str
    shard: int
    seq: int
    officers: str
    month: str | None


class Linked(NamedTuple):
    """One event of the chain of causes around another."""

    step: int
    """Below zero it led there, above zero it followed."""
    seconds: int
    event_id: UUID
    causation_id: UUID | None
    occurred_at: datetime
    type: str
    amount: int | None
    topic: str
    shard: int
    seq: int
    officers: str


class Stop(NamedTuple):
    """What stands at one height: an event, or several of a kind."""

    x: int
    y: int
    events: tuple[Happening, ...]
    since_s: float | None
    """Seconds since the stop before; None at the first."""

    @property
    def first(self) -> Happening:
        """The earliest of it."""
        return self.events[0]

    @property
    def amount(self) -> int | None:
        """Of all of it; None when no event has one."""
        amounts = [each.amount for each in self.events if each.amount is not None]
        return sum(amounts) if amounts else None


class Arrow(NamedTuple):
    """From what led to something, to what it led to."""

    path: str
    """As SVG writes it."""
    words: str


class Lane(NamedTuple):
    """The line of a service."""

    name: str
    x: int


class Picture(NamedTuple):
    """A page of a timeline."""

    width: int
    height: int
    lanes: tuple[Lane, ...]
    stops: tuple[Stop, ...]
    arrows: tuple[Arrow, ...]


def in_order(happenings: Iterable[Happening]) -> list[Happening]:
    """Events in the order of time, and of one instant the causes before what they led to."""
    timed = sorted(happenings, key=lambda each: each.occurred_at)  # the order within stays
    by_id = {each.event_id: each for each in timed}
    ordered: list[Happening] = []
    met: set[UUID] = set()
    for event in timed:
        waiting: list[Happening] = []
        one: Happening | None = event
        while one is not None and one.event_id not in met:
            met.add(one.event_id)
            waiting.append(one)
            cause = by_id.get(one.causation_id) if one.causation_id else None
            one = cause if cause and cause.occurred_at == one.occurred_at else None
        ordered += reversed(waiting)
    return ordered


def picture(happenings: Sequence[Happening]) -> Picture:
    """Draw events that are in order."""
    owners = {owner(each.type) for each in happenings}
    names = [name for name in _OWNERS if name in owners] + sorted(owners - set(_OWNERS))
    lanes = tuple(Lane(name, TIMES_WIDTH + place * LANE_WIDTH) for place, name in enumerate(names))
    stops = tuple(_stops(happenings, {lane.name: lane.x for lane in lanes}))
    width = TIMES_WIDTH + max(1, len(lanes)) * LANE_WIDTH
    return Picture(width, TOP + len(stops) * ROW, lanes, stops, tuple(_arrows(stops)))


def elapsed_s(before: Happening, after: Happening) -> float:
    """Seconds between two events."""
    return (after.occurred_at - before.occurred_at).total_seconds()


def _stops(happenings: Iterable[Happening], lanes: dict[str, int]) -> Iterable[Stop]:
    before: Happening | None = None
    for row, events in enumerate(_together(happenings)):
        since = elapsed_s(before, events[0]) if before else None
        yield Stop(lanes[owner(events[0].type)], TOP + row * ROW + ROW // 2, events, since)
        before = events[-1]


def _together(happenings: Iterable[Happening]) -> Iterable[tuple[Happening, ...]]:
    for _, of_a_kind in groupby(happenings, key=_kind_and_day):
        events = tuple(of_a_kind)
        if len(events) >= TOGETHER_MIN:
            yield events
        else:
            yield from ((each,) for each in events)


def _kind_and_day(event: Happening) -> tuple[str, date]:
    return event.type, local_day(event.occurred_at)


def _arrows(stops: Sequence[Stop]) -> Iterable[Arrow]:
    standing = {each.event_id: stop for stop in stops for each in stop.events}
    drawn = set()
    for effect in stops:
        for event in effect.events:
            cause = standing.get(event.causation_id) if event.causation_id else None
            if cause is None or cause is effect or (cause.y, effect.y) in drawn:
                continue
            drawn.add((cause.y, effect.y))
            yield Arrow(_path(cause, effect), f"{cause.first.type} led to {effect.first.type}")


def _path(cause: Stop, effect: Stop) -> str:
    """A curve from dot to dot; within a lane it goes round on the left."""
    down = 1 if effect.y >= cause.y else -1
    start, end = cause.y + 6 * down, effect.y - 8 * down
    if cause.x == effect.x:
        bulge = cause.x - min(60, 14 + abs(effect.y - cause.y) // 8)
        return f"M{cause.x} {start}C{bulge} {start} {bulge} {end} {effect.x} {end}"
    middle = (start + end) // 2
    return f"M{cause.x} {start}C{cause.x} {middle} {effect.x} {middle} {effect.x} {end}"
