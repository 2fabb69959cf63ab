"""Letters that were made."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.claims.models import Letter


async def letters(session: AsyncSession, claim_id: UUID) -> Sequence[Letter]:
    """The letters of a claim, the first at the head."""
    statement = select(Letter).where(Letter.claim_id == claim_id)
    statement = statement.order_by(col(Letter.issued_at), col(Letter.event_id))
    return (await session.scalars(statement)).all()
