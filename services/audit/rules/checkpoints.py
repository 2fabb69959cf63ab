"""Checkpoints: one number and one signature for the whole record."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from contracts.audit import ChainHead, CheckpointSigned
from contracts.event import Cause, derived_id
from services.audit.rules.notes import TreeHead, checkpoint_text

ORIGIN = "tameng/archive"
"""The name of the log, and of the key that signs its checkpoints."""


def root(heads: Sequence[ChainHead]) -> bytes:
    """What stands for all heads: SHA-256 over one line each, `topic shard seq digest`, in the order
    of topics and shards, each line ended by a newline; 32 bytes.
    """
    ordered = sorted(heads, key=lambda head: (head.topic, head.shard))
    lines = "".join(f"{h.topic} {h.shard} {h.seq} {h.digest}\n" for h in ordered)
    return sha256(lines.encode()).digest()


class Signed(NamedTuple):
    """The two forms in which heads are signed."""

    signature: bytes
    """Ed25519 over their root; 64 bytes."""
    note: str
    """A signed note (C2SP) with the roots of the trees."""


def note_text(heads: Sequence[ChainHead]) -> str:
    """What the note says of these heads, each of which has a tree."""
    return checkpoint_text(ORIGIN, [_tree_head(head) for head in heads])


def grew(heads: Sequence[ChainHead], since: Sequence[ChainHead], *, own_topic: str) -> bool:
    """Whether there is more to vouch for. That a checkpoint stands in the record by now is no
    reason for the next: it would be one for ever."""
    before = {(head.topic, head.shard): head.seq for head in since}
    own = [head for head in heads if head.topic == own_topic]
    others = [head for head in heads if head.topic != own_topic]
    more = sum(head.seq - before.get((head.topic, head.shard), 0) for head in own)
    return more > 1 or any(head.seq > before.get((head.topic, head.shard), 0) for head in others)


def sign(
    heads: Sequence[ChainHead], signed: Signed, *, cause: Cause, officer: str, now: datetime
) -> CheckpointSigned:
    """Vouch for the record up to these heads."""
    return CheckpointSigned(
        **cause.stamp("sign-checkpoint", at=now),
        checkpoint_id=derived_id(cause.cause_id, "checkpoint"),
        heads=tuple(heads),
        events=events_in(heads),
        root=root(heads).hex(),
        signature=b64encode(signed.signature).decode(),
        note=signed.note,
        signed_by=officer,
    )


def events_in(heads: Sequence[ChainHead]) -> int:
    """How many events there are up to these heads: the numbers of a shard are dense."""
    return sum(head.seq for head in heads)


def events_by_topic(heads: Sequence[ChainHead]) -> dict[str, int]:
    """The same by topic."""
    topics = sorted({head.topic for head in heads})
    return {topic: events_in([h for h in heads if h.topic == topic]) for topic in topics}


def _tree_head(head: ChainHead) -> TreeHead:
    if head.tree_root is None:
        raise ValueError(f"{head.topic} {head.shard}: no tree")
    return TreeHead(head.topic, head.shard, head.seq, bytes.fromhex(head.tree_root))
