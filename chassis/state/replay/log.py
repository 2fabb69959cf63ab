"""The service's own log as the source of a replay; laid beside the archive while it is read."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import archive
from chassis.archive import ArchivedRecord
from chassis.state.projections import Projections
from chassis.state.replay.comparing import DIFFERENCES_MAX, Difference
from chassis.state.replay.cut import Cut
from chassis.state.replay.sources import Portion, Row, log_rows, own_events

TABLE = "event_log"


@dataclass
class LogCheck:
    """Lays each row of the log beside the archived record of its number, as far as there is one.

    What the log alone holds is not archived yet; what it does not hold in between was removed.
    """

    folder: Path
    topic: str
    compared: int = 0
    differing: int = 0
    first: list[Difference] = field(default_factory=list)
    _archived: dict[int, Iterator[ArchivedRecord]] = field(default_factory=dict)

    def look_at(self, rows: Sequence[Row]) -> None:
        """Compare the next rows of each shard. Raises: archive.NotWhole, OSError."""
        for row in rows:
            records = self._records(row.shard)
            record = next(records, None)
            while record is not None and record.seq < row.seq:
                self._differ(row.shard, record.seq, None, _fields(record))
                record = next(records, None)
            if record is None:
                continue
            self.compared += 1
            if (row.body, row.type, row.key, row.event_id) != (
                record.body,
                record.type,
                record.key,
                record.event_id,
            ):
                self._differ(row.shard, row.seq, _fields(row), _fields(record))

    def end(self, cut: Cut) -> None:
        """What is archived of the cut behind the last row of a shard was removed from the log."""
        for shard, last in cut.own.items():
            for record in self._records(shard):
                if record.seq > last:
                    break
                self._differ(shard, record.seq, None, _fields(record))

    def _records(self, shard: int) -> Iterator[ArchivedRecord]:
        if shard not in self._archived:
            self._archived[shard] = archive.records(self.folder, self.topic, shard)
        return self._archived[shard]

    def _differ(
        self, shard: int, seq: int, live: dict[str, Any] | None, archived: dict[str, Any]
    ) -> None:
        self.differing += 1
        if len(self.first) < DIFFERENCES_MAX:
            self.first.append(Difference(TABLE, f"shard {shard} seq {seq}", live, archived))


def _fields(held: Row | ArchivedRecord) -> dict[str, Any]:
    """What a row or record says, field by field; a body that is no JSON as text."""
    try:
        body = json.loads(held.body)
    except ValueError:
        body = {"body": held.body.decode(errors="replace")}
    said = {"event_id": str(held.event_id), "type": held.type, "key": held.key}
    return {**body, **said}


@dataclass(frozen=True)
class Log:
    """The service's own events out of its log."""

    owner: AsyncEngine
    projections: Projections
    check: LogCheck | None = None

    async def up_to(self, cut: Cut) -> AsyncIterator[Portion]:
        """A portion at a time. Raises: ReplayImpossible."""
        async for rows in log_rows(self.owner, cut.own):
            if self.check is not None:
                self.check.look_at(rows)
            yield Portion(own_events(rows, self.projections, where=TABLE), len(rows))
        if self.check is not None:
            self.check.end(cut)
