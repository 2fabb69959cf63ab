"""An archive with tree files and signed checkpoints, and forgers who change it in every way.

Each forgery of `FORGERIES` changes the files of a copy and answers what a verifier should say.
"""

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.archive import segments
from chassis.archive.frames import chained, entries, first_digest, framed
from chassis.bus.admission import Stream
from services.audit.adapters import compression
from services.audit.adapters.tree import Tree
from services.audit.rules import notes
from services.audit.rules.notes import TreeHead
from tests.archives import opened, record, records

ORIGIN = "tameng/archive"
SIGNER = notes.Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"\x01" * 32))
STRANGER = notes.Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"\x02" * 32))
WITNESS = notes.Signer("witness.example", Ed25519PrivateKey.from_private_bytes(b"\x03" * 32))
FIRST, SECOND, OTHER = Stream("audit.events", 0), Stream("banking.events", 3), Stream("b.events", 4)
SIZES = ({FIRST: 3, SECOND: 9}, {FIRST: 5, SECOND: 9, OTHER: 6}, {FIRST: 8, SECOND: 17, OTHER: 6})
"""How many events each checkpoint has of each shard."""
SEGMENT_BYTES = 700
"""Some four records."""
CHECKPOINTS = "checkpoints"


class Expected(NamedTuple):
    """What the verifier should name."""

    what: frozenset[str]
    topic: str
    shard: int
    number: int
    file: str | None = None


def expected(what: str, stream: Stream, number: int, file: str | None = None) -> Expected:
    return Expected(frozenset({what}), stream.topic, stream.shard, number, file)


def frames_from(folder: Path) -> Callable[[int], Iterator[bytes]]:
    """The frames of a shard from a number on."""

    def read(seq: int) -> Iterator[bytes]:
        for path in segments.segments(folder):
            content = path.read_bytes()
            yield from (content[each.frame] for each in entries(content) if each.seq >= seq)

    return read


def tree(archive: Path, stream: Stream, size: int) -> Tree:
    folder = segments.folder_of(archive, stream)
    return Tree(folder, size=size, frames_from=frames_from(folder))


def note_of(trees: dict[Stream, Tree], sizes: dict[Stream, int]) -> str:
    heads = [TreeHead(*stream, size, trees[stream].root(size)) for stream, size in sizes.items()]
    return notes.signed(notes.checkpoint_text(ORIGIN, heads), SIGNER)


def planted(folder: Path) -> Path:
    """A whole archive with its checkpoints beside it."""
    archive = folder / "archive"
    newest = SIZES[-1]
    with opened(archive) as writer:
        for stream, size in newest.items():
            writer.append(records(size, stream=stream))
    trees = {stream: tree(archive, stream, size) for stream, size in newest.items()}
    signed = [note_of(trees, sizes) for sizes in SIZES]
    (folder / CHECKPOINTS).write_text(notes.SEPARATOR.join(signed))
    return archive


@dataclass
class Forger:
    """Somebody with write access to everything but the key; what it changes is drawn."""

    archive: Path
    draw: random.Random

    @property
    def checkpoints(self) -> Path:
        return self.archive.parent / CHECKPOINTS

    def shard(self) -> Stream:
        return self.draw.choice(list(SIZES[-1]))

    def folder(self, stream: Stream) -> Path:
        return segments.folder_of(self.archive, stream)

    def frames(self, stream: Stream) -> list[bytes]:
        return list(frames_from(self.folder(stream))(1))

    def rewrite(self, stream: Stream, frames: Sequence[bytes], *, numbered: bool = True) -> None:
        """The whole shard anew with all digests right; each frame with the number of its place."""
        if numbered:
            frames = [renumbered(frame, seq) for seq, frame in enumerate(frames, start=1)]
        for path in segments.segments(self.folder(stream)):
            path.unlink()
        digest, content, begun = first_digest(stream), b"", 1
        for seq, frame in enumerate(frames, start=1):
            if not content or len(content) + len(frame) + 32 > SEGMENT_BYTES:
                self._put(stream, begun, content)
                content, begun = digest, seq
            digest = chained(digest, frame)
            content += frame + digest
        self._put(stream, begun, content)

    def splice(self, stream: Stream, seq: int, put: Callable[[bytes], bytes]) -> None:
        """Put other bytes where the entry of this number stands, and leave all else as it is."""
        for path in segments.segments(self.folder(stream)):
            content = path.read_bytes()
            for each in entries(content):
                if each.seq == seq:
                    entry = content[each.start : each.end]
                    path.write_bytes(content[: each.start] + put(entry) + content[each.end :])

    def entry(self, stream: Stream, seq: int) -> bytes:
        """What stands there."""
        contents = [path.read_bytes() for path in segments.segments(self.folder(stream))]
        bounds = [(content, each) for content in contents for each in entries(content)]
        return next(content[e.start : e.end] for content, e in bounds if e.seq == seq)

    def _put(self, stream: Stream, begun: int, content: bytes) -> None:
        if content:
            segments.segment(self.folder(stream), begun).write_bytes(content)


