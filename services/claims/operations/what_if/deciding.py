"""The projections of claims, with every decision taken again before it is applied."""

from collections.abc import Collection, Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.projections import Projections
from contracts.claims import (
    ClaimApproved,
    ClaimPaid,
    ClaimRejected,
    CompensationAwarded,
    LinesReleased,
    ScholarshipDecided,
)
from contracts.event import Event
from services.claims.operations.what_if import consequences, decisions
from services.claims.operations.what_if.terms import Notes, Terms
from services.claims.projections import projections
from services.claims.queries.coverage import facts_of_cover
from services.claims.queries.standings import DecidedFile, decided_files

_CLOSINGS = (CompensationAwarded, LinesReleased)
_DECIDED = (ClaimApproved, ClaimRejected, ScholarshipDecided, ClaimPaid)


class DecidingAgain(Projections):
    """Where the replay meets a decision, another takes its place by the terms. `live` is the
    snapshot of the running service; it is read only."""

    def __init__(self, live: AsyncSession, terms: Terms, *, filed_anew: Collection[UUID]) -> None:
        super().__init__(projections)
        self._live, self._terms, self._filed_anew = live, terms, filed_anew
        self.notes = Notes()

    async def apply_run(self, session: AsyncSession, run: Sequence[Event]) -> None:
        """Decide the run again, and change the scratch tables as it came out."""
        again = await self._again(session, run)
        for _, same in groupby(sorted(again, key=_name), key=_name):
            await super().apply_run(session, list(same))

    async def _again(self, session: AsyncSession, run: Sequence[Event]) -> Sequence[Event]:
        if isinstance(run[0], _CLOSINGS):
            return await consequences.closings(session, run, self._terms)  # type: ignore[arg-type]
        if not isinstance(run[0], _DECIDED):
            return run
        files = await decided_files(session, (event.claim_id for event in run))  # type: ignore[attr-defined]
        again = [await self._decided(event, files[event.claim_id]) for event in run]  # type: ignore[attr-defined]
        return [event for event in again if event is not None]

    async def _decided(self, event: Event, file: DecidedFile) -> Event | None:
        terms, notes = self._terms, self.notes
        if isinstance(event, ClaimPaid):
            return consequences.payment(event, file)
        notes.decisions.add(event.event_id)
        if isinstance(event, ClaimApproved):
            return decisions.approval(event, file, terms, notes)
        if isinstance(event, ScholarshipDecided):
            return consequences.school_year(event, file, terms, notes)
        return await self._rejected(event, file)

    async def _rejected(self, event: Event, file: DecidedFile) -> Event:
        if not isinstance(event, ClaimRejected):
            return event
        if event.ground is None:
            why = "rejected in an officer's own words, which no rule decides"
            decisions.leave(event, file, why, self.notes)
            return event
        covers = await facts_of_cover(self._live, [event.worker_id])
        known = decisions.KnownElsewhere(
            covers[event.worker_id], event.claim_id in self._filed_anew
        )
        return decisions.rejection(event, file, known, self._terms, self.notes)


def _name(event: Event) -> str:
    return event.type
