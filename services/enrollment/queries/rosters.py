"""What is known of rosters and their rows."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.enrollment.models import (
    IdentityHash,
    RefusedRow,
    Roster,
    StagedRow,
)


async def roster_waiting(session: AsyncSession) -> Roster | None:
    """The roster that has waited longest."""
    statement = select(Roster).where(col(Roster.processed_at).is_(None))
    return await session.scalar(statement.order_by(col(Roster.received_at)).limit(1))


async def staged_rows(
    session: AsyncSession, roster_id: UUID, *, rows_max: int
) -> dict[int, dict[str, str]]:
    """The next rows of a roster: fields by number, in order."""
    statement = select(StagedRow.row_number, StagedRow.fields)
    statement = statement.where(StagedRow.roster_id == roster_id).order_by(
        col(StagedRow.row_number)
    )
    rows = await session.execute(statement.limit(rows_max))
    return dict(rows.all())


async def known(session: AsyncSession, nik_hashes: Sequence[bytes]) -> dict[bytes, UUID]:
    """Those of these NIK that belong to a worker, and the roster that brought each."""
    statement = select(IdentityHash.nik_hash, IdentityHash.roster_id)
    rows = await session.execute(statement.where(col(IdentityHash.nik_hash).in_(nik_hashes)))
    return dict(rows.all())


async def refused_by_reason(session: AsyncSession, roster_id: UUID) -> dict[str, int]:
    """How many rows of a roster were refused, by reason."""
    rows = await session.execute(
        select(RefusedRow.slug, func.count())
        .where(RefusedRow.roster_id == roster_id)
        .group_by(RefusedRow.slug)
        .order_by(RefusedRow.slug)
    )
    return dict(rows.all())


async def refused_rows(session: AsyncSession, roster_id: UUID) -> Sequence[RefusedRow]:
    """The refused rows of a roster, in its order."""
    statement = select(RefusedRow).where(RefusedRow.roster_id == roster_id)
    return (await session.scalars(statement.order_by(col(RefusedRow.row_number)))).all()


async def rows_waiting(session: AsyncSession, roster_id: UUID) -> int:
    """How many rows of a roster have not been worked through."""
    statement = select(func.count()).where(col(StagedRow.roster_id) == roster_id)
    return int(await session.scalar(statement) or 0)
