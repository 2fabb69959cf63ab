"""Closed segments become smaller, and whoever is killed meanwhile leaves a whole archive."""

import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from chassis import archive as reading
from chassis.archive import segments
from chassis.service import CannotStart
from services.audit.adapters import compression
from services.audit.adapters.verification import Verifier
from tests.archives import SHARD, opened, record, records, written

SEGMENT_BYTES = 700
KILLS = 12


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "SEGMENT_BYTES_MAX", SEGMENT_BYTES)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in segments.folder_of(folder, SHARD).glob("0*"))


def compress_all(folder: Path) -> None:
    with opened(folder) as archive:
        while archive.compress():
            pass


def is_whole(folder: Path, last: int) -> bool:
    """By the verifier, and read from the first to the last."""
    walk = Verifier(folder).walk(())
    seqs = [each.seq for each in reading.records(folder, *SHARD)]
    return (walk.damage, seqs) == (None, list(range(1, last + 1)))


def test_closed_segments_are_compressed_and_the_open_one_is_not(tmp_path: Path) -> None:
    written(tmp_path, records(12))
    before = [path.read_bytes() for path in segments.segments(segments.folder_of(tmp_path, SHARD))]
    with opened(tmp_path) as archive:
        size = archive.size()
        while archive.compress():
            pass
        assert archive.size().segments == size.segments
        assert archive.size().bytes < size.bytes
        *closed, newest = segments.segments(segments.folder_of(tmp_path, SHARD))
        assert [segments.content_of(path) for path in (*closed, newest)] == before
        assert (newest.suffix, {path.suffix for path in closed}) == (".segment", {".zst"})
        found = [archive.event(SHARD, seq) for seq in range(1, 13)]
        assert [each and each.event_id for each in found] == [r.event_id for r in records(12)]
        assert archive.differing(records(12)) == []
        changed = record(2, body=b"{}")
        assert [each.seq for each in archive.differing([record(1), changed])] == [2]
        assert len(archive.differing([changed])[0].archived_sha256) == 64
        archive.append([record(13)])
    assert is_whole(tmp_path, 13)


class Killed(BaseException):
    """Nothing of what comes behind is done."""


STEPS = {"write": 0, "sync": 1, "rename": 2, "folder": 3, "remove": 4, "done": 5}


@pytest.mark.parametrize("step", STEPS)
def test_whoever_is_killed_at_any_step_leaves_a_whole_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = written(tmp_path, records(12))
    places = [(compression, "_write"), (segments, "decompressed"), (Path, "rename"),
              (compression, "sync_folder"), (Path, "unlink")]  # fmt: skip

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        for place, name in places[STEPS[step] :]:
            patched.setattr(place, name, killed)
        if step != "done":
            with pytest.raises(Killed):
                compression.compress(path)
        else:
            compression.compress(path)
    assert is_whole(tmp_path, 12)
    compress_all(tmp_path)
    assert is_whole(tmp_path, 12)
    assert [name.partition(".")[2] for name in files(tmp_path)[:-1]] == ["segment.zst"] * 3


def test_a_half_written_file_beside_is_no_part_of_the_archive(tmp_path: Path) -> None:
    path = written(tmp_path, records(12))
    half = path.with_name(f"{path.name}.zst.new")
    for size in range(0, 200, 7):
        half.write_bytes(b"\x28\xb5\x2f\xfd" + bytes(size))
        assert is_whole(tmp_path, 12)
    compress_all(tmp_path)
    assert not half.exists()


def test_what_cannot_be_read_back_does_not_replace_the_segment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, records(12))
    really = compression._write
    monkeypatch.setattr(compression, "_write", lambda file, content: really(file, content[:-1]))
    with pytest.raises(OSError, match="does not hold"):
        compression.compress(path)
    assert is_whole(tmp_path, 12)
    assert path.exists()


def test_a_tail_torn_at_any_byte_behind_compressed_segments_is_written_again(
    tmp_path: Path,
) -> None:
    written(tmp_path, records(13))
    compress_all(tmp_path)
    newest = segments.segments(segments.folder_of(tmp_path, SHARD))[-1]
    first, content = segments.first_seq(newest), newest.read_bytes()
    for cut in range(0, len(content), 3):
        os.truncate(newest, cut)
        with opened(tmp_path) as archive:
            reached = archive.watermarks()[SHARD]
            assert first - 1 <= reached < 13
            assert archive.event(SHARD, first - 1) is not None
            archive.append([record(seq) for seq in range(reached + 1, 14)])
        assert newest.read_bytes() == content
    assert is_whole(tmp_path, 13)


def test_a_compressed_segment_that_is_the_last_is_never_cut(tmp_path: Path) -> None:
    written(tmp_path, records(12))
    compress_all(tmp_path)
    *_, last, newest = segments.segments(segments.folder_of(tmp_path, SHARD))
    newest.unlink()
    whole = last.read_bytes()
    last.write_bytes(whole[:-20])
    with pytest.raises(CannotStart, match="move it away"), opened(tmp_path):
        pass
    assert last.read_bytes() == whole[:-20]
    found = Verifier(tmp_path).walk(()).damage
    assert found is not None
    assert found.file.endswith(last.name)
    last.unlink()
    with opened(tmp_path) as archive:
        reached = archive.watermarks()[SHARD]
        archive.append([record(seq) for seq in range(reached + 1, 13)])
    assert is_whole(tmp_path, 12)


def test_a_closed_file_that_is_damaged_behind_its_content_is_found(tmp_path: Path) -> None:
    written(tmp_path, records(12))
    compress_all(tmp_path)
    first = segments.segments(segments.folder_of(tmp_path, SHARD))[0]
    first.write_bytes(first.read_bytes() + b"more")
    found = Verifier(tmp_path).walk(()).damage
    assert found is not None
    assert "compressed file is damaged" in found.detail


def write_and_compress(folder: Path, told: Connection) -> None:
    """Append one record after the other and tell each, while a thread compresses."""
    with opened(folder) as archive:

        def compressing() -> None:
            while True:
                archive.compress()

        threading.Thread(target=compressing, daemon=True).start()
        while True:
            seq = archive.watermarks().get(SHARD, 0) + 1
            archive.append([record(seq)])
            told.send(seq)


def acknowledged(told: Connection) -> Iterator[int]:
    while told.poll():
        try:
            yield told.recv()
        except EOFError:
            return


def test_a_process_killed_in_the_middle_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    draw, last, reached = random.Random(7), 0, 0
    forked = multiprocessing.get_context("fork")
    for _ in range(KILLS):
        told, telling = forked.Pipe(duplex=False)
        process = forked.Process(target=write_and_compress, args=(tmp_path, telling))
        process.start()
        telling.close()
        last = max(last, told.recv())
        time.sleep(draw.uniform(0, 0.15))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        last = max([last, *acknowledged(told)])
        told.close()
        with opened(tmp_path) as archive:
            reached = archive.watermarks()[SHARD]
        assert last <= reached <= last + 1
        assert is_whole(tmp_path, reached)
    compress_all(tmp_path)
    assert is_whole(tmp_path, reached)
    assert sum(name.endswith(".zst") for name in files(tmp_path)) > KILLS
