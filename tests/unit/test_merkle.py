"""Roots and proofs are those of RFC 6962, and nothing else passes for one."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.rules import merkle

ENTRIES = tuple(
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
)
"""The entries of the reference tree of Certificate Transparency, and its roots by size."""
ROOTS = tuple(
    bytes.fromhex(root)
    for root in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
)
INCLUSION = {
    (0, 1): "",
    (0, 8): "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    (5, 8): "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    (2, 3): "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    (1, 5): "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
}
CONSISTENCY = {
    (1, 1): "",
    (1, 8): "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    (6, 8): "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    (2, 5): "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
}
SIZES = st.integers(1, 70)


def leaves(size: int) -> list[bytes]:
    return [merkle.leaf_hash(b"%d" % number) for number in range(size)]


def nodes(hashes: Sequence[bytes]) -> merkle.Nodes:
    """A source of complete nodes, and of no other."""

    def node(level: int, index: int) -> bytes:
        size = 1 << level
        assert (index + 1) * size <= len(hashes)
        return merkle.root_of(hashes[index * size : (index + 1) * size])

    return node


REFERENCE = [merkle.leaf_hash(entry) for entry in ENTRIES]


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_roots_are_those_of_the_reference_tree(size: int) -> None:
    assert merkle.root(nodes(REFERENCE), size) == ROOTS[size]
    assert merkle.root_of(REFERENCE[:size]) == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_inclusion_proofs_are_those_of_the_reference_tree(index: int, size: int) -> None:
    proof = merkle.inclusion_proof(nodes(REFERENCE), index, size)
    assert b"".join(proof).hex() == INCLUSION[index, size]
    assert merkle.is_included(REFERENCE[index], index, size, proof=proof, root=ROOTS[size])


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_reference_tree(old: int, new: int) -> None:
    proof = merkle.consistency_proof(nodes(REFERENCE), old, new)
    assert b"".join(proof).hex() == CONSISTENCY[old, new]
    both = {"old_root": ROOTS[old], "new_root": ROOTS[new]}
    assert merkle.is_consistent(old, new, proof=proof, **both)


def test_a_proof_is_asked_for_what_is_there() -> None:
    for index in (-1, 3):
        with pytest.raises(ValueError, match="has none at"):
            merkle.inclusion_proof(nodes(REFERENCE), index, 3)
    with pytest.raises(ValueError, match="not the beginning"):
        merkle.consistency_proof(nodes(REFERENCE), 4, 3)


@given(SIZES, st.data())
def test_every_inclusion_proof_verifies_and_no_changed_one(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    root, leaf = merkle.root_of(hashes), hashes[index]
    proof = merkle.inclusion_proof(nodes(hashes), index, size)
    assert merkle.is_included(leaf, index, size, proof=proof, root=root)
    assert not merkle.is_included(leaf, -1, size, proof=proof, root=root)
    assert not merkle.is_included(leaf, size, size, proof=proof, root=root)
    assert not merkle.is_included(flipped(leaf, data), index, size, proof=proof, root=root)
    assert not merkle.is_included(leaf, index, size, proof=proof, root=flipped(root, data))
    assert not merkle.is_included(leaf, index, size, proof=[*proof, root], root=root)
    other = data.draw(st.integers(0, size - 1))
    assert merkle.is_included(leaf, other, size, proof=proof, root=root) == (other == index)
    for changed in changes(proof, data):
        assert not merkle.is_included(leaf, index, size, proof=changed, root=root)


@given(SIZES, st.data())
def test_every_consistency_proof_verifies_and_no_changed_one(new: int, data: st.DataObject) -> None:
    hashes = leaves(new)
    old = data.draw(st.integers(1, new))
    roots = {"old_root": merkle.root_of(hashes[:old]), "new_root": merkle.root_of(hashes)}
    proof = merkle.consistency_proof(nodes(hashes), old, new)
    assert merkle.is_consistent(old, new, proof=proof, **roots)
    for which, root in roots.items():
        changed_roots = roots | {which: flipped(root, data)}
        assert not merkle.is_consistent(old, new, proof=proof, **changed_roots)
    assert not merkle.is_consistent(old, new, proof=[*proof, hashes[0]], **roots)
    assert not merkle.is_consistent(new + 1, new, proof=proof, **roots)
    for changed in changes(proof, data):
        assert not merkle.is_consistent(old, new, proof=changed, **roots)


@given(SIZES)
def test_a_tree_begins_with_no_leaf_at_all(new: int) -> None:
    hashes = leaves(new)
    proof = merkle.consistency_proof(nodes(hashes), 0, new)
    root = merkle.root_of(hashes)
    begun = {"old_root": merkle.EMPTY_ROOT, "new_root": root}
    assert merkle.is_consistent(0, new, proof=proof, **begun)
    assert not merkle.is_consistent(0, new, proof=proof, old_root=root, new_root=root)


@given(st.lists(st.integers(0, 20), max_size=8))
def test_a_tree_that_grows_has_every_complete_node_once(portions: list[int]) -> None:
    hashes = leaves(sum(portions))
    rows: list[list[bytes]] = []
    size = 0
    for portion in portions:
        edge = [row[-1] for row in rows]
        fresh = merkle.grown(edge, size, hashes[size : size + portion])
        rows += [[] for _ in fresh[len(rows) :]]
        for row, added in zip(rows, fresh, strict=False):
            row.extend(added)
        size += portion
    node = nodes(hashes)
    assert rows == [
        [node(level, index) for index in range(size >> level)] for level in range(size.bit_length())
    ]


def flipped(content: bytes, data: st.DataObject) -> bytes:
    at = data.draw(st.integers(0, len(content) * 8 - 1))
    changed = bytearray(content)
    changed[at // 8] ^= 1 << (at % 8)
    return bytes(changed)


def changes(proof: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    """The proof with a bit flipped, without a hash, and with two of them swapped."""
    if not proof:
        return []
    at = data.draw(st.integers(0, len(proof) - 1))
    changed = [
        [*proof[:at], flipped(proof[at], data), *proof[at + 1 :]],
        [*proof[:at], *proof[at + 1 :]],
    ]
    if at:
        changed.append([*proof[: at - 1], proof[at], proof[at - 1], *proof[at + 1 :]])
    return changed
