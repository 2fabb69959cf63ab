"""The what-if as a whole: the record again by its own prices, then by the other, and the two laid
side by side."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.state.replay.scratch import scratch, seen, snapshot
from chassis.state.runs import runs_by_key
from contracts.event import Event
from services.enrollment.models import Table
from services.enrollment.projections import projections
from services.enrollment.queries.money import Money, count, in_order, money, set_back
from services.enrollment.rules.what_if.books import Books
from services.enrollment.rules.what_if.deciding import (
    APPLIED,
    DECIDED,
    LAST,
    Otherwise,
    decide,
    otherwise,
)
from services.enrollment.rules.what_if.prices import Price

OTHERWISE_MAX = 50
"""Events that the record's own prices do not come to, told in full."""
Told = Callable[[int, int], None]
"""Told how many events were decided again, and of how many."""


@dataclass
class Replayed:
    """What all comes to by some prices."""

    books: Books
    money: Money = field(default_factory=lambda: Money({}, {}))
    differing: int = 0
    """Events that came out otherwise than they are recorded."""
    first: list[Otherwise] = field(default_factory=list)


@dataclass(frozen=True)
class WhatIf:
    """Three sides in one consistent cut: the record, the record decided again by its own prices,
    and by the other."""

    events: int
    set_back: int
    """Events before which the clock was set back."""
    recorded: Money
    again: Replayed
    other: Replayed
    """The same as `again`, when nothing changes or the record does not come out again."""

    @property
    def holds(self) -> bool:
        """Whether the record's own prices come to every event of it, and to its tables."""
        return not self.again.differing and self.again.money == self.recorded


async def what_if(owner: AsyncEngine, price: Price | None, *, told: Told) -> WhatIf:
    """Decide everything about places and money again, first by the prices that the programmes were
    opened with and then by this one."""
    async with snapshot(owner) as live:
        recorded, events = await money(live), await count(live, DECIDED)
        back = await set_back(live, DECIDED)
        deciding = _Deciding(owner, live, events if price is None else 2 * events, told)
        again = await deciding.by(Books(None))
        found = WhatIf(events, back, recorded, again, again)
        if price is None or not found.holds:
            return found
        other = await deciding.by(Books(price, would_fit=again.books.would_fit))
        return WhatIf(events, back, recorded, again, other)


@dataclass
class _Deciding:
    owner: AsyncEngine
    live: AsyncSession
    most: int
    told: Told
    done: int = 0

    async def by(self, books: Books) -> Replayed:
        """Fill a scratch schema with what these books make of the record."""
        found = Replayed(books)
        async with (
            scratch(self.owner, Table.metadata) as schema,
            seen(self.owner, schema) as made,
        ):
            async for events in in_order(self.live, DECIDED, last=LAST):
                await _apply(made, _again(found, events))
                self.done += len(events)
                self.told(self.done, self.most)
            found.money = await money(made)
        return found


def _again(found: Replayed, events: Sequence[Event]) -> Iterable[Event]:
    for event in events:
        again = decide(found.books, event)
        if found.books.other is None and (differs := otherwise(event, again)) is not None:
            found.differing += 1
            if len(found.first) < OTHERWISE_MAX:
                found.first.append(differs)
        if again is not None and again.type in APPLIED:
            yield again


async def _apply(made: AsyncSession, events: Iterable[Event]) -> None:
    by_key: dict[str, deque[Event]] = {}
    for event in events:
        by_key.setdefault(event.key, deque()).append(event)
    async with made.begin():
        for run in runs_by_key(by_key.values()):
            await projections.apply_run(made, run)
