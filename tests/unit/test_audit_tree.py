"""The tree on disk is that of the frames, whatever was left of it, and a proof reads little."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.audit.adapters.tree import Tree
from services.audit.rules import merkle


def frame(seq: int) -> bytes:
    return b"frame %d" % seq


def frames(first: int, last: int) -> list[bytes]:
    return [frame(seq) for seq in range(first, last + 1)]


def frames_from(seq: int) -> Iterator[bytes]:
    """Those of a shard that goes on and on."""
    while True:
        yield frame(seq)
        seq += 1


def nothing_from(seq: int) -> Iterator[bytes]:
    raise AssertionError(f"the segments were read from {seq} on")


def opened(folder: Path, size: int) -> Tree:
    return Tree(folder, size=size, frames_from=frames_from)


def expected_root(size: int) -> bytes:
    return merkle.root_of([merkle.leaf_hash(each) for each in frames(1, size)])


def levels(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "tree").glob("[0-9][0-9]")}


def test_the_tree_grows_with_the_frames_and_has_the_root_of_every_size(tmp_path: Path) -> None:
    tree = Tree(tmp_path, size=0, frames_from=nothing_from)
    for first, last in ((1, 1), (2, 5), (6, 6), (7, 30)):
        tree.append(frames(first, last))
        assert tree.size == last
    assert [tree.root(size) for size in range(31)] == [expected_root(size) for size in range(31)]
    assert [len(levels(tmp_path)[f"{level:02}"]) // 32 for level in range(5)] == [30, 15, 7, 3, 1]


def test_every_proof_from_the_disk_verifies(tmp_path: Path) -> None:
    tree = opened(tmp_path, 21)
    for size in range(1, 22):
        root = tree.root(size)
        for seq in range(1, size + 1):
            proof = tree.inclusion(seq, size)
            leaf = merkle.leaf_hash(frame(seq))
            assert merkle.is_included(leaf, seq - 1, size, proof=proof, root=root)
            both = {"old_root": tree.root(seq), "new_root": root}
            assert merkle.is_consistent(seq, size, proof=tree.consistency(seq, size), **both)


def test_the_tree_answers_for_nothing_that_it_does_not_have(tmp_path: Path) -> None:
    tree = opened(tmp_path, 3)
    for ask in (
        lambda: tree.root(4),
        lambda: tree.root(-1),
        lambda: tree.inclusion(1, 4),
        lambda: tree.inclusion(0, 3),
        lambda: tree.consistency(1, 4),
    ):
        with pytest.raises(ValueError):  # noqa: PT011
            ask()


@pytest.mark.parametrize("size", [0, 1, 5, 12, 13, 20])
def test_an_opened_tree_is_what_the_segments_hold(tmp_path: Path, size: int) -> None:
    tree = opened(tmp_path, 12)
    tree.sync()
    tree.append(frames(13, 13))
    reopened = opened(tmp_path, size)
    assert reopened.size == size
    assert reopened.root(size) == expected_root(size)
    reopened.append(frames(size + 1, size + 9))
    assert reopened.root(size + 9) == expected_root(size + 9)
    fresh = tmp_path / "fresh"
    opened(fresh, size + 9)
    assert {n: c for n, c in levels(tmp_path).items() if c} == levels(fresh)


def test_a_synced_tree_is_opened_without_the_segments(tmp_path: Path) -> None:
    opened(tmp_path, 12).sync()
    assert Tree(tmp_path, size=12, frames_from=nothing_from).root(12) == expected_root(12)


def test_what_a_crash_of_the_machine_spoils_is_made_again(tmp_path: Path) -> None:
    tree = opened(tmp_path, 12)
    tree.sync()
    tree.append(frames(13, 20))
    for path in (tmp_path / "tree").glob("[0-9][0-9]"):
        kept = (12 >> int(path.name)) * 32
        size = path.stat().st_size
        os.truncate(path, kept)
        os.truncate(path, size)  # zeros, where the disk had not been reached
    assert opened(tmp_path, 20).root(20) == expected_root(20)


def test_a_tree_that_was_set_back_is_not_believed_where_it_was_not_synced(tmp_path: Path) -> None:
    opened(tmp_path, 12).sync()
    opened(tmp_path, 5).append([b"other"] * 10)
    assert opened(tmp_path, 12).root(12) == expected_root(12)


@pytest.mark.parametrize("damage", ["level", "synced", "short"])
def test_a_tree_of_which_something_is_missing_is_made_again(tmp_path: Path, damage: str) -> None:
    opened(tmp_path, 12).sync()
    folder = tmp_path / "tree"
    if damage == "level":
        (folder / "01").unlink()
    elif damage == "synced":
        (folder / "synced").write_bytes(b"twelve")
    else:
        os.truncate(folder / "00", 100)
    assert opened(tmp_path, 12).root(12) == expected_root(12)


def test_a_failed_write_adds_nothing_and_the_next_makes_it_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = opened(tmp_path, 3)
    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", _refuse)
        with pytest.raises(OSError, match="full"):
            tree.append(frames(4, 8))
    assert tree.size == 3
    tree.complete(8)
    assert tree.root(8) == expected_root(8)


def test_a_proof_reads_a_few_nodes_of_a_large_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = 9_999
    tree = opened(tmp_path, size)
    reads: list[int] = []
    pread = os.pread

    def counted(descriptor: int, length: int, at: int) -> bytes:
        reads.append(at)
        return pread(descriptor, length, at)

    monkeypatch.setattr(os, "pread", counted)
    for ask in (
        lambda: tree.inclusion(4_711, size),
        lambda: tree.inclusion(size, size),
        lambda: tree.consistency(4_711, size),
        lambda: tree.root(size),
    ):
        reads.clear()
        ask()
        assert len(reads) <= 2 * size.bit_length()


def _refuse(*_: object) -> int:
    raise OSError("the disk is full")
