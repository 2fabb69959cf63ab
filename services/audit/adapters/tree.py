"""The tree of one shard on disk, beside its segments: `TOPIC/SHARD/tree/LL`, one file a level.

The node (level, index) stands at byte index * 32 of its level's file; only complete nodes are kept,
so a file only grows. All of it follows from the segments, hence nothing waits for the disk when
records come in: what a crash of the machine may have spoiled is what was written since `sync`, and
that is made again from the segments at the next start. `sync` belongs before a checkpoint is
signed. No file is held open: an archive has dozens of shards with twenty levels each.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from chassis.folders import make_folder, sync_folder
from services.audit.rules import merkle
from services.audit.rules.merkle import HASH_BYTES

FRAMES_AT_ONCE = 10_000
LEVELS_MAX = 64
_SYNCED = "synced"
FramesFrom = Callable[[int], Iterator[bytes]]


class Tree:
    """The tree of a shard; `size` is the number of its leaves, which are the frames 1 to `size`."""

    def __init__(self, folder: Path, *, size: int, frames_from: FramesFrom) -> None:
        """Make the tree that the segments in `folder` ask for. `size`: how many records they hold;
        `frames_from(seq)`: the frames from that number on, in order.
        """
        self._folder = folder / "tree"
        self._frames_from = frames_from
        synced = self._synced()
        self.size = min(size, synced)
        if self.size < synced:  # what grows from here on was not synced
            (self._folder / _SYNCED).unlink()
        self._edge = self._cut()
        self.complete(size)

    def append(self, frames: Sequence[bytes]) -> None:
        """Add the frames that follow on. Raises: OSError, and then nothing was added."""
        if not frames:
            return
        fresh = merkle.grown(self._edge, self.size, [merkle.leaf_hash(frame) for frame in frames])
        if self.size == 0:
            make_folder(self._folder)
        for level, nodes in enumerate(fresh):
            _write(self._path(level), b"".join(nodes), at=(self.size >> level) * HASH_BYTES)
        last = [nodes[-1] for nodes in fresh]
        self._edge = [*last, *self._edge[len(last) :]]
        self.size += len(frames)

    def complete(self, size: int) -> None:
        """Add what the segments hold beyond the tree, up to `size` records."""
        if self.size >= size:
            return
        missing = islice(self._frames_from(self.size + 1), size - self.size)
        while portion := list(islice(missing, FRAMES_AT_ONCE)):
            self.append(portion)

    def sync(self) -> None:
        """Have the disk hold the tree as it is."""
        if self.size == 0:
            return
        for level in range(self.size.bit_length()):
            _sync(self._path(level))
        sync_folder(self._folder)
        _write(
            self._folder / _SYNCED, b"%020d" % self.size, at=0
        )  # one sector: whole or not at all
        _sync(self._folder / _SYNCED)

    def root(self, size: int) -> bytes:
        """The root over the first `size` records; 32 bytes. Raises: ValueError, beyond the tree."""
        self._check(size)
        return merkle.root(self._node, size)

    def leaf(self, seq: int) -> bytes:
        """The hash of the frame of this number. Raises: ValueError, beyond the tree."""
        self._check(seq)
        return self._node(0, seq - 1)

    def inclusion(self, seq: int, size: int) -> list[bytes]:
        """The proof that the record of this number is in the tree of `size`. Raises: ValueError."""
        self._check(size)
        return merkle.inclusion_proof(self._node, seq - 1, size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `old` begins that of `new`. Raises: ValueError."""
        self._check(new)
        return merkle.consistency_proof(self._node, old, new)

    def _check(self, size: int) -> None:
        if not 0 <= size <= self.size:
            raise ValueError(f"{self._folder} has {self.size} leaves, not {size}")

    def _path(self, level: int) -> Path:
        return self._folder / f"{level:02}"

    def _node(self, level: int, index: int) -> bytes:
        descriptor = os.open(self._path(level), os.O_RDONLY)
        try:
            return os.pread(descriptor, HASH_BYTES, index * HASH_BYTES)
        finally:
            os.close(descriptor)

    def _synced(self) -> int:
        """How many leaves the disk is known to hold in every level; 0 when it is not known."""
        try:
            synced = int((self._folder / _SYNCED).read_bytes())
            sizes = [self._path(level).stat().st_size for level in range(synced.bit_length())]
        except (OSError, ValueError):
            return 0
        whole = all(size >= (synced >> level) * HASH_BYTES for level, size in enumerate(sizes))
        return synced if whole else 0

    def _cut(self) -> list[bytes]:
        """Cut every level to `size`; answers the last node of each."""
        edge = []
        for level in range(LEVELS_MAX):
            path, nodes = self._path(level), self.size >> level
            if path.exists():
                os.truncate(path, nodes * HASH_BYTES)
            if nodes:
                edge.append(self._node(level, nodes - 1))
        return edge


def _write(path: Path, content: bytes, *, at: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o640)
    try:
        view = memoryview(content)
        while view:
            written = os.pwrite(descriptor, view, at)
            view, at = view[written:], at + written
    finally:
        os.close(descriptor)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
