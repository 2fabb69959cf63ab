"""Prove what stands in the record, and that nothing before was touched."""

import asyncio
from base64 import b64encode

from pydantic import BaseModel

from chassis.bus.admission import Stream
from contracts.refusal import Refused
from services.audit.adapters.archive import Archive


class NotInTheTree(Refused):
    """The archive has no such tree, or the tree no such record."""

    slug, status, retryable = "not-in-the-tree", 404, False


class Inclusion(BaseModel):
    """That a record is among the first `size` of its shard (RFC 9162 section 2.1.3)."""

    topic: str
    shard: int
    seq: int
    size: int
    root: str
    """Base64, as it stands in the checkpoint of this size."""
    proof: list[str]


class Consistency(BaseModel):
    """That the first `old` records of a shard begin the first `new` (RFC 9162 section 2.1.4)."""

    topic: str
    shard: int
    old: int
    new: int
    proof: list[str]


async def inclusion(archive: Archive, stream: Stream, seq: int, size: int) -> Inclusion:
    """Prove that a record stands where it does. Raises: NotInTheTree."""

    def prove() -> tuple[list[bytes], bytes]:
        return archive.inclusion(stream, seq, size), archive.root(stream, size)

    try:
        proof, root = await asyncio.to_thread(prove)
    except ValueError as error:
        raise NotInTheTree(f"{error}: take number and size from a checkpoint") from None
    return Inclusion(
        topic=stream.topic, shard=stream.shard, seq=seq, size=size,
        root=_base64(root), proof=[_base64(each) for each in proof],
    )  # fmt: skip


async def consistency(archive: Archive, stream: Stream, old: int, new: int) -> Consistency:
    """Prove that nothing before was touched. Raises: NotInTheTree."""
    try:
        proof = await asyncio.to_thread(archive.consistency, stream, old, new)
    except ValueError as error:
        raise NotInTheTree(f"{error}: take both sizes from checkpoints") from None
    return Consistency(
        topic=stream.topic, shard=stream.shard, old=old, new=new,
        proof=[_base64(each) for each in proof],
    )  # fmt: skip


def _base64(content: bytes) -> str:
    return b64encode(content).decode()
