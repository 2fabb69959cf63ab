"""What an answer rests on: the newest checkpoint, and whether it holds an event."""

import asyncio
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus.admission import Stream
from services.audit.adapters import Tools
from services.audit.queries.checkpoints import last_noted
from services.audit.rules import merkle, notes


class Newest(NamedTuple):
    """The newest checkpoint, its note checked again just now."""

    events: int
    root: str
    """Base64, over all shards, as in the note."""
    note: str
    signed_at: datetime
    signed_by: tuple[str, ...]
    """The names whose signatures are good: ours, then witnesses."""
    wrong: str | None
    """Why the note is not good; None when it is."""
    heads: tuple[notes.TreeHead, ...]


class Standing(NamedTuple):
    """Whether an event is in the newest checkpoint."""

    covered: int
    """How many events of its shard the checkpoint holds; 0: there is none yet."""
    is_proven: bool | None
    """None: it is younger than the checkpoint."""
    steps: int
    """Hashes of the proof."""
    root: str
    """Of its shard, in hexadecimal."""


async def newest(session: AsyncSession, *, tools: Tools) -> Newest | None:
    """The newest checkpoint, None when nothing was signed yet."""
    found = await last_noted(session)
    if found is None or found.note is None:
        return None
    known = (tools.signer.verifier, *tools.signer.witnesses)
    try:
        opened = notes.opened(found.note, known=known)
        told = notes.checkpoint(opened.text)
    except (notes.NoteMalformed, notes.SignatureWrong, notes.NotSigned) as error:
        return Newest(found.events, "", found.note, found.signed_at, (), str(error), ())
    root = opened.text.split("\n")[2]
    return Newest(
        told.events, root, found.note, found.signed_at, opened.signed_by, None, told.heads
    )


async def standing(tools: Tools, stream: Stream, seq: int, *, within: Newest | None) -> Standing:
    """Prove an event from its bytes on disk up to the root that was signed, and check the proof."""
    heads = within.heads if within else ()
    head = next((each for each in heads if (each.topic, each.shard) == stream), None)
    if head is None or seq > head.size:
        return Standing(head.size if head else 0, None, 0, "")
    return await asyncio.to_thread(_proven, tools, head, seq)


def _proven(tools: Tools, head: notes.TreeHead, seq: int) -> Standing:
    stream = Stream(head.topic, head.shard)
    leaf = tools.archive.leaf(stream, seq)
    try:
        proof = tools.archive.inclusion(stream, seq, head.size)
    except ValueError:  # the tree beside the archive lacks what was signed
        proof = []
    is_proven = leaf is not None and merkle.is_included(
        leaf, seq - 1, head.size, proof=proof, root=head.root
    )
    return Standing(head.size, is_proven, len(proof), head.root.hex())
