"""The files of the archive: `TOPIC/SHARD/FIRST-NUMBER.segment` in its folder."""

import os
from pathlib import Path

from chassis.bus.admission import Stream

SEGMENT_BYTES_MAX = 16 * 1024 * 1024
"""A segment that would grow beyond is closed, and the next begun."""
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
            for segment in archive.glob(f"*/{_SHARD}/{_NAME}")
        }
    )


def segments(folder: Path) -> list[Path]:
    """The segments of a shard, the first one first."""
    return sorted(folder.glob(_NAME))


def segment(folder: Path, first_seq: int) -> Path:
    """The segment that begins with this number."""
    return folder / f"{first_seq:020}.segment"


def first_seq(segment: Path) -> int:
    """The number that a segment begins with."""
    return int(segment.stem)


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
