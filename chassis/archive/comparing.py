"""Lay a service's log beside the archive, byte by byte."""

from collections.abc import Mapping
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import archive
from chassis.archive import ArchivedRecord
from chassis.bus import wire
from chassis.bus.admission import Stream
from chassis.state import event_log
from chassis.state.event_log import LogRow

ROWS_MAX = 2_000


class Differs(NamedTuple):
    """The first number of a shard at which log and archive are not the same."""

    seq: int
    what: str
    """In the log, as against the archive: `missing`, or the names of what differs."""


class Compared(NamedTuple):
    """One shard of a log beside the archive."""

    shard: int
    archived: int
    newer: int
    """Rows that are not archived yet."""
    log_sha256: str
    archive_sha256: str
    """Of all archived bodies, one behind the other."""
    differs: Differs | None


async def compared(
    connection: AsyncConnection, folder: Path, *, topic: str, source: str
) -> list[Compared]:
    """Every archived event of the topic beside the log's row of its number. `source`: the service.

    What is archived was committed before, so a log in use is no difference.
    Raises: NotWhole, OSError, DBAPIError.
    """
    heads = await event_log.heads(connection)
    return [
        await _shard(connection, folder, Stream(topic, shard), source=source, head=head)
        for shard, head in heads.items()
    ]


async def _shard(
    connection: AsyncConnection, folder: Path, stream: Stream, *, source: str, head: int
) -> Compared:
    logged, archived, reached = sha256(), sha256(), 0
    differs: Differs | None = None
    records = archive.records(folder, *stream)
    while portion := list(islice(records, ROWS_MAX)):
        places = {stream.shard: portion[0].seq}
        found = await event_log.rows_from(connection, places, rows_max=len(portion))
        rows = {row.seq: row for row in found}
        for record in portion:
            archived.update(record.body)
            logged.update(rows[record.seq].body if record.seq in rows else b"")
        differs = differs or _first(portion, rows, source=source)
        reached = portion[-1].seq
    newer = max(0, head - reached)
    digests = (logged.hexdigest(), archived.hexdigest())
    return Compared(stream.shard, reached, newer, *digests, differs)


def _first(
    portion: list[ArchivedRecord], rows: Mapping[int, LogRow], *, source: str
) -> Differs | None:
    for record in portion:
        row = rows.get(record.seq)
        if row is None:
            return Differs(record.seq, "missing")
        if names := _differing(row, record, source=source):
            return Differs(record.seq, ", ".join(names))
    return None


def _differing(row: LogRow, record: ArchivedRecord, *, source: str) -> list[str]:
    """The parts that are not the same: of the headers, each by its name."""
    expected = dict(wire.headers(row, source=source))
    held = dict(record.headers)
    names = [name for name in {**expected, **held} if expected.get(name) != held.get(name)]
    parts = {
        "body": row.body == record.body,
        "key": row.key == record.key,
        "event id": row.event_id == record.event_id,
    }
    return [*(name for name, same in parts.items() if not same), *names]
