"""Where a consumer's records go: the service's database, one transaction a poll."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chassis.bus import parking, watermarks
from chassis.bus.admission import Admission, Record, Stream, admit
from chassis.bus.handlers import Handlers
from chassis.failpoints import failpoint
from chassis.faults import is_passing
from chassis.state.unit import EVERYWHERE, Units
from chassis.traces import described


class Store(Protocol):
    """What keeps the effects of records, and how far it has come, together."""

    async def apply(self, records: Sequence[Record]) -> Admission:
        """Keep the records that follow on. When it raises, they have to come again, all of them:
        those that were kept by then are dropped as duplicates."""

    async def watermarks(self) -> dict[Stream, int]:
        """The number reached in each stream."""


@dataclass(frozen=True)
class Database:
    """Applies records through the handlers; a record that cannot be applied is parked."""

    units: Units
    handlers: Handlers

    async def apply(self, records: Sequence[Record]) -> Admission:
        """Handle the records and move the watermarks, in one transaction, or in a few where the
        handlers ask for it. Raises: what passes by itself; what was kept before stays so.
        """
        admission = Admission()
        for portion in self.handlers.portions(records):
            admission = admission.followed_by(await self._keep(portion))
        return admission

    async def _keep(self, records: Sequence[Record]) -> Admission:
        """Handle the records and move the watermarks in one transaction.

        A failure that belongs to no run, as one of the final append to the log, is narrowed down
        by halves until a single record is parked for it. Raises: what passes by itself.
        """
        try:
            return await self._apply(records)
        except Exception as error:
            if is_passing(error):
                raise
            if len(records) == 1:
                return await self._apply(records, unhandled=described(error))
        half = len(records) // 2
        first, second = await self._keep(records[:half]), await self._keep(records[half:])
        return first.followed_by(second)

    async def watermarks(self) -> dict[Stream, int]:
        """The number reached in each stream."""
        async with self.units.engine.connect() as connection:
            return await watermarks.reached(connection)

    async def _apply(self, records: Sequence[Record], *, unhandled: str | None = None) -> Admission:
        if not records:
            return Admission()
        async with self.units.bulk(area=EVERYWHERE) as unit:
            marks = await watermarks.lock(unit.session, (record.stream for record in records))
            admission = admit(records, watermarks=marks)
            await failpoint("store.admitted")
            if admission.applied:
                admission.parked = await parking.handle(
                    unit, self.handlers, admission.applied, unhandled=unhandled
                )
                await failpoint("store.handled")
                await watermarks.advance(unit.session, marks, admission.watermarks)
        return admission
