"""The what-if as a whole: the record again by its own rules, then by the others, and the two laid
side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.state.projections import Projections
from chassis.state.replay.applying import Done, Sources, apply_part
from chassis.state.replay.cut import Cut, Part, cut_of
from chassis.state.replay.log import Log
from chassis.state.replay.scratch import scratch, seen, snapshot
from services.claims.models import Table
from services.claims.operations.what_if.deciding import DecidingAgain
from services.claims.operations.what_if.terms import Notes, Terms, terms_of
from services.claims.queries.standings import filed_anew, standings
from services.claims.rules.amendments import Amendment
from services.claims.rules.standings import Standings
from services.claims.settings import Settings

Told = Callable[[int, int], None]
"""Told how many events were applied, and of how many."""


@dataclass(frozen=True)
class Replayed:
    """How claims come out by some rules, and what was noted on the way."""

    standings: Standings
    notes: Notes


@dataclass(frozen=True)
class WhatIf:
    """Three sides in one consistent cut: the record, the record decided again by the rules in
    force, and by the others."""

    events: int
    recorded: Standings
    again: Replayed
    other: Replayed
    """The same as `again`, when nothing changes or the record does not come out again."""

    @property
    def holds(self) -> bool:
        """Whether the rules in force come to every decision of the record, to the rupiah."""
        return self.recorded == self.again.standings


async def what_if(
    owner: AsyncEngine, settings: Settings, changes: Sequence[Amendment], *, told: Told
) -> WhatIf:
    """Decide every claim again, first by the rules in force and then with these changes.

    The facts of an approval are those that it keeps; the facts of cover of a rejection are read
    from the replicas. So the topics of others are not read again: that their copies are true is for
    `tameng replay claims` to say.
    """
    in_force, terms = terms_of(settings, ()), terms_of(settings, changes)
    passes = 2 if terms.without else 1
    async with snapshot(owner) as live:
        recorded, events = await standings(live), (await _own(live)).events
        progress = _Progress(passes * events, told)
        again = await _replayed(owner, live, in_force, progress)
        other = again
        if terms.without and recorded == again.standings:
            other = await _replayed(owner, live, terms, progress)
        return WhatIf(events, recorded, again, other)


@dataclass
class _Progress:
    events: int
    told: Told
    done: int = 0

    def count(self, portion: Done) -> None:
        self.done += portion.events
        self.told(self.done, self.events)


async def _replayed(
    owner: AsyncEngine, live: AsyncSession, terms: Terms, progress: _Progress
) -> Replayed:
    deciding = DecidingAgain(live, terms, filed_anew=await filed_anew(live))
    sources = Sources(deciding, Log(owner, deciding), Projections())
    async with scratch(owner, Table.metadata) as schema:
        part = Part(schema, await _own(live))
        await apply_part(owner, part, sources, tell=progress.count)
        async with seen(owner, schema) as made:
            return Replayed(await standings(made), deciding.notes)


async def _own(live: AsyncSession) -> Cut:
    """The service's own events, up to what the snapshot holds."""
    return Cut(own=(await cut_of(live)).own, heard={}, parked=frozenset())
