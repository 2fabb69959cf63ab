"""The files of an archive: `TOPIC/SHARD/FIRST-NUMBER.segment` in its folder; closed ones end in
`.segment.zst`, once they are compressed. One that is there twice is just being compressed.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import zstandard

from chassis.bus.admission import Stream

SEGMENT_BYTES_MAX = 16 * 1024 * 1024
"""A segment that would grow beyond is closed, and the next begun."""
CONTENT_BYTES_MAX = 1 << 30
"""No more is taken out of a compressed one, whatever it claims to hold."""
COMPRESSED = ".zst"
_PIECE_BYTES = 1 << 20
_NAME = f"{20 * '[0-9]'}.segment"
_SHARD = "[0-9][0-9]"


def folder_of(archive: Path, stream: Stream) -> Path:
    """Where the segments of a shard lie."""
    return archive / stream.topic / f"{stream.shard:02}"


def streams(archive: Path) -> list[Stream]:
    """The shards that the archive holds, in order."""
    return sorted(
        {
            Stream(segment.parent.parent.name, int(segment.parent.name))
            for name in (_NAME, _NAME + COMPRESSED)
            for segment in archive.glob(f"*/{_SHARD}/{name}")
        }
    )


def segments(folder: Path) -> list[Path]:
    """The segments of a shard, the first one first; each once, as it was if it is there twice."""
    found = {first_seq(path): path for path in folder.glob(_NAME + COMPRESSED)}
    found |= {first_seq(path): path for path in folder.glob(_NAME)}
    return [found[seq] for seq in sorted(found)]


def segments_since(folder: Path, seq: int) -> list[Path]:
    """The segment that would hold this number, and those after it."""
    found = segments(folder)
    before = sum(first_seq(path) <= seq for path in found)
    return found[max(before - 1, 0) :]


def segment(folder: Path, first_seq: int) -> Path:
    """The segment that begins with this number, before it is compressed."""
    return folder / f"{first_seq:020}.segment"


def first_seq(segment: Path) -> int:
    """The number that a segment begins with."""
    return int(segment.name.partition(".")[0])


def content_of(segment: Path) -> bytes:
    """What a segment holds, even if it was compressed since its name was read; of a damaged
    compressed one what comes before the damage. Raises: OSError.
    """
    if segment.suffix != COMPRESSED:
        with suppress(FileNotFoundError):
            return segment.read_bytes()
        segment = segment.with_name(segment.name + COMPRESSED)
    return b"".join(_pieces(segment))


def _pieces(segment: Path) -> Iterator[bytes]:
    with segment.open("rb") as file:
        reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        with suppress(zstandard.ZstdError):
            for _ in range(CONTENT_BYTES_MAX // _PIECE_BYTES):
                piece = reader.read(_PIECE_BYTES)
                if not piece:
                    return
                yield piece


def sync_folder(folder: Path) -> None:
    """Have the disk know the names in a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, known to the disk."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in reversed(missing):
        sync_folder(each.parent)
