"""Look through the whole record, and vouch for it or say what is wrong."""

import asyncio
from dataclasses import dataclass

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.audit import ChainHead
from contracts.event import Cause
from services.audit.adapters import Tools
from services.audit.adapters.signing import Signer
from services.audit.adapters.verification import Verifier
from services.audit.models import Checkpoint
from services.audit.operations import checkpoints as checkpoints_of
from services.audit.queries.checkpoints import last_checkpoint
from services.audit.rules import checkpoints, findings
from services.audit.rules.findings import Damage


class Found(BaseModel):
    """The first place where something is not as it was."""

    kind: str
    topic: str
    shard: int
    seq: int
    """The number of the event."""
    file: str
    """Within the archive's folder."""
    byte: int
    detail: str


class Verification(BaseModel):
    """What looking through the record brought."""

    verified: bool
    events: int
    """That were whole, up to the first damage."""
    events_by_topic: dict[str, int]
    root: str | None
    """SHA-256 that stands for the whole record; none when it is damaged."""
    finding: Found | None


@dataclass(frozen=True)
class Seen:
    """The record as it was just looked through."""

    heads: tuple[ChainHead, ...]
    damage: Damage | None

    @property
    def verification(self) -> Verification:
        """As it is told."""
        return Verification(
            verified=self.damage is None,
            events=checkpoints.events_in(self.heads),
            events_by_topic=checkpoints.events_by_topic(self.heads),
            root=None if self.damage else checkpoints.root(self.heads).hex(),
            finding=Found(**self.damage._asdict()) if self.damage else None,
        )


async def look_through(engine: AsyncEngine, *, verifier: Verifier, signer: Signer) -> Seen:
    """Read every record and compare with the last checkpoint, which is read first: the record only
    grows. Takes as long as the record is large, so it is no part of a transaction.
    """
    async with AsyncSession(engine) as session:
        last = await last_checkpoint(session)
    signed = _heads(last)
    if last is not None and not signer.has_signed(checkpoints.root(signed), last.signature):
        return Seen((), _altered(last))
    walk = await asyncio.to_thread(verifier.walk, signed)
    return Seen(walk.heads, walk.damage)


async def conclude(
    unit: Unit, seen: Seen, *, tools: Tools, by: Caller, cause: Cause
) -> Verification:
    """Sign a checkpoint over what was seen, or raise the finding."""
    if seen.damage is None:
        await checkpoints_of.sign(unit, seen.heads, tools=tools, officer=by.name, cause=cause)
    else:
        await unit.record([findings.raise_damage(seen.damage, cause=cause, now=unit.now)])
    return seen.verification


def _heads(checkpoint: Checkpoint | None) -> tuple[ChainHead, ...]:
    held = checkpoint.heads if checkpoint else []
    return tuple(ChainHead.model_validate(head) for head in held)


def _altered(checkpoint: Checkpoint) -> Damage:
    return Damage(
        kind="checkpoint-altered",
        topic="checkpoints",
        shard=0,
        seq=0,
        file="",
        byte=0,
        detail=f"checkpoint {checkpoint.checkpoint_id} is not what this key signed",
    )
