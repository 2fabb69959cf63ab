"""Tell what the record holds."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import from_json
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus.admission import Stream
from contracts.refusal import Refused
from services.audit.adapters.archive import Archive
from services.audit.queries.checkpoints import last_checkpoint
from services.audit.queries.findings import findings_by_kind


class EventNotArchived(Refused):
    """The archive holds no such number, or not whole."""

    slug, status, retryable = "event-not-archived", 404, True


class LastCheckpoint(BaseModel):
    """The newest checkpoint."""

    checkpoint_id: UUID
    events: int
    root: str
    signature: str
    signed_by: str
    signed_at: datetime


class Figures(BaseModel):
    """The archive in figures."""

    events: int
    events_by_topic: dict[str, int]
    segments: int
    bytes: int
    last_checkpoint: LastCheckpoint | None
    findings: int
    findings_by_kind: dict[str, int]


class Header(BaseModel):
    """One header as it came; bytes that are no text are escaped."""

    name: str
    value: str | None


class ArchivedEvent(BaseModel):
    """One event as it came."""

    topic: str
    shard: int
    seq: int
    event_id: UUID
    key: str
    headers: list[Header]
    body: Any
    """As JSON; as text when it is none."""


async def figures(session: AsyncSession, archive: Archive) -> Figures:
    """How much there is, what was signed last and what was found."""
    marks = archive.watermarks()
    by_topic: dict[str, int] = {}
    for stream, seq in sorted(marks.items()):
        by_topic[stream.topic] = by_topic.get(stream.topic, 0) + seq
    size = await asyncio.to_thread(archive.size)
    last = await last_checkpoint(session)
    kinds = await findings_by_kind(session)
    return Figures(
        events=sum(marks.values()),
        events_by_topic=by_topic,
        segments=size.segments,
        bytes=size.bytes,
        last_checkpoint=LastCheckpoint(**last.model_dump(exclude={"heads"})) if last else None,
        findings=sum(kinds.values()),
        findings_by_kind=kinds,
    )


async def event(archive: Archive, stream: Stream, seq: int) -> ArchivedEvent:
    """One archived event. Raises: EventNotArchived."""
    found = await asyncio.to_thread(archive.event, stream, seq)
    if found is None:
        place = f"{stream.topic} {stream.shard} {seq}"
        raise EventNotArchived(f"{place} is not in the archive, or not whole: verify the record")
    return ArchivedEvent(
        topic=stream.topic,
        shard=stream.shard,
        seq=seq,
        event_id=found.event_id,
        key=found.key,
        headers=[Header(name=name, value=_text(value)) for name, value in found.headers],
        body=_json(found.body),
    )


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode(errors="backslashreplace")


def _json(body: bytes) -> Any:  # noqa: ANN401  (whatever was sent)
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        return _text(body)
