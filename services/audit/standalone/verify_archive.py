#!/usr/bin/env python3
"""Is the archive what was written? Find the first event that is not.

This one file needs Python 3.11 or later and the package `cryptography`, and nothing of those who
wrote the archive: copy it away, and read it before you trust it.

    python verify_archive.py ARCHIVE --checkpoints FILE --key KEY [--witness KEY]
                                     [--closed] [--json] [--processes N]

ARCHIVE  the folder with TOPIC/SHARD/NUMBER.segment (closed ones may be .segment.zst)
FILE     the checkpoints: signed notes one after the other, a line `---` between them. Take it from
         where it was published, not from the archive's machine.
KEY      the public key that you were given in person: NAME+HASH+BASE64, or a file with that line

How it is checked. Every event stands in a frame, whose SHA-256 with 0x00 before it is a leaf of its
shard's tree (RFC 6962). A checkpoint names each shard's number of events and the root of its tree,
and is signed (C2SP signed note, Ed25519). So all frames are read, all roots computed and compared
with every checkpoint: whoever changes an event would have to find another with the same SHA-256, or
have the key. All checkpoints that agree with the same frames agree with each other.

Behind each frame stands the digest over it and over the digest before: that covers also the events
newer than the newest checkpoint. The files in TOPIC/SHARD/tree hold the nodes of the tree. They are
not trusted unless they lead to a signed root; then they tell which leaf was expected, and so which
event is wrong even when all digests were computed anew. When they do not, the answer is a range.

The archive may be in use meanwhile. Exit: 0 nothing is amiss; 1 something is, and its first place
is named (bytes count in the file as it was before it was compressed); 2 it could not be checked.
"""

import argparse
import importlib
import json
import multiprocessing
import os
import re
import shutil
import struct
import subprocess
import sys
from array import array
from base64 import b64decode, b64encode
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CHANGED, REMOVED, ADDED, REORDERED = "changed", "removed", "added", "reordered"
CUT_OFF, SWAPPED = "cut off", "shard swapped"
OTHER_KEY, ALTERED = "signed with another key", "checkpoint altered"
CONTRADICTS = "checkpoint contradicts the one before"
HASH_BYTES = 32
SEGMENT_BYTES_MAX = 1 << 30
PIECE_BYTES = 4096
_MAGIC = b"TMG1"
_HEAD = struct.Struct(">4sIQI")
_NUMBERED = struct.Struct(">4sIQ")
_CRC = struct.Struct(">I")
Shard = tuple[str, int]


class CannotCheck(Exception):
    """What was given cannot be checked."""


class Finding(NamedTuple):
    """One place where something is not as it was."""

    what: str
    topic: str
    shard: int
    number: int
    """Of the event; the first one, when only a range is known. 0: none in particular."""
    last_number: int
    file: str
    byte: int
    detail: str


class Wrong(Exception):
    """A checkpoint that cannot be believed."""

    def __init__(self, what: str, detail: str) -> None:
        super().__init__(detail)
        self.what = what


# --- the tree -----------------------------------------------------------------------------------


def leaf_hash(entry: bytes) -> bytes:
    """RFC 6962: a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962: a node."""
    return sha256(b"\x01" + left + right).digest()


def _middle(start: int, end: int) -> int:
    return start + (1 << ((end - start - 1).bit_length() - 1))


@dataclass(frozen=True)
class Tree:
    """Complete nodes, one row a level."""

    rows: list[bytes]

    @property
    def size(self) -> int:
        """How many leaves it has."""
        return len(self.rows[0]) // HASH_BYTES if self.rows else 0

    def node(self, level: int, index: int) -> bytes:
        """A node; nothing when it is not there."""
        row = self.rows[level] if level < len(self.rows) else b""
        return row[index * HASH_BYTES : (index + 1) * HASH_BYTES]

    def root(self, start: int, end: int) -> bytes:
        """The root over the leaves from `start` to before `end`."""
        size = end - start
        if size == 0:
            return sha256(b"").digest()
        level = size.bit_length() - 1
        if size == 1 << level:
            return self.node(level, start >> level)
        middle = _middle(start, end)
        return node_hash(self.root(start, middle), self.root(middle, end))


def tree_over(leaves: bytes) -> Tree:
    """The tree over leaf hashes that stand one behind the other."""
    rows = [leaves]
    while len(rows[-1]) >= 2 * HASH_BYTES:
        row, pair = rows[-1], 2 * HASH_BYTES
        starts = range(0, len(row) - pair + 1, pair)
        rows.append(b"".join([sha256(b"\x01" + row[s : s + pair]).digest() for s in starts]))
    return Tree(rows)


