"""Compress closed segments: `N.segment` becomes `N.segment.zst`, which the program `zstd` reads.

Whenever this is killed, the archive is whole: the old file stays until the new one is on disk under
its name and was read back. While both are there, the old one counts, and is compressed again.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import zstandard

from chassis.archive import segments
from chassis.folders import sync_folder

LEVEL = 3
_NEW = ".new"


class ReadBackDiffers(OSError):
    """What was compressed does not hold what it was made of; the segment stays as it is."""


def closed(archive: Path) -> Iterator[Path]:
    """The segments to compress: the last one of a shard is open."""
    for stream in segments.streams(archive):
        for path in segments.segments(segments.folder_of(archive, stream))[:-1]:
            if path.suffix != segments.COMPRESSED:
                yield path


def compress(segment: Path) -> None:
    """Compress one segment. Blocks. Raises: OSError; then the segment is there as before."""
    content = segment.read_bytes()
    target = segment.with_name(segment.name + segments.COMPRESSED)
    fresh = target.with_name(target.name + _NEW)
    _write(fresh, zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(content))
    if segments.decompressed(fresh) != (content, False):
        raise ReadBackDiffers(f"{fresh} does not hold what is in {segment}: look at the disk")
    fresh.rename(target)
    sync_folder(segment.parent)
    segment.unlink()
    sync_folder(segment.parent)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fdatasync(file.fileno())
