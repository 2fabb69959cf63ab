"""Tampering with the archive is found, and its place is named."""

import os
import shutil
from pathlib import Path

import pytest

from chassis.archive import segments
from chassis.archive.frames import chained, first_digest, framed
from chassis.bus.admission import Stream
from contracts.audit import ChainHead
from services.audit.adapters.verification import Verifier
from services.audit.rules.findings import Damage
from tests.archives import SHARD, bounds, opened, record, records, written

FILE = "banking.events/03/00000000000000000001.segment"


def damage(folder: Path, *signed: ChainHead) -> Damage:
    found = Verifier(folder).walk(signed).damage
    assert found is not None
    assert found.kind == "archive-damaged"
    return found


def heads(folder: Path) -> tuple[ChainHead, ...]:
    walk = Verifier(folder).walk(())
    assert walk.damage is None
    return walk.heads


def test_an_untouched_archive_is_whole_also_against_older_checkpoints(tmp_path: Path) -> None:
    written(tmp_path, records(2))
    older = heads(tmp_path)
    written(tmp_path, [record(3), *records(2, stream=Stream("audit.events", 0))])
    walk = Verifier(tmp_path).walk(older)
    assert walk.damage is None
    assert [(h.topic, h.shard, h.seq) for h in walk.heads] == [
        ("audit.events", 0, 2),
        ("banking.events", 3, 3),
    ]


def test_an_empty_or_missing_archive_is_whole(tmp_path: Path) -> None:
    assert heads(tmp_path) == heads(tmp_path / "missing") == ()


def test_any_flipped_byte_is_found_and_placed(tmp_path: Path) -> None:
    segment = written(tmp_path, records(3))
    content = segment.read_bytes()
    placed = bounds(content)
    for at in range(len(content)):
        flipped = bytearray(content)
        flipped[at] ^= 1 << (at % 8)
        segment.write_bytes(flipped)
        found = damage(tmp_path)
        seq, (start, _) = next((n, p) for n, p in enumerate(placed, start=1) if at < p[1])
        expected = (seq, start) if at >= 32 else (1, 0)
        assert (found.seq, found.byte, found.file) == (*expected, FILE)
        assert (found.topic, found.shard) == SHARD


def test_a_removed_record_is_found(tmp_path: Path) -> None:
    segment = written(tmp_path, records(3))
    content = segment.read_bytes()
    start, end = bounds(content)[1]
    segment.write_bytes(content[:start] + content[end:])
    assert damage(tmp_path)[3:6] == (2, FILE, start)


def test_reordered_records_are_found(tmp_path: Path) -> None:
    segment = written(tmp_path, records(3))
    content = segment.read_bytes()
    (start, middle), (_, end) = bounds(content)[1:]
    segment.write_bytes(content[:start] + content[middle:end] + content[start:middle])
    assert damage(tmp_path)[3:6] == (2, FILE, start)


def test_a_removed_segment_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "SEGMENT_BYTES_MAX", 500)
    written(tmp_path, records(9))
    first, second, third, *_ = segments.segments(segments.folder_of(tmp_path, SHARD))
    second.unlink()
    found = damage(tmp_path)
    assert (found.seq, found.file) == (segments.first_seq(second), FILE)
    assert found.byte == first.stat().st_size
    assert str(segments.first_seq(third)) in found.detail


def test_a_closed_segment_that_was_cut_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "SEGMENT_BYTES_MAX", 500)
    segment = written(tmp_path, records(9))
    start, end = bounds(segment.read_bytes())[-1]
    os.truncate(segment, end - 1)
    assert damage(tmp_path)[4:6] == (FILE, start)
    os.truncate(segment, start)
    assert damage(tmp_path)[4:6] == (FILE, start)


def test_a_swapped_shard_is_found(tmp_path: Path) -> None:
    written(tmp_path, records(2), records(2, stream=Stream("banking.events", 4)))
    folder = tmp_path / "banking.events"
    (folder / "03").rename(folder / "05")
    assert damage(tmp_path)[1:4] == ("banking.events", 5, 1)


def test_a_truncated_archive_is_noticed_by_the_last_checkpoint(tmp_path: Path) -> None:
    segment = written(tmp_path, records(3))
    signed = heads(tmp_path)
    start = bounds(segment.read_bytes())[2][0]
    os.truncate(segment, start)
    found = damage(tmp_path, *signed)
    assert found[3:6] == (3, FILE, start)
    assert "3 records were signed" in found.detail
    shutil.rmtree(tmp_path / "banking.events")
    assert damage(tmp_path, *signed)[1:4] == ("banking.events", 3, 1)


def test_a_record_that_was_written_anew_is_not_the_one_that_was_signed(tmp_path: Path) -> None:
    segment = written(tmp_path, records(3))
    signed = heads(tmp_path)
    forged = [record(1), record(2, body=b'{"number": 9999}'), record(3)]
    content = digest = first_digest(SHARD)
    for each in forged:
        digest = chained(digest, framed(each))
        content += framed(each) + digest
    segment.write_bytes(content)
    assert Verifier(tmp_path).walk(()).damage is None  # the chain itself is in order
    found = damage(tmp_path, *signed)
    assert found.seq == 3
    assert "not the one that was signed" in found.detail


def test_verification_reads_while_another_writes(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        archive.append(records(2))
        assert [head.seq for head in heads(tmp_path)] == [2]
        archive.append([record(3)])
        assert [head.seq for head in heads(tmp_path)] == [3]
