"""The archive on disk: exact bytes, a chain, and a tail that may be torn at any byte."""

import os
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from chassis.archive import segments
from chassis.archive.frames import chained, first_digest, framed, unframed
from chassis.bus.admission import Stream
from chassis.service import CannotStart
from services.audit.adapters.shard import NumberOutOfOrder
from services.audit.adapters.verification import Verifier
from tests.archives import SHARD, bounds, opened, record, records, written

OTHER = Stream("claims.events", 11)


def test_a_frame_gives_back_the_record_byte_for_byte() -> None:
    given = record(7, body=b"\x00\xff{")
    found = unframed(framed(given))
    assert (found.event_id, found.key) == (given.event_id, given.key)
    assert found.headers == given.headers
    assert found.body == given.body


def test_null_and_empty_values_and_the_order_of_headers_are_told_apart() -> None:
    given = record(1)
    null, empty = given._replace(headers=(("a", None),)), given._replace(headers=(("a", b""),))
    assert framed(null) != framed(empty)
    assert framed(given) != framed(given._replace(headers=given.headers[::-1]))


def test_each_digest_is_over_the_one_before_it_and_the_frame(tmp_path: Path) -> None:
    content = written(tmp_path, records(3)).read_bytes()
    digest = content[:32]
    assert digest == sha256(b"tameng archive 1 banking.events 3").digest()
    for each, (start, end) in zip(records(3), bounds(content), strict=True):
        assert content[start : end - 32] == framed(each)
        digest = chained(digest, framed(each))
        assert content[end - 32 : end] == digest


def test_the_bytes_do_not_depend_on_how_records_came_in_polls(tmp_path: Path) -> None:
    at_once = written(tmp_path / "a", records(4)).read_bytes()
    one_by_one = written(tmp_path / "b", *([each] for each in records(4))).read_bytes()
    assert at_once == one_by_one


@pytest.mark.parametrize("whole", [0, 2])
def test_a_tail_torn_at_any_byte_is_cut_and_written_again(tmp_path: Path, whole: int) -> None:
    content = written(tmp_path / "whole", records(whole + 1)).read_bytes()
    first = bounds(content)[whole][0] if whole else 0
    for cut in range(first, len(content)):
        folder = tmp_path / str(cut)
        segment = written(folder, records(whole + 1))
        os.truncate(segment, cut)
        while_torn = Verifier(folder).walk(())
        assert (while_torn.damage, sum(h.seq for h in while_torn.heads)) == (None, whole)
        with opened(folder) as archive:
            assert archive.watermarks() == ({SHARD: whole} if whole else {})
            archive.append([record(whole + 1)])
        assert segment.read_bytes() == content


def test_what_is_cut_off_is_kept_beside_the_segment(tmp_path: Path) -> None:
    segment = written(tmp_path, records(2))
    content = segment.read_bytes()
    os.truncate(segment, len(content) - 5)
    with opened(tmp_path):
        pass
    start = bounds(content)[1][0]
    assert Path(f"{segment}.cut-at-{start}").read_bytes() == content[start:-5]


def test_zeros_that_a_lost_machine_left_behind_are_cut(tmp_path: Path) -> None:
    segment = written(tmp_path, records(2))
    content = segment.read_bytes()
    segment.write_bytes(content + bytes(4096))
    with opened(tmp_path) as archive:
        assert archive.watermarks() == {SHARD: 2}
    assert segment.read_bytes() == content


def test_damage_before_the_end_is_left_for_the_verifier(tmp_path: Path) -> None:
    segment = written(tmp_path, records(3))
    content = bytearray(segment.read_bytes())
    start, end = bounds(bytes(content))[1]
    for at in range(start, end - 32):
        damaged = content.copy()
        damaged[at] ^= 1
        segment.write_bytes(damaged)
        with opened(tmp_path) as archive:
            assert archive.watermarks() == {SHARD: 3}
            assert archive.event(SHARD, 2) is None
            assert archive.event(SHARD, 3) is not None
        assert segment.read_bytes() == damaged


def test_segments_are_bounded_and_read_across(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "SEGMENT_BYTES_MAX", 500)
    written(tmp_path, records(7), [record(8)], [record(9, body=b"x" * 1000)], [record(10)])
    folder = segments.folder_of(tmp_path, SHARD)
    sizes = [path.stat().st_size for path in segments.segments(folder)]
    assert len(sizes) > 4
    assert sum(size > 500 for size in sizes) == 1  # the one record that is larger than a segment
    assert Verifier(tmp_path).walk(()).damage is None
    with opened(tmp_path) as archive:
        assert archive.watermarks() == {SHARD: 10}
        found = [archive.event(SHARD, seq) for seq in range(12)]
        assert [each and each.event_id.int & 0xFFFF for each in found] == [
            None, *range(1, 11), None,
        ]  # fmt: skip
        archive.append([record(11)])
        assert archive.size().segments == len(segments.segments(folder))


def test_shards_and_topics_are_kept_apart(tmp_path: Path) -> None:
    mixed = [*records(2), *records(3, stream=OTHER)]
    written(tmp_path, mixed)
    with opened(tmp_path) as archive:
        assert archive.watermarks() == {SHARD: 2, OTHER: 3}
    assert first_digest(SHARD) != first_digest(OTHER)


def test_a_number_that_does_not_follow_on_is_not_written(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        archive.append(records(2))
        for wrong in (2, 4):
            with pytest.raises(NumberOutOfOrder):
                archive.append([record(wrong)])
        assert archive.watermarks() == {SHARD: 2}


def test_a_number_that_comes_again_is_compared_with_the_archived_bytes(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        archive.append(records(3))
        changed = record(2, body=b"{}")
        (found,) = archive.differing([record(1), changed, record(3)])
    assert (found.topic, found.shard, found.seq) == ("banking.events", 3, 2)
    assert found.archived_sha256 == sha256(framed(record(2))).hexdigest()
    assert found.arrived_sha256 == sha256(framed(changed)).hexdigest()


def test_only_one_process_writes(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(CannotStart, match="another process writes"):
        written(tmp_path, records(1))


@pytest.mark.parametrize("failing", ["pwrite", "fdatasync"])
def test_a_write_that_failed_halfway_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    calls, really = count(), getattr(os, failing)

    def fail_at_first(descriptor: int, *given: Any) -> object:
        if next(calls) == 0:
            if failing == "pwrite":
                really(descriptor, b"\x7f" * 5000, given[1])
            raise OSError(28, "No space left on device")
        return really(descriptor, *given)

    with opened(tmp_path / "a") as archive:
        archive.append(records(2))
        with monkeypatch.context() as patched:
            patched.setattr(os, failing, fail_at_first)
            with pytest.raises(OSError, match="No space"):
                archive.append([record(3)])
            assert archive.watermarks() == {SHARD: 2}
            archive.append([record(3)])
    segment = segments.segment(segments.folder_of(tmp_path / "a", SHARD), 1)
    assert segment.read_bytes() == written(tmp_path / "b", records(3)).read_bytes()


def test_a_first_write_that_failed_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with opened(tmp_path) as archive:
        with monkeypatch.context() as patched:
            patched.setattr(os, "fdatasync", fail)
            with pytest.raises(OSError, match="Input/output"):
                archive.append(records(2))
        assert archive.watermarks() == {}
        archive.append(records(1))
        assert archive.size().segments == 1
    assert [head.seq for head in Verifier(tmp_path).walk(()).heads] == [1]
