"""The record of one shard, where it grows: appended to, never changed."""

import logging
import os
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from chassis.archive import segments
from chassis.archive.frames import (
    DIGEST_BYTES,
    HEAD_BYTES,
    Damaged,
    Torn,
    chained,
    entries,
    entry,
    first_digest,
    framed,
    payload_bytes,
    places,
)
from chassis.bus.admission import Record, Stream
from chassis.faults import Passing
from chassis.folders import make_folder, sync_folder
from chassis.service import CannotStart
from services.audit.adapters.tree import Tree
from services.audit.rules.merkle import leaf_hash

CLOSED_SEGMENTS_KNOWN = 2
"""Each takes the memory of a whole segment."""
log = logging.getLogger(__name__)


class NumberOutOfOrder(Passing):
    """Somebody else appended meanwhile."""


class Shard:
    """The open end of a shard. `seq` and `digest` are those of the last record on disk."""

    def __init__(self, archive: Path, stream: Stream) -> None:
        self._folder = segments.folder_of(archive, stream)
        self.seq = 0
        self.digest = first_digest(stream)
        self._first_seqs: list[int] = []
        self._places = array("Q")
        self._descriptor: int | None = None
        self._bytes = 0
        self._recover()
        self.tree = Tree(self._folder, size=self.seq, frames_from=self._frames_from)

    @property
    def segments(self) -> int:
        """How many segments there are."""
        return len(self._first_seqs)

    def bytes_on_disk(self) -> int:
        """How large they are together."""
        return sum(map(segments.bytes_of, segments.segments(self._folder)))

    def append(self, records: Sequence[Record]) -> None:
        """Write the records that follow on; they are on disk when this returns.

        Raises: NumberOutOfOrder; OSError, and then `seq` tells how far it came.
        """
        wanted = range(self.seq + 1, self.seq + 1 + len(records))
        if [record.seq for record in records] != list(wanted):
            raise NumberOutOfOrder(f"{self._folder}: {self.seq} is the last")
        for frames in self._portions([framed(record) for record in records]):
            self._write(frames)

    def frame(self, seq: int) -> bytes | None:
        """The frame of a number; None when it is not here, or not whole."""
        place = bisect_right(self._first_seqs, seq) - 1
        if place < 0:
            return None
        first_seq = self._first_seqs[place]
        path = segments.segment(self._folder, first_seq)
        if not self._is_open(seq):
            return _closed(path).frame(seq - first_seq)
        start = self._places[seq - first_seq] if seq <= self.seq else 0
        return _frame_at(path, start) if start else None

    def holds(self, seq: int, frame: bytes) -> bool:
        """Whether this is the frame of that number. In a closed segment the tree is asked, which
        grew with it: who reads a topic anew would have every segment decompressed again.
        """
        if not self._is_open(seq) and seq <= self.tree.size:
            return self.tree.leaf(seq) == leaf_hash(frame)
        return self.frame(seq) == frame

    def _is_open(self, seq: int) -> bool:
        return self._descriptor is not None and seq >= self._first_seqs[-1]

    def close(self) -> None:
        """Let go of the files."""
        self.tree.sync()
        self._close_segment()

    def _close_segment(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _portions(self, frames: Sequence[bytes]) -> Iterator[list[bytes]]:
        """What goes into one segment each; a new one is begun in between."""
        portion: list[bytes] = []
        size = self._bytes
        for frame in frames:
            added = len(frame) + DIGEST_BYTES
            if size == 0 or (size > DIGEST_BYTES and size + added > segments.SEGMENT_BYTES_MAX):
                if portion:
                    yield portion
                portion, size = [], DIGEST_BYTES
                self._begin()
            portion.append(frame)
            size += added
        if portion:
            yield portion

    def _begin(self) -> None:
        """Begin a segment. It is known to the disk once something was written to it."""
        self._close_segment()
        make_folder(self._folder)
        path = segments.segment(self._folder, self.seq + 1)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
        self._bytes = 0
        self._places = array("Q")
        if self._first_seqs[-1:] != [self.seq + 1]:  # it was begun before, and nothing written
            self._first_seqs.append(self.seq + 1)

    def _write(self, frames: Sequence[bytes]) -> None:
        """One write and one sync. What an earlier try left behind is overwritten."""
        assert self._descriptor is not None  # noqa: S101
        begun = self._bytes == 0
        pieces, digest, at = ([self.digest] if begun else []), self.digest, self._bytes
        at += DIGEST_BYTES if begun else 0
        starts = array("Q")
        for frame in frames:
            digest = chained(digest, frame)
            pieces += (frame, digest)
            starts.append(at)
            at += len(frame) + DIGEST_BYTES
        if os.fstat(self._descriptor).st_size != self._bytes:
            os.ftruncate(self._descriptor, self._bytes)
        _write_all(self._descriptor, b"".join(pieces), at=self._bytes)
        os.fdatasync(self._descriptor)
        if begun:
            sync_folder(self._folder)
        self._places.extend(starts)
        self._bytes, self.digest, self.seq = at, digest, self.seq + len(frames)
        self._grow_tree(frames)

    def _grow_tree(self, frames: Sequence[bytes]) -> None:
        """The records are on disk; a tree that cannot follow now does so later."""
        try:
            if self.tree.size + len(frames) == self.seq:
                self.tree.append(frames)
            else:
                self.tree.complete(self.seq)
        except OSError:
            log.exception("%s: the tree could not be written", self._folder)

    def _frames_from(self, seq: int) -> Iterator[bytes]:
        """The frames from a number on, in order."""
        for path in segments.segments_since(self._folder, seq):
            content = segments.content_of(path)
            for found in entries(content):
                if found.seq >= seq:
                    yield content[found.frame]

    def _recover(self) -> None:
        """Find the last whole record; what a crash left behind it is set aside and cut off."""
        for path in reversed(segments.segments(self._folder)):
            content, first_seq = segments.content_of(path), segments.first_seq(path)
            found = places(content, first_seq=first_seq)
            end = _end(content, found)
            if path.suffix == segments.COMPRESSED:
                _check_whole(path, content, end)
            elif end < len(content):
                log.warning("%s: cut at byte %d of %d", path.name, end, len(content))
                _set_aside(path, content[end:], at=end)
            if not found:
                path.unlink()
                sync_folder(self._folder)
                continue
            if path.suffix != segments.COMPRESSED:  # a closed one stays closed
                self._reopen(path, found, end)
            self.seq, self.digest = first_seq + len(found) - 1, content[end - DIGEST_BYTES : end]
            break
        self._first_seqs = [segments.first_seq(p) for p in segments.segments(self._folder)]

    def _reopen(self, path: Path, found: "array[int]", end: int) -> None:
        self._descriptor = os.open(path, os.O_RDWR)
        os.ftruncate(self._descriptor, end)
        os.fdatasync(self._descriptor)
        self._places, self._bytes = found, end


def _check_whole(path: Path, content: bytes, end: int) -> None:
    """A compressed segment was whole when it was compressed: it is never cut."""
    if end == 0 or end < len(content):
        raise CannotStart(
            f"{path} is damaged and the last of its shard: move it away, then its events are"
            " fetched again; or put a copy in its place"
        )


def _end(content: bytes, found: "array[int]") -> int:
    """Where the last whole entry ends; 0 when there is none."""
    return entry(memoryview(content), found[-1]).end if found else 0


def _set_aside(path: Path, cut: bytes, *, at: int) -> None:
    """Keep what is cut off beside the segment: nothing is ever thrown away here."""
    aside = os.open(f"{path}.cut-at-{at}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    try:
        _write_all(aside, cut, at=0)
        os.fsync(aside)
    finally:
        os.close(aside)


def _write_all(descriptor: int, content: bytes, *, at: int) -> None:
    view = memoryview(content)
    while view:
        written = os.pwrite(descriptor, view, at)
        view, at = view[written:], at + written


class _Closed(NamedTuple):
    """A segment to which nothing is added any more."""

    content: bytes
    places: "array[int]"

    def frame(self, place: int) -> bytes | None:
        """The frame at a place, from 0; None when it is not whole."""
        start = self.places[place] if place < len(self.places) else 0
        return self.content[entry(memoryview(self.content), start).frame] if start else None


@lru_cache(maxsize=CLOSED_SEGMENTS_KNOWN)
def _closed(path: Path) -> _Closed:
    content = segments.content_of(path)
    return _Closed(content, places(content, first_seq=segments.first_seq(path)))


def _frame_at(path: Path, start: int) -> bytes | None:
    """The frame that begins there, with a look at its digest."""
    with path.open("rb") as segment:
        segment.seek(start - DIGEST_BYTES)
        found = segment.read(DIGEST_BYTES + HEAD_BYTES)
        found += segment.read(payload_bytes(found[DIGEST_BYTES:]) + DIGEST_BYTES)
    try:
        return found[entry(memoryview(found), DIGEST_BYTES).frame]
    except (Torn, Damaged):
        return None
