"""Whoever reads an archive gets every event of a shard, in order, or is told what is missing."""

from pathlib import Path

import pytest
import zstandard

from chassis import archive
from chassis.archive import NotWhole, segments
from chassis.bus.admission import Stream
from tests.archives import SHARD, bounds, record, records, written

OTHER = Stream("claims.events", 11)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nine records in several segments, two of another topic, two in a neighboring shard."""
    monkeypatch.setattr(segments, "SEGMENT_BYTES_MAX", 500)
    neighbor = Stream(SHARD.topic, 4)
    written(tmp_path, records(9), records(2, stream=OTHER), records(2, stream=neighbor))
    return tmp_path


def files(folder: Path) -> list[Path]:
    return segments.segments(segments.folder_of(folder, SHARD))


def compress(path: Path, *, keep: bool = False) -> None:
    """As the service does: the same name with `.zst` behind it."""
    content = zstandard.ZstdCompressor(write_checksum=True).compress(path.read_bytes())
    path.with_name(f"{path.name}.zst").write_bytes(content)
    if not keep:
        path.unlink()


def seqs(folder: Path, *, after: int = 0) -> list[int]:
    return [each.seq for each in archive.records(folder, *SHARD, after=after)]


def test_records_come_as_they_were_archived_from_any_number_on(folder: Path) -> None:
    given = record(7)._replace(headers=(("ce_type", b"banking.thing.v1"), ("null", None)))
    typed = folder / "typed"
    written(typed, [*records(6), given])
    (found,) = archive.records(typed, *SHARD, after=6)
    assert found[:-1] == (*SHARD, 7, given.event_id, given.type, given.key, given.body)
    assert found.headers == given.headers
    for after in range(11):
        assert seqs(folder, after=after) == list(range(after + 1, 10))
    assert list(archive.records(folder, "no.topic", 0)) == []


def test_heads_are_those_of_the_topic(folder: Path) -> None:
    assert archive.heads(folder, SHARD.topic) == {3: 9, 4: 2}
    assert archive.heads(folder, OTHER.topic) == {11: 2}
    assert archive.heads(folder, "no.topic") == {}
    segments.segment(segments.folder_of(folder, SHARD), 10).write_bytes(bytes(40))  # just begun
    assert archive.heads(folder, SHARD.topic) == {3: 9, 4: 2}


def test_compressed_segments_are_read_as_if_they_were_not(folder: Path) -> None:
    expected = list(archive.records(folder, *SHARD))
    first, second, *_, last = files(folder)
    compress(first)
    compress(second, keep=True)
    assert list(archive.records(folder, *SHARD)) == expected
    assert [path.suffix for path in files(folder)][:2] == [".zst", ".segment"]
    compress(last)
    assert list(archive.records(folder, *SHARD)) == expected
    assert archive.heads(folder, SHARD.topic)[3] == 9
    assert segments.content_of(first) == segments.content_of(files(folder)[0])  # moved meanwhile


@pytest.mark.parametrize("harm", ["damaged", "cut", "missing", "swapped", "broken compressed"])
def test_what_is_missing_is_told_and_nothing_behind_it_is_given(folder: Path, harm: str) -> None:
    path = files(folder)[1]
    first = segments.first_seq(path)
    content = path.read_bytes()
    start, _ = bounds(content)[1]
    if harm == "damaged":
        path.write_bytes(content[: start + 30] + b"?" + content[start + 31 :])
    elif harm == "cut":
        path.write_bytes(content[:-1])
    elif harm == "missing":
        path.unlink()
    elif harm == "swapped":
        path = files(folder)[0]
        first = 1
        path.write_bytes(bytes(32) + path.read_bytes()[32:])
    else:
        compress(path)
        broken = path.with_name(f"{path.name}.zst")
        broken.write_bytes(broken.read_bytes()[:-40])
    given: list[int] = []
    with pytest.raises(NotWhole, match=r"verify the archive|does not continue"):
        given.extend(each.seq for each in archive.records(folder, *SHARD))
    assert given == list(range(1, len(given) + 1))
    assert first - 1 <= len(given) < segments.first_seq(files(folder)[2 - (harm == "missing")])


def test_a_torn_end_is_not_there_yet(folder: Path) -> None:
    last = files(folder)[-1]
    last.write_bytes(last.read_bytes()[:-1])
    assert seqs(folder) == list(range(1, 9))
