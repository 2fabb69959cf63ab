"""The archive as Parquet, for questions: `TOPIC/SHARD/FIRST-LAST.parquet`, only ever added to.

A file holds a portion of a shard's numbers; each export writes what is new. It is written beside
and renamed, so a crash leaves no half file. Many small files of a shard are put together into one;
the small ones stay until the next export, for who reads them now. A file whose numbers another one
holds is passed over, so a crash in between does no harm.

Everything here follows from the archive: when in doubt, delete the folder and export again. A
record that is damaged in the archive is missing here, and the question `completeness` shows it.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import duckdb

from chassis.archive import segments
from chassis.archive.frames import entries, glance
from chassis.bus.admission import Stream
from chassis.folders import make_folder, sync_folder
from services.audit.adapters.answering import CONFIG
from services.audit.rules.record import BODY_COLUMNS, OFFICERS, OTHER_OFFICERS, PATHS

PORTION_EVENTS_MAX = 50_000
"""A file holds no more."""
SMALL_FILES_MAX = 8
"""So many small files of a shard are put together."""
ROW_GROUP_ROWS = 10_240
"""Rows stand in order of their types, so a question skips the groups of other types."""
_NUMBER = 20 * "[0-9]"
_NAME = f"{_NUMBER}-{_NUMBER}.parquet"
_NEW = ".new"
_LOCK_FILE = "export.lock"

Watermarks = Mapping[Stream, int]


class ExportRuns(RuntimeError):
    """Another process exports into this folder."""


class Exported(NamedTuple):
    """What an export added."""

    events: int
    files: int


class Portion(NamedTuple):
    """A file, by its name: it holds the numbers from `first` to `last`."""

    first: int
    last: int
    path: Path


def export(archive: Path, folder: Path, *, upto: Watermarks | None = None) -> Exported:
    """Add what the archive holds and the folder does not. `upto`: how far each shard is known to be
    on disk; without it, up to the last whole record. Blocks. Raises: ExportRuns, OSError.
    """
    make_folder(folder)
    with _alone(folder), duckdb.connect(config={**CONFIG, "threads": 1}) as connection:
        added = Exported(0, 0)
        for stream in segments.streams(archive):
            last = None if upto is None else upto.get(stream, 0)
            for portion in _new_portions(archive, folder, stream, last=last):
                _write(connection, portion, into=segments.folder_of(folder, stream), stream=stream)
                added = Exported(added.events + len(portion.seqs), added.files + 1)
            _put_together(connection, segments.folder_of(folder, stream))
        return added


def files(folder: Path) -> list[Path]:
    """The files to read: each number stands in one of them."""
    shards = sorted({path.parent for path in folder.glob(f"*/[0-9][0-9]/{_NAME}")})
    return [portion.path for shard in shards for portion in _portions(shard)]


class _Rows(NamedTuple):
    """Columns of a new file."""

    seqs: list[int]
    event_ids: list[str]
    types: list[str]
    keys: list[str]
    bodies: list[str]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    lock = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise ExportRuns(f"another process exports into {folder}") from None
    finally:
        os.close(lock)


def _portions(shard: Path) -> list[Portion]:
    """The files of a shard in order, without those whose numbers another holds."""
    named = (
        Portion(int(first), int(last), path)
        for path in shard.glob(_NAME)
        for first, last in [path.stem.split("-")]
    )
    kept: list[Portion] = []
    for portion in sorted(named, key=lambda each: (each.first, -each.last)):
        if not kept or portion.last > kept[-1].last:
            kept.append(portion)
    return kept


def _new_portions(
    archive: Path, folder: Path, stream: Stream, *, last: int | None
) -> Iterator[_Rows]:
    """What is new of a shard, as many rows at a time as a file holds."""
    shard = segments.folder_of(folder, stream)
    held = _portions(shard)
    _tidy(shard, held)
    after = held[-1].last if held else 0
    if last is not None and last <= after:
        return  # nothing is new, and the open segment of each shard takes a while to read
    found = _rows(archive, stream, after=after, last=last)
    while rows := list(islice(found, PORTION_EVENTS_MAX)):
        yield _Rows(*map(list, zip(*rows, strict=True)))


def _tidy(shard: Path, held: Sequence[Portion]) -> None:
    """Remove what a crash left behind and what was put together before."""
    kept = {portion.path for portion in held}
    for path in (*shard.glob(f"*{_NEW}"), *shard.glob(_NAME)):
        if path not in kept:
            path.unlink()


def _rows(
    archive: Path, stream: Stream, *, after: int, last: int | None
) -> Iterator[tuple[int, str, str, str, str]]:
    """Number, id, type, key and body of each whole record with a higher number than `after`."""
    for path in segments.segments_since(segments.folder_of(archive, stream), after + 1):
        content = segments.content_of(path)
        for found in entries(content):
            if last is not None and found.seq > last:
                return
            if found.seq > after:
                yield found.seq, *fields(content[found.frame])


def fields(frame: bytes) -> tuple[str, str, str, str]:
    """Id, type, key and body of a frame, as text."""
    seen = glance(frame)
    return seen.event_id.hex(), _text(seen.type), _text(seen.key), _text(seen.body)


def _text(value: bytes) -> str:
    return value.decode(errors="backslashreplace")


def _write(
    connection: duckdb.DuckDBPyConnection, rows: _Rows, *, into: Path, stream: Stream
) -> None:
    """A new file with these rows."""
    extracted = ", ".join(
        f"try_cast(told[{place}] AS {kind}) AS {name}"
        for place, (name, _, kind) in enumerate(BODY_COLUMNS, start=1)
    )
    others = " || ".join(
        f"CASE type WHEN '{wire}' THEN regexp_extract_all(body, '{naming}', 1) ELSE [] END"
        for wire, naming in OTHER_OFFICERS.items()
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE portion AS
        SELECT $topic AS topic, $shard::UTINYINT AS shard, seq, event_id, type, key, {extracted},
            regexp_extract_all(body, $officers, 1) || {others} AS officers, body,
            strlen(body) AS bytes
        FROM (
            SELECT *, CASE WHEN json_valid(body) THEN json_extract_string(body, $paths) END AS told
            FROM (
                SELECT unnest($seqs::BIGINT[]) AS seq, unnest($event_ids::UUID[]) AS event_id,
                    unnest($types::VARCHAR[]) AS type, unnest($keys::VARCHAR[]) AS key,
                    unnest($bodies::VARCHAR[]) AS body
            )
        )
        ORDER BY type, seq
        """,  # noqa: S608  (names and kinds are ours)
        {**rows._asdict(), **stream._asdict(), "paths": PATHS, "officers": OFFICERS},
    )
    make_folder(into)
    _copy(connection, "portion", _path(into, rows.seqs[0], rows.seqs[-1]))