def renumbered(frame: bytes, seq: int) -> bytes:
    """The frame of the same event under another number, with a right CRC."""
    head = frame[:8] + seq.to_bytes(8, "big")
    return head + crc32(head).to_bytes(4, "big") + frame[20:]


def foreign(stream: Stream, seq: int) -> bytes:
    return framed(record(seq, stream=stream, body=b'{"number": 666}'))


def flipped_byte(forger: Forger) -> Expected:
    """Anywhere in a segment: in a head, an event, a digest."""
    stream = forger.shard()
    path = forger.draw.choice(segments.segments(forger.folder(stream)))
    content = bytearray(path.read_bytes())
    at = forger.draw.randrange(len(content))
    seq = next(each.seq for each in entries(bytes(content)) if at < each.end)
    content[at] ^= forger.draw.randrange(1, 256)
    path.write_bytes(content)
    return expected("changed", stream, seq, str(path.relative_to(forger.archive)))


def changed_event(forger: Forger) -> Expected:
    stream = forger.shard()
    frames = forger.frames(stream)
    seq = forger.draw.randint(1, len(frames))
    frames[seq - 1] = foreign(stream, seq)
    forger.rewrite(stream, frames)
    return expected("changed", stream, seq)


def removed_event(forger: Forger) -> Expected:
    stream = forger.shard()
    frames = forger.frames(stream)
    seq = forger.draw.randint(1, len(frames))
    how = forger.draw.randrange(3)
    if how == 0:
        forger.splice(stream, seq, lambda _: b"")
    else:
        del frames[seq - 1]
        forger.rewrite(stream, frames, numbered=how == 1)
    what = "removed" if seq < SIZES[-1][stream] else "cut off"
    return expected(what, stream, seq)


def removed_segment(forger: Forger) -> Expected:
    path = forger.draw.choice(segments.segments(forger.folder(SECOND))[:-1])
    path.unlink()
    return expected("removed", SECOND, segments.first_seq(path))


def added_event(forger: Forger) -> Expected:
    stream = forger.shard()
    frames = forger.frames(stream)
    seq = forger.draw.randint(1, len(frames))
    if forger.draw.randrange(2):
        forger.splice(stream, seq, lambda entry: foreign(stream, seq) + bytes(32) + entry)
    else:
        frames.insert(seq - 1, foreign(stream, seq))
        forger.rewrite(stream, frames)
    return expected("added", stream, seq)


def appended_event(forger: Forger) -> Expected:
    stream = forger.shard()
    frames = forger.frames(stream)
    forger.rewrite(stream, [*frames, foreign(stream, len(frames) + 1)])
    return expected("added", stream, len(frames) + 1)


def copied_event(forger: Forger) -> Expected:
    stream = forger.shard()
    frames = forger.frames(stream)
    seq, copied = (forger.draw.randint(1, len(frames)) for _ in range(2))
    if forger.draw.randrange(2):
        copy = forger.entry(stream, copied)
        forger.splice(stream, seq, lambda entry: copy + entry)
    else:
        frames.insert(seq - 1, frames[copied - 1])
        forger.rewrite(stream, frames)
    # before itself, the copy stands where the event stood and the event is the second
    what = "added"
    seq += seq == copied
    return expected(what, stream, seq)


def other_length(forger: Forger) -> Expected:
    """A shorter one in a head, whose CRC is made right again."""
    stream = forger.shard()
    seq = forger.draw.randint(1, SIZES[-1][stream] - 1)
    length = forger.draw.randrange(len(forger.entry(stream, seq)) - 20 - 32)

    def put(entry: bytes) -> bytes:
        head = entry[:4] + length.to_bytes(4, "big") + entry[8:16]
        return head + crc32(head).to_bytes(4, "big") + entry[20:]

    forger.splice(stream, seq, put)
    return expected("changed", stream, seq)


def swapped_events(forger: Forger) -> Expected:
    stream = forger.shard()
    frames = forger.frames(stream)
    one, two = sorted(forger.draw.sample(range(len(frames)), 2))
    frames[one], frames[two] = frames[two], frames[one]
    forger.rewrite(stream, frames, numbered=bool(forger.draw.randrange(2)))
    return expected("reordered", stream, one + 1)


def truncated(forger: Forger) -> Expected:
    """At the end of an event or within one; what follows is gone."""
    stream = forger.shard()
    seq = forger.draw.randint(1, SIZES[-1][stream])
    kept = forger.draw.choice((0, forger.draw.randrange(len(forger.entry(stream, seq)))))
    for path in segments.segments(forger.folder(stream)):
        if segments.first_seq(path) > seq:
            path.unlink()
            continue
        content = path.read_bytes()
        for each in entries(content):
            if each.seq == seq:
                path.write_bytes(content[: each.start + kept])
    return expected("cut off", stream, seq)


