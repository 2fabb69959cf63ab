"""The archive: every record of every topic on disk, as it came. One process writes in it."""

import fcntl
import os
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from chassis.archive import segments
from chassis.archive.frames import Archived, framed, unframed
from chassis.bus.admission import Record, Stream
from chassis.folders import make_folder
from chassis.service import CannotStart
from contracts.audit import ChainHead
from services.audit.adapters import compression
from services.audit.adapters.shard import Shard
from services.audit.rules.findings import Differing
from services.audit.rules.merkle import leaf_hash

WRITERS = 12
"""Shards that are written at a time: the disk makes several files lasting in the time of one."""
_LOCK_FILE = "writer.lock"


class Size(NamedTuple):
    """How large the archive is on disk."""

    segments: int
    bytes: int


class Archive:
    """Open for appending. All of it blocks: call it in a thread; one call at a time goes on."""

    def __init__(self, folder: Path, *, lock: int) -> None:
        self._folder = folder
        self._lock = lock
        self._turn = threading.Lock()
        self._compressing = threading.Lock()
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="archive")
        self._shards = {stream: Shard(folder, stream) for stream in segments.streams(folder)}

    def watermarks(self) -> dict[Stream, int]:
        """The number of the last record on disk of each shard."""
        shards = list(self._shards.items())  # a thread may add to them meanwhile
        return {stream: shard.seq for stream, shard in shards if shard.seq}

    def heads(self) -> list[ChainHead]:
        """How far each shard goes, with what stands for all of it: the digest of its chain, and the
        root of its tree, which the disk holds when this returns."""
        with self._turn:
            return [
                _head(stream, shard) for stream, shard in sorted(self._shards.items()) if shard.seq
            ]

    def inclusion(self, stream: Stream, seq: int, size: int) -> list[bytes]:
        """The proof that a record is among the first `size`. Raises: ValueError, when it is not."""
        with self._turn:
            return self._known(stream).tree.inclusion(seq, size)

    def consistency(self, stream: Stream, old: int, new: int) -> list[bytes]:
        """The proof that the first `old` records begin the first `new`. Raises: ValueError."""
        with self._turn:
            return self._known(stream).tree.consistency(old, new)

    def root(self, stream: Stream, size: int) -> bytes:
        """The root over the first `size` records of a shard. Raises: ValueError."""
        with self._turn:
            return self._known(stream).tree.root(size)

    def append(self, records: Iterable[Record]) -> None:
        """Write records that follow on, in order of their numbers; on disk when this returns.

        Raises: OSError, NumberOutOfOrder; what was written before it stays.
        """
        by_stream = sorted(records, key=lambda record: record.stream)
        with self._turn:
            grouped = groupby(by_stream, key=lambda record: record.stream)
            given = [(self._shard(stream), list(found)) for stream, found in grouped]
            writing = [self._writers.submit(shard.append, found) for shard, found in given]
            wait(writing)
        for each in writing:
            each.result()

    def differing(self, records: Sequence[Record]) -> list[Differing]:
        """Those of these records whose number is taken by another content."""
        with self._turn:
            framing = [(record, framed(record)) for record in records]
            compared = [
                (record, frame, shard.frame(record.seq))
                for record, frame in framing
                if not (shard := self._shard(record.stream)).holds(record.seq, frame)
            ]
        return [
            Differing(
                topic=record.stream.topic,
                shard=record.stream.shard,
                seq=record.seq,
                event_id=record.event_id,
                archived_sha256=sha256(archived).hexdigest() if archived else "nothing whole",
                arrived_sha256=sha256(arrived).hexdigest(),
            )
            for record, arrived, archived in compared
        ]

    def event(self, stream: Stream, seq: int) -> Archived | None:
        """One archived event; None when it is not here, or not whole."""
        shard = self._shards.get(stream)
        with self._turn:
            frame = shard.frame(seq) if shard else None
        return unframed(frame) if frame else None

    def closed_segments(self) -> int:
        """How many segments nothing is added to any more."""
        return sum(max(shard.segments - 1, 0) for shard in list(self._shards.values()))

    def leaf(self, stream: Stream, seq: int) -> bytes | None:
        """What stands for an archived event in the tree, made from its bytes on disk now."""
        shard = self._shards.get(stream)
        with self._turn:
            frame = shard.frame(seq) if shard else None
        return leaf_hash(frame) if frame else None

    def size(self) -> Size:
        """How large it is."""
        shards = list(self._shards.values())
        with self._turn:
            return Size(
                segments=sum(shard.segments for shard in shards),
                bytes=sum(shard.bytes_on_disk() for shard in shards),
            )

    def compress(self) -> bool:
        """Compress one closed segment; whether there was one. Nothing waits for it."""
        with self._compressing:
            found = next(compression.closed(self._folder), None)
            if found:
                compression.compress(found)
        return found is not None

    def close(self) -> None:
        """Let go of the files, and let another process write."""
        with self._compressing, self._turn:
            self._writers.shutdown()
            for shard in self._shards.values():
                shard.close()
            os.close(self._lock)

    def _known(self, stream: Stream) -> Shard:
        if stream not in self._shards:
            raise ValueError(f"the archive holds nothing of {stream.topic} {stream.shard}")
        return self._shards[stream]

    def _shard(self, stream: Stream) -> Shard:
        if stream not in self._shards:
            self._shards[stream] = Shard(self._folder, stream)
        return self._shards[stream]


def _head(stream: Stream, shard: Shard) -> ChainHead:
    shard.tree.complete(shard.seq)
    shard.tree.sync()
    return ChainHead(
        topic=stream.topic,
        shard=stream.shard,
        seq=shard.seq,
        digest=shard.digest.hex(),
        tree_root=shard.tree.root(shard.seq).hex(),
    )


def open_archive(folder: Path) -> Archive:
    """Open the archive for appending; what a crash left half written is cut off.

    Raises: CannotStart, when another process writes in it or the folder cannot be written.
    """
    try:
        make_folder(folder)
        lock = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o640)
    except OSError as error:
        raise CannotStart(f"the archive's folder {folder}: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise CannotStart(
            f"another process writes in the archive {folder}: stop it first"
        ) from None
    try:
        return Archive(folder, lock=lock)
    except BaseException:
        os.close(lock)
        raise