def _copy(connection: duckdb.DuckDBPyConnection, source: str, path: Path) -> None:
    """Write beside, make it lasting, rename."""
    fresh = path.with_name(path.name + _NEW)
    target = str(fresh).replace("'", "''")
    connection.execute(
        f"COPY (FROM {source}) TO '{target}'"
        " (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1,"  # half the time of 3, no larger
        f" ROW_GROUP_SIZE {ROW_GROUP_ROWS})"
    )
    descriptor = os.open(fresh, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fresh.rename(path)
    sync_folder(path.parent)


def _put_together(connection: duckdb.DuckDBPyConnection, shard: Path) -> None:
    """Make one file of the last small ones, when there are many."""
    small: list[Portion] = []
    for portion in reversed(_portions(shard)):
        if (small or [portion])[0].last - portion.first >= PORTION_EVENTS_MAX:
            break
        small.append(portion)
    if len(small) < SMALL_FILES_MAX:
        return
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE portion AS FROM read_parquet($paths) ORDER BY type, seq",
        {"paths": [str(portion.path) for portion in small]},
    )
    _copy(connection, "portion", _path(shard, small[-1].first, small[0].last))


def _path(shard: Path, first: int, last: int) -> Path:
    return shard / f"{first:020}-{last:020}.parquet"
