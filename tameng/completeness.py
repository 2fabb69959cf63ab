"""Is everything that was published archived, and applied by every reader?"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from tameng import drain
from tameng.drain import LISTENS_TO
from tameng.offices import Answer, Office
from tameng.reports import Section

PATIENCE_S = 60
POLL_S = 1.0
_READ = {"audit": "archived"}


@dataclass(frozen=True)
class Line:
    """How far one reader is with one owner's events."""

    owner: str
    reader: str
    recorded: int
    missing: int
    """Of those that were recorded when the looking began."""
    gaps: int
    parked: int

    @property
    def is_complete(self) -> bool:
        """Whether nothing is amiss."""
        return not (self.missing or self.gaps or self.parked)


async def completeness(admin: Office) -> list[Line]:
    """A line for each owner and reader. What is recorded now has a minute to arrive everywhere;
    the services may record more meanwhile. Raises: Problem."""
    wanted = {owner: drain.heads(status) for owner, status in (await drain.statuses(admin)).items()}
    lines = _lines(await drain.statuses(admin), wanted)
    for _ in range(int(PATIENCE_S / POLL_S)):
        if not any(line.missing for line in lines):
            break
        await asyncio.sleep(POLL_S)
        lines = _lines(await drain.statuses(admin), wanted)
    return lines


def _lines(found: Mapping[str, Answer], wanted: Mapping[str, Mapping[int, int]]) -> list[Line]:
    return [
        _line(owner, reader, found[reader], wanted[owner])
        for reader, owners in LISTENS_TO.items()
        for owner in owners
    ]


def _line(owner: str, reader: str, status: Answer, heads: Mapping[int, int]) -> Line:
    streams = [row for row in status["streams"] if drain.owner_of(row["topic"]) == owner]
    reached = {row["shard"]: row["watermark"] for row in streams}
    return Line(
        owner,
        reader,
        recorded=sum(heads.values()),
        missing=sum(max(0, head - reached.get(shard, 0)) for shard, head in heads.items()),
        gaps=sum(bool(row["gap"]) for row in streams),
        parked=sum(row["parked"] for row in streams),
    )


def section(lines: list[Line]) -> Section:
    """The lines for a report."""
    return Section(
        "Completeness: recorded, archived, applied",
        ("Recorded by", "Reader", "Recorded", "Not there", "Shards with a gap", "Parked", ""),
        [
            (
                line.owner,
                f"{line.reader} ({_READ.get(line.reader, 'applied')})",
                f"{line.recorded:,}",
                f"{line.missing:,}",
                f"{line.gaps:,}",
                f"{line.parked:,}",
                "complete" if line.is_complete else "NOT complete",
            )
            for line in lines
        ],
    )
