"""What is known of members."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.enrollment.models import PersonLookup, Worker


async def unlinked(session: AsyncSession, worker_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these who are workers here and whose account is not known."""
    statement = select(Worker.worker_id).where(
        col(Worker.worker_id).in_(worker_ids), col(Worker.account_id).is_(None)
    )
    return set(await session.scalars(statement))


async def worker_with_nik(session: AsyncSession, nik_hash: bytes) -> UUID | None:
    """Whoever has this NIK."""
    statement = select(PersonLookup.worker_id).where(PersonLookup.nik_hash == nik_hash)
    return await session.scalar(statement)


async def worker_with_kpj(session: AsyncSession, kpj: str) -> UUID | None:
    """Whoever has this member number."""
    return await session.scalar(select(Worker.worker_id).where(Worker.kpj == kpj))
