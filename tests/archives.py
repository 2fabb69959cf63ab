"""Records for archives, and archives made of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from chassis.archive import segments
from chassis.archive.frames import entries
from chassis.bus.admission import Record, Stream
from services.audit.adapters.archive import Archive, open_archive

SHARD = Stream("banking.events", 3)


def record(seq: int, *, stream: Stream = SHARD, body: bytes | None = None) -> Record:
    """One record; those of the same number are the same, and all are equally long."""
    event_id = UUID(int=(stream.shard << 64) + seq)
    headers = (
        ("ce_id", str(event_id).encode()),
        ("empty", b""),
        ("null", None),
        ("ce_id", b"\xff"),
    )
    given = b'{"number": %4d}' % seq if body is None else body
    return Record(stream, seq, given, event_id, "banking.thing.v1", "the-key", headers)


def records(last: int, *, stream: Stream = SHARD) -> list[Record]:
    """The records 1 to `last`."""
    return [record(seq, stream=stream) for seq in range(1, last + 1)]


@contextmanager
def opened(folder: Path) -> Iterator[Archive]:
    """The archive, open for appending."""
    archive = open_archive(folder)
    try:
        yield archive
    finally:
        archive.close()


def written(folder: Path, *polls: Sequence[Record]) -> Path:
    """An archive of these polls, closed; answers the first segment of the usual shard."""
    with opened(folder) as archive:
        for poll in polls:
            archive.append(poll)
    return segments.segment(segments.folder_of(folder, SHARD), 1)


def bounds(content: bytes) -> list[tuple[int, int]]:
    """Where each entry of a segment begins and ends."""
    return [(found.start, found.end) for found in entries(content)]
