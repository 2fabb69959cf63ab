"""The tree over the record of a shard, as certificate logs have it (RFC 6962, RFC 9162).

A leaf is SHA-256(0x00, entry), a node SHA-256(0x01, left, right). Who asks for a root or a proof
gives a source of the *complete* subtrees: `node(level, index)` stands for the leaves from
`index * 2**level` on, 2**level of them; level 0 are the leaves. Indexes count from 0.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
Nodes = Callable[[int, int], bytes]


def leaf_hash(entry: bytes | memoryview) -> bytes:
    """What stands for an entry; 32 bytes."""
    hashed = sha256(b"\x00")
    hashed.update(entry)
    return hashed.digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """What stands for two neighbors; 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """How many of `size` leaves (two or more) the left half has: the largest power of 2 below."""
    return 1 << ((size - 1).bit_length() - 1)


def range_root(node: Nodes, start: int, end: int) -> bytes:
    """The root over the leaves from `start` to before `end`: all of them, or a part as the tree has
    it (the left or the right half of one, and so on).
    """
    size = end - start
    if size == 0:
        return EMPTY_ROOT
    level = size.bit_length() - 1
    if size == 1 << level:
        return node(level, start >> level)
    middle = start + split(size)
    return node_hash(range_root(node, start, middle), range_root(node, middle, end))


def root(node: Nodes, size: int) -> bytes:
    """The root over the first `size` leaves; of none, SHA-256 of nothing."""
    return range_root(node, 0, size)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else EMPTY_ROOT
    middle = split(len(leaves))
    return node_hash(root_of(leaves[:middle]), root_of(leaves[middle:]))


def inclusion_proof(node: Nodes, index: int, size: int) -> list[bytes]:
    """That the leaf stands at `index` in the tree of `size`: the neighbors on its way to the root.

    Raises: ValueError, when the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has none at {index}")
    proof, start, end = [], 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            proof.append(range_root(node, middle, end))
            end = middle
        else:
            proof.append(range_root(node, start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(node: Nodes, old: int, new: int) -> list[bytes]:
    """That the first `old` leaves of the tree of `new` are those of the tree of `old`.

    Raises: ValueError, when `old` is larger.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} leaves is not the beginning of one of {new}")
    if old in {0, new}:
        return []
    proof, start, end = [], 0, new
    while old != end:
        middle = start + split(end - start)
        if old <= middle:
            proof.append(range_root(node, middle, end))
            end = middle
        else:
            proof.append(range_root(node, start, middle))
            start = middle
    if start > 0:  # else it is the old root itself, which the reader has
        proof.append(range_root(node, start, end))
    return proof[::-1]


def is_included(leaf: bytes, index: int, size: int, *, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from this leaf hash to the root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, reached = index, size - 1, leaf
    for neighbor in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            reached = node_hash(neighbor, reached)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            reached = node_hash(reached, neighbor)
        place, last = place >> 1, last >> 1
    return last == 0 and reached == root


def is_consistent(
    old: int, new: int, *, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Whether the proof leads to both roots (RFC 9162 section 2.1.4.2); all begin with no leaf."""
    if old in {0, new}:
        return not proof and old_root == (new_root if old == new else EMPTY_ROOT)
    if not 0 < old < new or not proof:
        return False
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    to_old = to_new = path[0]
    for neighbor in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            to_old, to_new = node_hash(neighbor, to_old), node_hash(neighbor, to_new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            to_new = node_hash(to_new, neighbor)
        place, last = place >> 1, last >> 1
    return last == 0 and to_old == old_root and to_new == new_root


def grown(edge: Sequence[bytes], size: int, leaves: Sequence[bytes]) -> list[list[bytes]]:
    """What leaves added to a tree of `size` make: the new complete nodes of each level.

    `edge`: the last complete node of each level; only those without a right neighbor are looked at.
    """
    levels, fresh = [], list(leaves)
    while fresh:
        levels.append(fresh)
        level = len(levels) - 1
        row = [edge[level], *fresh] if (size >> level) & 1 else fresh
        fresh = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
    return levels


class Peaks:
    """The root over leaves that go by, without a tree: the roots of the complete subtrees that
    they make up, the smallest first."""

    def __init__(self) -> None:
        self._peaks: list[bytes | None] = []

    def add(self, leaf: bytes) -> None:
        """One more leaf hash."""
        carried = leaf
        for level, peak in enumerate(self._peaks):
            if peak is None:
                self._peaks[level] = carried
                return
            carried = node_hash(peak, carried)
            self._peaks[level] = None
        self._peaks.append(carried)

    def root(self) -> bytes:
        """The root over all that went by."""
        found = [peak for peak in self._peaks if peak is not None]
        if not found:
            return EMPTY_ROOT
        root, *larger = found
        for peak in larger:
            root = node_hash(peak, root)
        return root
