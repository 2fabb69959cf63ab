"""What is known of checkpoints."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.audit.models import Checkpoint


async def last_checkpoint(session: AsyncSession) -> Checkpoint | None:
    """The checkpoint that covers most: the record only grows."""
    return await session.scalar(select(Checkpoint).order_by(*_LATEST).limit(1))


async def last_noted(session: AsyncSession) -> Checkpoint | None:
    """The checkpoint with a note that covers most."""
    noted = select(Checkpoint).where(col(Checkpoint.note).is_not(None))
    return await session.scalar(noted.order_by(*_LATEST).limit(1))


async def last_verified_at(session: AsyncSession, *, besides: str) -> datetime | None:
    """When the last checkpoint was signed by anybody `besides` this signer, who does not look."""
    statement = select(func.max(Checkpoint.signed_at)).where(Checkpoint.signed_by != besides)
    found: datetime | None = await session.scalar(statement)
    return found


async def checkpoint_locked(session: AsyncSession, checkpoint_id: UUID) -> Checkpoint | None:
    """The checkpoint, locked: whoever adds to it holds this."""
    statement = select(Checkpoint).where(Checkpoint.checkpoint_id == checkpoint_id)
    return await session.scalar(statement.with_for_update())


_LATEST = (col(Checkpoint.events).desc(), col(Checkpoint.signed_at).desc())
