"""The what-if as a whole: the record again by its own rules, then by the others, and the two laid
side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.state.projections import Projections
from chassis.state.replay.applying import Sources, Tell, apply_part
from chassis.state.replay.cut import Cut, Part, cut_of
from chassis.state.replay.replaying import snapshot
from chassis.state.replay.scratch import scratch, scratch_engine
from services.claims.models import Table
from services.claims.operations.what_if.deciding import DecidingAgain
from services.claims.operations.what_if.terms import Notes, Terms, terms_of
from services.claims.queries.standings import filed_anew, standings
from services.claims.rules.amendments import Amendment
from services.claims.rules.standings import Standings
from services.claims.settings import Settings


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
    owner: AsyncEngine,
    settings: Settings,
    changes: Sequence[Amendment],
    *,
    tell: Tell = lambda _events: None,
) -> WhatIf:
    """Decide every claim again, first by the rules in force and then with these changes. `tell` is
    told of each portion how many events were applied.

    The facts of an approval are those that it keeps; the facts of cover of a rejection are read
    from the replicas. So the topics of others are not read again: that their copies are true is for
    `tameng replay claims` to say.
    """
    async with snapshot(owner) as live:
        cut = await own(live)
        recorded = await standings(live)
        again = await _replayed(owner, live, cut, terms_of(settings, ()), tell)
        terms = terms_of(settings, changes)
        is_same = not terms.without or recorded != again.standings
        other = again if is_same else await _replayed(owner, live, cut, terms, tell)
        return WhatIf(cut.events, recorded, again, other)


async def own(live: AsyncSession) -> Cut:
    """The service's own events, up to what the snapshot holds."""
    cut = await cut_of(live)
    return Cut(own=cut.own, heard={}, parked=frozenset())


async def _replayed(
    owner: AsyncEngine, live: AsyncSession, cut: Cut, terms: Terms, tell: Tell
) -> Replayed:
    deciding = DecidingAgain(live, terms, filed_anew=await filed_anew(live))
    async with scratch(owner, Table.metadata) as schema:
        await apply_part(owner, Part(schema, cut), Sources(deciding, Projections()), tell=tell)
        engine = scratch_engine(owner, schema, connections=1)
        try:
            async with AsyncSession(engine) as made:
                return Replayed(await standings(made), deciding.notes)
        finally:
            await engine.dispose()