def tree_in(folder: Path) -> Tree:
    """The tree files: one a level, named by it."""
    levels = {int(path.name): path.read_bytes() for path in folder.glob("[0-9][0-9]")}
    return Tree([levels.get(level, b"") for level in range(max(levels, default=-1) + 1)])


def differing(trusted: bytes, start: int, end: int, *, held: Tree, noted: Tree) -> range:
    """The first leaf, or the smallest range of leaves, in which `held` is not under `trusted`. The
    nodes of `noted` are believed where they lead to a trusted one, and so are those of `held`.
    """
    if held.root(start, end) == trusted:
        return range(0)
    if end - start == 1:
        return range(start, end)
    middle = _middle(start, end)
    for left in {tree.root(start, middle) for tree in (noted, held)}:
        for right in {tree.root(middle, end) for tree in (noted, held)}:
            if node_hash(left, right) == trusted:
                return differing(left, start, middle, held=held, noted=noted) or differing(
                    right, middle, end, held=held, noted=noted
                )
    return range(start, end)


# --- signed notes -------------------------------------------------------------------------------


class Key(NamedTuple):
    """Whose signatures are believed."""

    name: str
    key_hash: bytes
    public: Ed25519PublicKey


class Note(NamedTuple):
    """One checkpoint as it stands in the file."""

    number: int
    byte: int
    content: bytes


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint says, its signature checked."""

    note: Note
    origin: str
    events: int
    root: str
    heads: dict[Shard, tuple[int, bytes]]
    cosigned: bool


def key_in(given: str) -> Key:
    """The key that is given, or stands in the file that is."""
    written = (Path(given).read_text() if Path(given).is_file() else given).strip()
    name, _, rest = written.partition("+")
    key_hash, _, encoded = rest.partition("+")
    try:
        raw = b64decode(encoded, validate=True)
        key = Ed25519PublicKey.from_public_bytes(raw[1:])
    except ValueError:
        raise CannotCheck("the key is neither a file nor NAME+HASH+BASE64") from None
    computed = sha256(name.encode() + b"\n" + raw).digest()[:4]
    if raw[:1] != b"\x01" or computed.hex() != key_hash:
        raise CannotCheck(f"the key of {name} is damaged: its hash is not its own")
    return Key(name, computed, key)


def notes_in(content: bytes) -> list[Note]:
    """The notes of a file."""
    bounds = [0, *(found.end() for found in re.finditer(rb"(?m)^---\n", content)), len(content)]
    parts = [(start, content[start:end].removesuffix(b"---\n")) for start, end in pairwise(bounds)]
    found = [(start, part) for start, part in parts if part.strip()]
    return [Note(number, start, part) for number, (start, part) in enumerate(found, start=1)]


def checkpoint_in(note: Note, *, key: Key, witness: Key | None) -> Checkpoint:
    """What a note says. Raises: Wrong."""
    signed, separator, lines = note.content.rpartition(b"\n\n")
    text = signed + b"\n"
    if not separator or not lines.endswith(b"\n"):
        raise Wrong(ALTERED, "this is no whole signed note")
    signatures = [_signature(line) for line in lines.split(b"\n")[:-1]]
    if not _has_signed(key, signatures, text):
        others = sorted({name for name, _ in signatures})
        raise Wrong(OTHER_KEY, f"by {', '.join(others)}, none with the key of {key.name}")
    cosigned = witness is not None and _has_signed(witness, signatures, text)
    try:
        return _parsed(note, text.decode(), cosigned=cosigned)
    except ValueError:
        raise Wrong(ALTERED, "it is signed, and no checkpoint") from None


def _signature(line: bytes) -> tuple[str, bytes]:
    try:
        dash, name, encoded = line.decode().split(" ")
        signature = b64decode(encoded, validate=True)
    except ValueError:
        raise Wrong(ALTERED, "the line of a signature is damaged") from None
    if dash != "—" or b64encode(signature).decode() != encoded:
        raise Wrong(ALTERED, "the line of a signature is damaged")
    return name, signature


def _has_signed(key: Key, signatures: Sequence[tuple[str, bytes]], text: bytes) -> bool:
    for name, signature in signatures:
        if name == key.name and signature[:4] == key.key_hash:
            try:
                key.public.verify(signature[4:], text)
            except InvalidSignature:
                raise Wrong(ALTERED, f"{name} did not sign this text") from None
            return True
    return False


def _parsed(note: Note, text: str, *, cosigned: bool) -> Checkpoint:
    origin, events, root, *lines = text.split("\n")[:-1]
    heads: dict[Shard, tuple[int, bytes]] = {}
    for line in lines:
        topic, shard, size, shard_root = line.split(" ")
        heads[topic, int(shard)] = (int(size), b64decode(shard_root))
    over = tree_over(b"".join(leaf_hash(line.encode()) for line in lines))
    computed = b64encode(over.root(0, len(lines))).decode()
    if root != computed or int(events) != sum(size for size, _ in heads.values()):
        raise Wrong(ALTERED, "its lines contradict each other, though it is signed")
    return Checkpoint(note, origin, int(events), root, heads, cosigned)


def _check_follows(before: Checkpoint, after: Checkpoint) -> None:
    if before.origin != after.origin:
        raise Wrong(CONTRADICTS, f"it is of {after.origin}, the one before of {before.origin}")
    for (topic, shard), (size, root) in before.heads.items():
        now, now_root = after.heads.get((topic, shard), (0, b""))
        if now < size:
            raise Wrong(CONTRADICTS, f"{topic} shard {shard} has {now} events, before {size}")
        if now == size and now_root != root:
            raise Wrong(CONTRADICTS, f"{topic} shard {shard} has another root, with equal size")


# --- segments -----------------------------------------------------------------------------------


def content_of(path: Path) -> tuple[bytes, bool]:
    """What a segment holds, and whether the file is as it should be; of a damaged compressed one
    what comes before the damage.
    """
    if path.suffix != ".zst":
        try:
            return path.read_bytes(), True
        except FileNotFoundError:  # it was compressed meanwhile
            path = path.with_name(f"{path.name}.zst")
    reader = _decompressor()
    if reader is not None:
        return _decompressed(path, reader)
    program = shutil.which("zstd")
    if program is None:
        raise CannotCheck(
            f"{path.name} is compressed: install the Python package `zstandard` or the program"
            f" `zstd`, or decompress it elsewhere with `zstd -d --rm {path.name}`, then try again"
        )
    ran = subprocess.run((program, "-dcq", path), check=False, capture_output=True)  # noqa: S603
    return ran.stdout, ran.returncode == 0


def _decompressor() -> Any:  # noqa: ANN401  (either module's)
    for module in ("compression.zstd", "zstandard"):
        try:
            found = importlib.import_module(module).ZstdDecompressor()
        except ImportError:
            continue
        return found.decompressobj() if hasattr(found, "decompressobj") else found
    return None


def _decompressed(path: Path, reader: Any) -> tuple[bytes, bool]:  # noqa: ANN401
    """One frame, and nothing behind it."""
    pieces: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        try:
            while (piece := file.read(PIECE_BYTES)) and size < SEGMENT_BYTES_MAX:
                pieces.append(reader.decompress(piece))
                size += len(pieces[-1])
        except Exception:  # noqa: BLE001  (each module has its own)
            return b"".join(pieces), False
    return b"".join(pieces), reader.eof and not reader.unused_data


def segments_in(folder: Path) -> list[tuple[int, Path]]:
    """The first number and the file of each segment. One that is there twice, since it is being
    compressed, is read as it was.
    """
    compressed = {int(path.name[:20]): path for path in folder.glob(20 * "[0-9]" + ".segment.zst")}
    plain = {int(path.name[:20]): path for path in folder.glob(20 * "[0-9]" + ".segment")}
    return sorted((compressed | plain).items())


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def first_digest(shard: Shard) -> bytes:
    """The digest before the first frame of a shard."""
    return sha256(f"tameng archive 1 {shard[0]} {shard[1]}".encode()).digest()


def is_head(content: bytes, at: int) -> bool:
    """Whether a frame begins there."""
    if content[at : at + 4] != _MAGIC or at + _HEAD.size > len(content):
        return False
    return bool(crc32(content[at : at + 16]) == _HEAD.unpack_from(content, at)[3])


@dataclass
class Held:
    """What the segments of a shard hold, entry by entry. Places count from 0."""

    digest: bytes
    vouched: int = 0
    """How many entries there must be, by checkpoints or tree files."""
    leaves: bytearray = field(default_factory=bytearray)
    numbers: "array[int]" = field(default_factory=lambda: array("Q"))
    starts: "array[int]" = field(default_factory=lambda: array("Q"))
    files: list[Path] = field(default_factory=list)
    first_places: list[int] = field(default_factory=list)
    end: int = 0
    """Where the last entry ends in the last file."""
    rest: bytes = b""
    """What stands behind it."""
    missing: list[range] = field(default_factory=list)
    """Places of which the files tell that something stood there."""
    damaged: tuple[Path, range] | None = None
    """The first compressed file that is, and the places of what could be read of it."""
    breach: tuple[int, Path, int, str] | None = None
    """The first place where chain or numbers break: place, file, byte, what is there."""

    def take(self, path: Path, first_number: int) -> None:
        """Read a segment."""
        content, is_whole = content_of(path)
        if self.files and self.rest:
            self._broken(self.files[-1], self.end, "no whole record begins here")
        if first_number != len(self.numbers) + 1:
            before, end = (self.files[-1], self.end) if self.files else (path, 0)
            self._broken(before, end, f"the next segment begins with number {first_number}")
            self._pass_over(range(len(self.numbers), first_number - 1))
        self.files.append(path)
        self.first_places.append(len(self.numbers))
        self.end, self.rest = 0, content
        if len(content) >= HASH_BYTES:
            if content[:HASH_BYTES] != self.digest:
                self._broken(path, 0, "the segment does not continue what is before it")
            self._entries(path, content)
            self.digest = content[self.end - HASH_BYTES : self.end]
        if not is_whole and self.damaged is None:
            self.damaged = (path, range(self.first_places[-1], len(self.numbers)))

    def _pass_over(self, places: range) -> None:
        if places.stop <= self.vouched:
            self.missing.append(places[1 if self.is_damaged_at_end() else 0 :])
            self.leaves += bytes(HASH_BYTES * len(places))
            self.numbers.extend([0] * len(places))
            self.starts.extend([self.end] * len(places))

    def is_damaged_at_end(self) -> bool:
        """Whether the rest is no record that was cut off, but one that was whole."""
        return self.end > 0 and len(self.rest) >= _HEAD.size and not is_head(self.rest, 0)

    def _entries(self, path: Path, content: bytes) -> None:
        view, at = memoryview(content), HASH_BYTES
        while at < len(content):
            number, end = 0, 0
            if is_head(content, at):
                _, length, number, _ = _HEAD.unpack_from(content, at)
                end = at + _HEAD.size + length
            if 0 < end <= len(content) - HASH_BYTES:
                digest = sha256(view[at - HASH_BYTES : end]).digest()
                if digest != content[end : end + HASH_BYTES]:
                    self._broken(path, at, "the digest is not that of these bytes")
                if number != len(self.numbers) + 1:
                    self._broken(path, at, f"number {number} stands here")
            else:
                number, end = 0, _next_head(content, at) - HASH_BYTES
                if end >= len(content) - HASH_BYTES:  # nothing whole follows
                    break
                self._broken(path, at, "no whole record begins here")
            self.leaves += sha256(b"\x00" + view[at:end]).digest()
            self.numbers.append(number)
            self.starts.append(at)
            at = end + HASH_BYTES
        self.end, self.rest = at, content[at:]

    def _broken(self, path: Path, byte: int, detail: str) -> None:
        if self.breach is None:
            self.breach = (len(self.numbers), path, byte, detail)

    def where(self, place: int) -> tuple[Path, int]:
        """The file and the byte of an entry; behind the last one, where the record ends."""
        if place >= len(self.starts):
            return (self.files[-1], self.end) if self.files else (Path(), 0)
        return self.files[bisect_right(self.first_places, place) - 1], self.starts[place]

    def frame(self, place: int) -> bytes:
        """The frame of an entry; nothing when it is not whole."""
        path, at = self.where(place)
        content = _remembered(path)
        if not is_head(content, at):
            return b""
        return content[at : at + _HEAD.size + _HEAD.unpack_from(content, at)[1]]


def _next_head(content: bytes, at: int) -> int:
    at = content.find(_MAGIC, at + 1)
    while at >= 0 and not is_head(content, at):
        at = content.find(_MAGIC, at + 1)
    return at if at >= 0 else len(content)


@lru_cache(maxsize=1)
def _remembered(path: Path) -> bytes:
    return content_of(path)[0]


# --- one shard ----------------------------------------------------------------------------------


@dataclass
class ShardCheck:
    """Compares what a shard holds with what was signed."""

    archive: Path
    shard: Shard
    signed: list[tuple[int, bytes, int]]
    """Size, root and the number of the checkpoint, the oldest first."""
    others: dict[Shard, tuple[int, bytes]]
    """The newest signed size and root of all shards."""
    held: Held = field(init=False)
    tree: Tree = field(init=False)
    noted: Tree = field(init=False)

    @property
    def count(self) -> int:
        """How many entries there are."""
        return len(self.held.numbers)

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.archive / self.shard[0] / f"{self.shard[1]:02}"

    def paths(self) -> list[Path]:
        """Its segments."""
        return [path for _, path in segments_in(self.folder)]

    def run(self, tally: Callable[[int], None]) -> Finding | None:
        """Read all; the first thing amiss. The tree files are read first: they grow after the
        segments, so that a record in use does not look as if something were missing.
        """
        self.noted = tree_in(self.folder / "tree")
        vouched = max((self.noted.size, *(size for size, _, _ in self.signed)))
        self.held = Held(first_digest(self.shard), vouched)
        for number, path in segments_in(self.folder):
            self.held.take(path, number)
            tally(_size(path))
        self.tree = tree_over(bytes(self.held.leaves))
        return self._first(self._unsigned())

    def _unsigned(self) -> range:
        """The places of which a checkpoint says something else; several when it is unclear."""
        before = 0
        for size, root, _ in self.signed:
            if self.tree.root(0, size) != root:
                found = differing(root, 0, size, held=self.tree, noted=self.noted)
                return range(max(found.start, before), found.stop)
            before = size
        return range(0)

    def _first(self, unsigned: range) -> Finding | None:
        breach = self.held.breach
        if len(unsigned) > 1 and not (breach and breach[0] < unsigned.stop):
            return self._swapped(unsigned.start) or self._somewhere(unsigned)
        places = [breach[0]] if breach else []
        places += unsigned if len(unsigned) == 1 else []
        if not places:
            return self._compressed_file() or self._tree_files()
        place = min(places)
        file, byte = self.held.where(place)
        detail = ""
        if breach and breach[0] == place:
            _, file, byte, detail = breach
        if found := self._swapped(place):
            return found
        what, why = self._kind(place)
        told = "; ".join(each for each in (why, detail, self._disagreeing(place)) if each)
        return self._finding(what, range(place, place + 1), (file, byte), told)

    def _finding(self, what: str, places: range, where: tuple[Path, int], detail: str) -> Finding:
        file = str(where[0].relative_to(self.archive)) if where[0].parts else ""
        return Finding(what, *self.shard, places.start + 1, places.stop, file, where[1], detail)

    def _disagreeing(self, place: int) -> str:
        """The oldest checkpoint that vouches for another event there."""
        numbers = (number for size, _, number in self.signed if size > place)
        return next((f"checkpoint {number} vouches for what was there" for number in numbers), "")

    def _swapped(self, place: int) -> Finding | None:
        """Whether it is the whole record of another shard."""
        if place or not self.held.files:
            return None
        begin = _remembered(self.held.files[0])[:HASH_BYTES]
        for (topic, shard), (size, root) in self.others.items():
            is_its = size > 0 and self.tree.root(0, size) == root
            if (topic, shard) != self.shard and (is_its or begin == first_digest((topic, shard))):
                detail = f"this is the record of {topic} shard {shard}"
                return self._finding(SWAPPED, range(1), (self.held.files[0], 0), detail)
        return None

    def _somewhere(self, places: range) -> Finding:
        """Digests and tree files were made anew: only checkpoints tell, and they are far apart."""
        what = CUT_OFF if self.count < places.stop else CHANGED
        detail = (
            f"one of the numbers {places.start + 1} to {places.stop} was changed, removed, added or"
            f" reordered, and the digests and tree files made anew; the record has {self.count}"
        )
        told = f"{detail}; {self._disagreeing(places.stop - 1)}"
        return self._finding(what, places, self.held.where(places.start), told)

    def _kind(self, at: int) -> tuple[str, str]:
        """What happened at the first place that is not as it was."""
        if self.held.damaged and at == self.held.damaged[1].stop:
            return CHANGED, "the file is damaged: what was compressed behind here is lost"
        if at >= self.count:
            if self.held.is_damaged_at_end() and at < self.held.vouched:
                return CHANGED, "the last record is damaged"
            return CUT_OFF, f"the record ends with number {self.count}"
        if any(at in places for places in self.held.missing):
            return REMOVED, f"number {at + 1} is missing"
        if self._is_event(at, at):
            return CHANGED, "the event is whole, the digest before or behind it is not"
        return self._moved(at)

    def _moved(self, at: int) -> tuple[str, str]:
        """Another entry stands there: whose, and where is the one that should?"""
        here = self._number_of(at)
        later = (place for place in range(at + 1, self.count) if self._is_event(place, at))
        there = next(later, None)
        if there is None and here is not None and here < at and at >= self.held.vouched:
            return ADDED, f"a copy of number {here + 1}"
        if there is None:
            in_step = at + 1 < self.count and self._is_event(at + 1, at + 1)
            if here is None or here < at or in_step:
                return CHANGED, "the event is not the one that was written"
            return REMOVED, f"number {at + 1} is missing; what was {here + 1} stands here"
        if here is None:
            return ADDED, f"an event of nobody; what was {at + 1} follows as {there + 1}"
        if here < at or self._is_elsewhere(here, at):
            return ADDED, f"a copy of number {here + 1}; what was {at + 1} follows as {there + 1}"
        return REORDERED, f"what was {here + 1} stands here, what was {at + 1} as {there + 1}"

    def _number_of(self, at: int) -> int | None:
        """Which event stands there (from 0); None, when it is nobody's or the expected one."""
        if at >= self.noted.size:  # only its own word tells
            claimed = self.held.numbers[at] - 1
            return claimed if claimed not in {-1, at} else None
        numbers = _outwards(at, max(self.count, self.noted.size))
        return next((number for number in numbers if self._is_event(at, number)), None)

    def _is_elsewhere(self, number: int, at: int) -> bool:
        return any(self._is_event(place, number) for place in range(at + 1, self.count))

    def _is_event(self, place: int, number: int) -> bool:
        """Whether the entry at this place is what once was at `number` (both from 0), whatever
        number it claims to have: who removes an event renumbers those behind it.
        """
        expected = self.noted.node(0, number)
        if not expected:
            return self.held.numbers[place] == number + 1
        if self.held.numbers[place] == number + 1:
            return self.tree.node(0, place) == expected
        frame = self.held.frame(place)
        if not frame:
            return False
        head = _NUMBERED.pack(_MAGIC, len(frame) - _HEAD.size, number + 1)
        return leaf_hash(head + _CRC.pack(crc32(head)) + frame[_HEAD.size :]) == expected

    def _compressed_file(self) -> Finding | None:
        """The record is as it was signed. Is the file it is compressed in?"""
        if self.held.damaged is None:
            return None
        path, places = self.held.damaged
        detail = "the file is damaged, and yet all that was compressed in it came out of it"
        return self._finding(CHANGED, places, (path, 0), detail)

    def _tree_files(self) -> Finding | None:
        """The record is as it was signed. Are its tree files?"""
        signed = max((size for size, _, _ in self.signed), default=0)
        for level, noted in enumerate(self.noted.rows):
            nodes = len(noted) // HASH_BYTES
            held = self.tree.rows[level] if level < len(self.tree.rows) else b""
            common = min(nodes * HASH_BYTES, len(held))
            if noted[:common] != held[:common]:
                pairs = range(0, common, HASH_BYTES)
                at = next(a for a in pairs if noted[a : a + 32] != held[a : a + 32])
                return self._tree_file(CHANGED, level, at, "the record itself is as it was signed")
            if nodes < signed >> level:
                return self._tree_file(CUT_OFF, level, common, f"it had {signed >> level} nodes")
            if nodes > self.count >> level:
                detail = f"it knows more events than the {self.count} that are there"
                return self._tree_file(CUT_OFF if level == 0 else ADDED, level, common, detail)
        if self.noted.rows and len(self.noted.rows) < signed.bit_length():
            return self._tree_file(CUT_OFF, len(self.noted.rows), 0, "the file is missing")
        return None

    def _tree_file(self, what: str, level: int, byte: int, detail: str) -> Finding:
        first = (byte // HASH_BYTES) << level
        path = self.folder / "tree" / f"{level:02}"
        told = f"the tree file of level {level}: {detail}"
        return self._finding(what, range(first, first + (1 << level)), (path, byte), told)


def _outwards(at: int, end: int) -> Iterator[int]:
    """Every number below `end` except `at`, the nearest first."""
    for distance in range(1, max(at, end) + 1):
        if at + distance < end:
            yield at + distance
        if at >= distance:
            yield at - distance


# --- all of it ----------------------------------------------------------------------------------


class Seen(NamedTuple):
    """What reading one shard brought."""

    events: int
    rest: int
    finding: Finding | None


@dataclass
class Report:
    """The answer."""

    findings: list[Finding]
    events: int
    newer: int
    """Events that no checkpoint vouches for yet: their digests follow on, no more is known."""
    newest: Checkpoint
    checkpoints: int
    witnessed: int
    """The number of the newest cosigned checkpoint."""
    remarks: list[str]


def read_checkpoints(
    file: Path, *, key: Key, witness: Key | None
) -> tuple[list[Checkpoint], list[Finding]]:
    """Those that can be believed, and what is wrong with the first of the others."""
    believed: list[Checkpoint] = []
    findings: list[Finding] = []
    for note in notes_in(file.read_bytes()):
        try:
            found = checkpoint_in(note, key=key, witness=witness)
            if believed:
                _check_follows(believed[-1], found)
        except Wrong as wrong:
            place = (note.number, note.number, file.name, note.byte)
            findings.append(Finding(wrong.what, "checkpoints", 0, *place, str(wrong)))
        else:
            believed.append(found)
    return believed, findings


def shards_in(archive: Path) -> set[Shard]:
    """The shards of which there is a folder."""
    folders = (path.parent for path in archive.glob("*/[0-9][0-9]/*.segment*"))
    return {(folder.parent.name, int(folder.name)) for folder in folders}


def checks(archive: Path, believed: Sequence[Checkpoint]) -> list[ShardCheck]:
    """What is to be compared, shard by shard."""
    newest = believed[-1].heads if believed else {}
    shards = sorted({*shards_in(archive), *newest})
    others = {shard: newest.get(shard, (0, b"")) for shard in shards}
    signed: dict[Shard, list[tuple[int, bytes, int]]] = {shard: [] for shard in shards}
    for checkpoint in believed:
        for shard, (size, root) in checkpoint.heads.items():
            if not signed[shard] or signed[shard][-1][0] != size:
                signed[shard].append((size, root, checkpoint.note.number))
    return [ShardCheck(archive, shard, signed[shard], others) for shard in shards]


def run(check: ShardCheck, tally: Callable[[int], None]) -> Seen:
    """Check a shard."""
    finding = check.run(tally)
    return Seen(check.count, len(check.held.rest), finding)


def verify(
    archive: Path,
    file: Path,
    *,
    key: Key,
    witness: Key | None = None,
    closed: bool = False,
    processes: int = 1,
) -> Report:
    """Check everything. `closed`: nothing may be newer than the newest checkpoint.

    Raises: CannotCheck.
    """
    if not archive.is_dir():
        raise CannotCheck(f"{archive} is no folder")
    if witness and witness.public == key.public:
        raise CannotCheck("the witness has the key of the archive itself, and is none")
    believed, findings = read_checkpoints(file, key=key, witness=witness)
    if not believed and not findings:
        raise CannotCheck(f"{file} holds no checkpoint")
    if witness and not any(each.cosigned for each in believed):
        detail = f"no checkpoint is cosigned by {witness.name}"
        findings.append(Finding(OTHER_KEY, "checkpoints", 0, 0, 0, file.name, 0, detail))
    todo = checks(archive, believed)
    seen = list(_all(todo, processes=processes))
    return _report(believed, findings, list(zip(todo, seen, strict=True)), closed=closed)


def _report(
    believed: list[Checkpoint],
    findings: list[Finding],
    seen: list[tuple[ShardCheck, Seen]],
    *,
    closed: bool,
) -> Report:
    newer, remarks = 0, []
    for check, (events, rest, found) in seen:
        signed = check.others[check.shard][0]
        newer += max(0, events - signed)
        if closed and found is None and events > signed:
            detail = f"the newest checkpoint has {signed} events, the closed record {events}"
            found = Finding(ADDED, *check.shard, signed + 1, events, "", 0, detail)  # noqa: PLW2901
        if found:
            findings.append(found)
        elif rest:
            topic, shard = check.shard
            remarks.append(f"{topic} shard {shard} ends with {rest} bytes of an unfinished record")
    findings.sort(key=lambda each: each.what != SWAPPED)  # it explains what else looks wrong
    nothing = Checkpoint(Note(0, 0, b""), "", 0, "", {}, cosigned=False)
    newest = believed[-1] if believed else nothing
    numbers = [each.note.number for each in believed if each.cosigned]
    events = sum(found.events for _, found in seen)
    return Report(findings, events, newer, newest, len(believed), max(numbers, default=0), remarks)


_bytes_read: Any = None
"""Shared by the processes."""


def _begin(shared: Any) -> None:  # noqa: ANN401  (multiprocessing's own)
    global _bytes_read  # noqa: PLW0603  (how a pool hands something to its processes)
    _bytes_read = shared


def _tally(count: int) -> None:
    if _bytes_read is not None:
        with _bytes_read.get_lock():
            _bytes_read.value += count


def _run(check: ShardCheck) -> Seen:
    return run(check, _tally)


def _all(todo: list[ShardCheck], *, processes: int) -> Iterator[Seen]:
    if processes <= 1:
        yield from (run(check, lambda _: None) for check in todo)
        return
    total = sum(_size(path) for check in todo for path in check.paths())
    context = multiprocessing.get_context("spawn")
    shared = context.Value("Q", 0)
    with ProcessPoolExecutor(
        processes, mp_context=context, initializer=_begin, initargs=(shared,)
    ) as pool:
        running = [pool.submit(_run, check) for check in todo]
        while wait(running, timeout=0.2).not_done:
            _progress(shared.value, total)
        yield from (each.result() for each in running)
    _progress(0, 0)


def _progress(done: int, total: int) -> None:
    """A bar on the terminal; wiped when there is nothing to show."""
    if sys.stderr.isatty():
        share = done / total if total else 0.0
        bar = f"[{'#' * round(30 * share):30}] {share:4.0%} of {total / 1e6:,.0f} MB"
        print(f"\r\x1b[K{bar if total else ''}", end="", file=sys.stderr, flush=True)  # noqa: T201


# --- the command --------------------------------------------------------------------------------


def told(report: Report) -> str:
    """The answer for people."""
    lines: list[str] = []
    for finding in report.findings:
        what, topic, shard, number, last, file, byte, detail = finding
        numbers = f"number {number}" if number == last else f"numbers {number} to {last}"
        place = (
            f"checkpoint {number}" if topic == "checkpoints" else f"{topic} shard {shard} {numbers}"
        )
        lines += [
            f"{'ALSO: ' if lines else ''}{what.upper()}: {place}",
            f"    {file} byte {byte}",
            f"    {detail}",
        ]
    newest = report.newest
    if not report.findings:
        lines = [
            f"OK  {report.events} events, each as it was written",
            f"    root {newest.root}",
            f"    newest of {report.checkpoints} checkpoints: {newest.events} events",
            f"    of {newest.origin}",
        ]
    if report.newer:
        lines.append(f"    {report.newer} events are newer than it: nobody has signed for them yet")
    if report.witnessed:
        lines.append(f"    cosigned by the witness up to checkpoint {report.witnessed}")
    return "\n".join((*lines, *(f"    {remark}" for remark in report.remarks)))


def as_json(report: Report) -> str:
    """The answer for programs."""
    newest = report.newest
    answer = {
        "verified": not report.findings,
        "events": report.events,
        "root": newest.root,
        "checkpoints": report.checkpoints,
        "newest_checkpoint": {
            "number": newest.note.number,
            "origin": newest.origin,
            "events": newest.events,
        },
        "newer_events": report.newer,
        "witnessed_checkpoint": report.witnessed,
        "findings": [finding._asdict() for finding in report.findings],
        "remarks": report.remarks,
    }
    return json.dumps(answer)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path, help="its folder")
    parser.add_argument("--checkpoints", type=Path, required=True, help="file of signed notes")
    parser.add_argument("--key", required=True, help="who signs: NAME+HASH+BASE64, or a file")
    parser.add_argument("--witness", help="who cosigns: the same; a wrong cosignature is an alarm")
    parser.add_argument("--closed", action="store_true", help="nothing may be newer than signed")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="at a time")
    given = parser.parse_args(arguments)
    try:
        report = verify(
            given.archive,
            given.checkpoints,
            key=key_in(given.key),
            witness=key_in(given.witness) if given.witness else None,
            closed=given.closed,
            processes=given.processes,
        )
    except (CannotCheck, OSError) as error:
        print(f"cannot check: {error}", file=sys.stderr)  # noqa: T201
        return 2
    print(as_json(report) if given.json else told(report))  # noqa: T201
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
