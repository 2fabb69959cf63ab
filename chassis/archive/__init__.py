"""Read an archive of numbered events: a folder of segments, one row of them a topic and shard.

Only reads and takes no lock: who writes may go on meanwhile. What stands half written at the end of
a shard is not there yet.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from chassis.archive import segments
from chassis.archive.frames import DIGEST_BYTES, entries, first_digest, glance, unframed
from chassis.bus.admission import Stream


class ArchivedRecord(NamedTuple):
    """One event as it was archived."""

    topic: str
    shard: int
    seq: int
    event_id: UUID
    type: str
    key: str
    body: bytes
    frame: bytes

    @property
    def headers(self) -> tuple[tuple[str, bytes | None], ...]:
        """As they came; most readers do without."""
        return unframed(self.frame).headers


class NotWhole(ValueError):
    """A number is missing in the archive, or its bytes are not those that were written."""


def records(folder: Path, topic: str, shard: int, *, after: int = 0) -> Iterator[ArchivedRecord]:
    """Every event of a shard with a higher number than `after`, in order, none left out. `folder`:
    the archive's; a shard that is not there has none. Raises: NotWhole, OSError.
    """
    stream, expected = Stream(topic, shard), after + 1
    digest = None if after else first_digest(stream)
    for path in segments.segments_since(segments.folder_of(folder, stream), expected):
        content = segments.content_of(path)
        if digest and len(content) >= DIGEST_BYTES and content[:DIGEST_BYTES] != digest:
            raise NotWhole(f"{path}: it does not continue what is before number {expected}")
        for found in entries(content):
            digest = found.digest
            if found.seq <= after:
                continue
            if found.seq != expected:
                raise NotWhole(
                    f"{path}: number {expected} is missing or damaged, {found.seq} is the next:"
                    " verify the archive, then restore it from a copy"
                )
            yield _record(stream, found.seq, content[found.frame])
            expected += 1


def heads(folder: Path, topic: str) -> dict[int, int]:
    """The number of the last whole record of each shard of a topic."""
    reached = {
        stream.shard: _last_seq(segments.folder_of(folder, stream))
        for stream in segments.streams(folder)
        if stream.topic == topic
    }
    return {shard: seq for shard, seq in reached.items() if seq}


def _record(stream: Stream, seq: int, frame: bytes) -> ArchivedRecord:
    event_id, kind, key, body = glance(frame)
    return ArchivedRecord(
        *stream, seq, UUID(bytes=event_id), kind.decode(), key.decode(), body, frame
    )


def _last_seq(shard: Path) -> int:
    for path in reversed(segments.segments(shard)):
        if seqs := [found.seq for found in entries(segments.content_of(path))]:
            return seqs[-1]
    return 0
