"""What audit does with the records of all topics: it archives them, whatever they hold."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from chassis.bus.admission import Admission, Record, Stream, admit
from chassis.bus.handlers import Handlers
from chassis.bus.subscription import Pace
from chassis.service import Running
from chassis.state.unit import EVERYWHERE, Units
from services.audit.adapters.archive import Archive
from services.audit.operations import findings
from services.audit.projections import replicas
from services.audit.settings import Settings

PACE = Pace(apart_s=0.25, backlog_records=2_000)
"""Each poll makes every shard that it has records of lasting on disk; nobody waits for it."""

handlers = Handlers(replicas)


@dataclass(frozen=True)
class ArchiveStore:
    """Keeps records in the archive. Its position is the last whole record on disk."""

    archive: Archive
    units: Units

    async def apply(self, records: Sequence[Record]) -> Admission:
        """Archive what follows on; a number that comes again must have the content it had.

        When it raises, some may have been kept: they are duplicates when they come again.
        """
        admission = admit(records, watermarks=self.archive.watermarks())
        await asyncio.to_thread(self.archive.append, admission.applied)
        differing = await asyncio.to_thread(self.archive.differing, admission.duplicates)
        if differing:
            async with self.units.bulk(area=EVERYWHERE) as unit:
                await findings.raise_differing(unit, differing)
        return admission

    async def watermarks(self) -> dict[Stream, int]:
        """The number of the last record on disk of each shard."""
        return self.archive.watermarks()


def store(running: Running[Settings]) -> ArchiveStore:
    """Where the records of one process go."""
    return ArchiveStore(running.tools.archive, running.units)