def swapped_shards(forger: Forger) -> Expected:
    one, two = forger.draw.sample(list(SIZES[-1]), 2)
    ones, twos = forger.frames(one), forger.frames(two)
    between = forger.archive / "between"
    forger.folder(one).rename(between)
    forger.folder(two).rename(forger.folder(one))
    between.rename(forger.folder(two))
    if forger.draw.randrange(2):
        forger.rewrite(one, twos)
        forger.rewrite(two, ones)
    return expected("shard swapped", min(one, two), 1)


def edited_tree(forger: Forger) -> Expected:
    stream = forger.shard()
    path = forger.draw.choice(sorted((forger.folder(stream) / "tree").glob("[0-9][0-9]")))
    content = bytearray(path.read_bytes())
    at = forger.draw.randrange(len(content))
    file = str(path.relative_to(forger.archive))
    number = ((at // 32) << int(path.name)) + 1
    if forger.draw.randrange(4):
        content[at] ^= forger.draw.randrange(1, 256)
        path.write_bytes(content)
        return expected("changed", stream, number, file)
    path.write_bytes(content[:at])
    return expected("cut off", stream, number, file)


def of_checkpoint(number: int, *what: str) -> Expected:
    return Expected(frozenset(what), "checkpoints", 0, number, CHECKPOINTS)


def edited_checkpoint(forger: Forger) -> Expected:
    content = bytearray(forger.checkpoints.read_bytes())
    at = forger.draw.randrange(len(content))
    number = content[:at].count(b"---\n") + 1
    if at == len(content) - 1:  # without its last newline it is the same file, cut off
        at -= 1
    content[at] ^= forger.draw.randrange(1, 256)
    forger.checkpoints.write_bytes(content)
    return of_checkpoint(number, "checkpoint altered", "signed with another key")


def edited_line(forger: Forger) -> Expected:
    signed = forger.checkpoints.read_text().split(notes.SEPARATOR)
    number = forger.draw.randrange(len(signed))
    signed[number] = signed[number].replace(" 3 9 ", " 3 8 ").replace(" 3 17 ", " 3 16 ")
    forger.checkpoints.write_text(notes.SEPARATOR.join(signed))
    return of_checkpoint(number + 1, "checkpoint altered")


def signed_by_a_stranger(forger: Forger) -> Expected:
    signed = forger.checkpoints.read_text().split(notes.SEPARATOR)
    number = forger.draw.randrange(len(signed))
    text = notes.opened(signed[number], known=[SIGNER.verifier]).text
    signed[number] = notes.signed(text, STRANGER)
    forger.checkpoints.write_text(notes.SEPARATOR.join(signed))
    return of_checkpoint(number + 1, "signed with another key")


def compressed(archive: Path) -> None:
    """Compress what is closed, as the service does."""
    for path in list(compression.closed(archive)):
        compression.compress(path)


def compressed_file(forger: Forger) -> tuple[Path, int, int]:
    """One of them, with the first and the last number in it."""
    compressed(forger.archive)
    paths = segments.segments(forger.folder(SECOND))
    place = forger.draw.randrange(len(paths) - 1)
    return paths[place], segments.first_seq(paths[place]), segments.first_seq(paths[place + 1])


def damaged_compressed(forger: Forger) -> Expected:
    """A byte, a piece of the end, or more at the end: whatever can still be read of it."""
    path, begin, end = compressed_file(forger)
    file = str(path.relative_to(forger.archive))
    whole, content = path.read_bytes(), segments.read(path)
    while segments.read(path) == content:  # some bits of a compressed file mean nothing
        broken = bytearray(whole)
        how = forger.draw.randrange(3)
        at = forger.draw.randrange(len(broken))
        if how == 0:
            broken[at] ^= forger.draw.randrange(1, 256)
        path.write_bytes((broken, broken[:at], broken + whole[:at])[how])
    left = segments.read(path).bytes
    number = begin + sum(1 for each in entries(left) if content.bytes.startswith(left[: each.end]))
    return expected("changed", SECOND, begin if number == end else number, file)


def swapped_files(forger: Forger) -> Expected:
    """Two closed segments under each other's names."""
    path, begin, _ = compressed_file(forger)
    others = [each for each in segments.segments(forger.folder(SECOND))[:-1] if each != path]
    other = forger.draw.choice(others)
    mine, theirs = path.read_bytes(), other.read_bytes()
    path.write_bytes(theirs)
    other.write_bytes(mine)
    return expected("reordered", SECOND, min(begin, segments.first_seq(other)))


FORGERIES: tuple[Callable[[Forger], Expected], ...] = (
    flipped_byte, changed_event, other_length, removed_event, removed_segment, added_event,
    appended_event, copied_event, swapped_events, truncated, swapped_shards, edited_tree,
    edited_checkpoint, edited_line, signed_by_a_stranger, damaged_compressed, swapped_files,
)  # fmt: skip


def copied(archive: Path, to: Path) -> Path:
    """The archive and its checkpoints once more."""
    shutil.copytree(archive.parent, to)
    return to / archive.name
