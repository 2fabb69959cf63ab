"""What is known of checkpoints and findings."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.audit.models import Checkpoint, Finding


async def last_checkpoint(session: AsyncSession) -> Checkpoint | None:
    """The checkpoint that covers most: the record only grows."""
    latest = (col(Checkpoint.events).desc(), col(Checkpoint.signed_at).desc())
    return await session.scalar(select(Checkpoint).order_by(*latest).limit(1))


async def findings_known(session: AsyncSession, finding_ids: Collection[UUID]) -> set[UUID]:
    """Those of these findings that were raised before."""
    found = select(Finding.finding_id).where(col(Finding.finding_id).in_(finding_ids))
    return set(await session.scalars(found))


async def findings_by_kind(session: AsyncSession) -> dict[str, int]:
    """How many findings there are of each kind."""
    counted = select(Finding.kind, func.count()).group_by(Finding.kind).order_by(Finding.kind)
    return dict((await session.execute(counted)).all())
