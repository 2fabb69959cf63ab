"""Checkpoints: one number and one signature for the whole record."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from contracts.audit import ChainHead, CheckpointSigned
from contracts.event import Cause, derived_id


def root(heads: Sequence[ChainHead]) -> bytes:
    """What stands for all heads: SHA-256 over one line each, `topic shard seq digest`, in the order
    of topics and shards, each line ended by a newline; 32 bytes.
    """
    ordered = sorted(heads, key=lambda head: (head.topic, head.shard))
    lines = "".join(f"{h.topic} {h.shard} {h.seq} {h.digest}\n" for h in ordered)
    return sha256(lines.encode()).digest()


def sign(
    heads: Sequence[ChainHead], signature: bytes, *, cause: Cause, officer: str, now: datetime
) -> CheckpointSigned:
    """Vouch for the record up to these heads. `signature`: Ed25519 over their root, 64 bytes."""
    return CheckpointSigned(
        **cause.stamp("sign-checkpoint", at=now),
        checkpoint_id=derived_id(cause.cause_id, "checkpoint"),
        heads=tuple(heads),
        events=events_in(heads),
        root=root(heads).hex(),
        signature=b64encode(signature).decode(),
        signed_by=officer,
    )


def events_in(heads: Sequence[ChainHead]) -> int:
    """How many events there are up to these heads: the numbers of a shard are dense."""
    return sum(head.seq for head in heads)


def events_by_topic(heads: Sequence[ChainHead]) -> dict[str, int]:
    """The same by topic."""
    topics = sorted({head.topic for head in heads})
    return {topic: events_in([h for h in heads if h.topic == topic]) for topic in topics}
