"""The files of an archive: `TOPIC/SHARD/FIRST-NUMBER.segment` in its folder; closed ones end in
`.segment.zst`, once they are compressed. One that is there twice is just being compressed.
"""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import zstandard

from chassis.bus.admission import Stream

SEGMENT_BYTES_MAX = 16 * 1024 * 1024
"""A segment that would grow beyond is closed, and the next begun."""
COMPRESSED = ".zst"
CONTENT_BYTES_MAX = 1 << 30
"""Not much more is taken out of a compressed one, whatever it claims to hold."""
_PIECE_BYTES = 4096
"""Of a broken one, what was made of the pieces before is known."""
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


class Content(NamedTuple):
    """What a segment holds; of a damaged compressed one what comes before the damage."""

    bytes: bytes
    is_damaged: bool


def content_of(segment: Path) -> bytes:
    """What a segment holds, as far as it can be read: see `read`. Raises: OSError."""
    return read(segment).bytes


def read(segment: Path) -> Content:
    """What a segment holds, even if it was compressed since its name was read. Raises: OSError."""
    if segment.suffix != COMPRESSED:
        with suppress(FileNotFoundError):
            return Content(segment.read_bytes(), is_damaged=False)
        segment = segment.with_name(segment.name + COMPRESSED)
    return decompressed(segment)


def decompressed(file: Path) -> Content:
    """What a compressed file holds: one frame of zstd, and nothing behind it. Raises: OSError."""
    reader, pieces, size = zstandard.ZstdDecompressor().decompressobj(), list[bytes](), 0
    with file.open("rb") as opened:
        try:
            while (piece := opened.read(_PIECE_BYTES)) and size < CONTENT_BYTES_MAX:
                pieces.append(reader.decompress(piece))
                size += len(pieces[-1])
        except zstandard.ZstdError:  # broken, or something stands behind the frame
            return Content(b"".join(pieces), is_damaged=True)
    return Content(b"".join(pieces), is_damaged=not reader.eof or bool(reader.unused_data))


def bytes_of(segment: Path) -> int:
    """How large its file is, even if it was compressed since its name was read."""
    with suppress(FileNotFoundError):
        return segment.stat().st_size
    return segment.with_name(segment.name + COMPRESSED).stat().st_size
