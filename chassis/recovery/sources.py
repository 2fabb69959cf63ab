"""Where the numbered events of a service are read again: its topic, or the archive."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from chassis import archive
from chassis.bus.admission import Record, Stream

RECORDS_MAX = 2_000
"""Of one portion: each becomes one transaction."""


class SourceIncomplete(RuntimeError):
    """What was to be read again does not hold every number; the text says what is missing."""


class Source(Protocol):
    """Numbered events, as they were sent."""

    def records(self, after: Mapping[Stream, int]) -> AsyncIterator[list[Record]]:
        """The records of these streams behind the numbers given, each once and each stream in its
        order, a portion at a time, to the ends as they are now. Raises: SourceIncomplete.
        """


@dataclass(frozen=True)
class FromArchive:
    """The archive that the audit service keeps of every topic."""

    folder: Path

    async def records(self, after: Mapping[Stream, int]) -> AsyncIterator[list[Record]]:
        """As `Source` says."""
        for stream, seq in after.items():
            found = self._records(stream, seq)
            while portion := await asyncio.to_thread(lambda: list(islice(found, RECORDS_MAX))):  # noqa: B023
                yield portion

    def _records(self, stream: Stream, seq: int) -> Iterator[Record]:
        try:
            for each in archive.records(self.folder, *stream, after=seq):
                yield Record(
                    stream, each.seq, each.body, each.event_id, each.type, each.key, each.headers
                )
        except archive.NotWhole as error:
            raise SourceIncomplete(str(error)) from error


@dataclass(frozen=True)
class InTurn:
    """One source, and from where it ends the next."""

    sources: Sequence[Source]

    async def records(self, after: Mapping[Stream, int]) -> AsyncIterator[list[Record]]:
        """As `Source` says."""
        reached = dict(after)
        for source in self.sources:
            async for records in source.records(dict(reached)):
                reached |= {each.stream: each.seq for each in records}
                yield records
