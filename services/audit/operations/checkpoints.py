"""Vouch for the record as it is now; take the signature of a witness."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import new_id
from chassis.state.unit import EVERYWHERE, Unit, Units
from chassis.web.access import Caller
from contracts.audit import ChainHead, CheckpointCosigned, CheckpointSigned
from contracts.event import Cause
from contracts.refusal import Refused
from services.audit.adapters import Tools
from services.audit.models import Checkpoint
from services.audit.queries import checkpoints as queries
from services.audit.rules import checkpoints as rules
from services.audit.rules import notes

OFFICER = "audit"
"""Who signs when the time has come and nobody asked."""


class CheckpointUnknown(Refused):
    """No checkpoint has this id, or there is none yet."""

    slug, status, retryable = "checkpoint-unknown", 404, False


class WitnessUnknown(Refused):
    """No witness whose key is known signed this note."""

    slug, status, retryable = "witness-unknown", 403, False


class OtherNote(Refused):
    """The note is not that of the checkpoint."""

    slug, status, retryable = "other-note", 422, False


class Vouched(BaseModel):
    """A checkpoint as anybody can check it."""

    checkpoint_id: UUID
    events: int
    note: str
    """A signed note (C2SP): the text, an empty line, and a line a signature."""
    key: str
    """The public key of ours, `NAME+HASH+BASE64`."""
    signed_at: datetime


async def sign(
    unit: Unit, heads: Sequence[ChainHead], *, tools: Tools, officer: str, cause: Cause
) -> CheckpointSigned:
    """Vouch for the record up to these heads: on record, and in the file of notes."""
    signed = tools.signer.sign(heads)
    event = rules.sign(heads, signed, cause=cause, officer=officer, now=unit.now)
    await unit.record([event])
    await asyncio.to_thread(tools.notes.append, signed.note)
    return event


async def sign_when_grown(units: Units, *, tools: Tools, own_topic: str) -> None:
    """Vouch for what came since the last checkpoint, if anything did."""
    async with units.reading(area=EVERYWHERE) as session:
        last = await queries.last_checkpoint(session)
    since = [ChainHead.model_validate(head) for head in last.heads] if last else []
    heads = await asyncio.to_thread(tools.archive.heads)
    if not rules.grew(heads, since, own_topic=own_topic):
        return
    async with units.bulk(area=EVERYWHERE) as unit:
        checkpoint_id = new_id()
        cause = Cause(checkpoint_id, checkpoint_id)
        await sign(unit, heads, tools=tools, officer=OFFICER, cause=cause)


async def latest(session: AsyncSession, *, tools: Tools) -> Vouched:
    """The checkpoint that covers most. Raises: CheckpointUnknown."""
    found = await queries.last_noted(session)
    if found is None:
        raise CheckpointUnknown("no checkpoint was signed yet: ask again in a minute")
    return _vouched(found, tools=tools)


async def cosign(
    unit: Unit, checkpoint_id: UUID, note: str, *, tools: Tools, by: Caller, cause: Cause
) -> Vouched:
    """Keep the note with the signature of a witness. Raises: CheckpointUnknown, OtherNote,
    WitnessUnknown."""
    found = await queries.checkpoint_locked(unit.session, checkpoint_id)
    if found is None or found.note is None:
        raise CheckpointUnknown(f"no checkpoint {checkpoint_id} with a note: see GET /checkpoint")
    if not note.startswith(found.note):
        raise OtherNote("send the checkpoint's own note with the line of the witness behind it")
    try:
        names = notes.opened(note, known=tools.signer.witnesses).signed_by
    except (notes.NoteMalformed, notes.SignatureWrong, notes.NotSigned) as error:
        raise WitnessUnknown(f"{error}: the keys of witnesses are in a setting") from None
    cosigned = CheckpointCosigned(
        **cause.stamp("cosign-checkpoint", at=unit.now),
        checkpoint_id=checkpoint_id,
        witness=names[-1],
        note=note,
        taken_by=by.name,
    )
    await unit.record([cosigned])
    return _vouched(found, tools=tools, note=note)


def _vouched(found: Checkpoint, *, tools: Tools, note: str | None = None) -> Vouched:
    return Vouched(
        checkpoint_id=found.checkpoint_id,
        events=found.events,
        note=note or found.note or "",
        key=str(tools.signer.verifier),
        signed_at=found.signed_at,
    )
