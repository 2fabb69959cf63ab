"""What is known of rosters, their chunks and their rows."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, or_, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.enrollment.models import Roster, RowFinding, StagedChunk, StagedRoster

ROSTERS_MAX = 100
_STATES: Mapping[str, ColumnElement[bool]] = {
    "received": col(Roster.validated_at).is_(None),
    "validated": col(Roster.validated_at).is_not(None) & col(Roster.decided_at).is_(None),
    "approved": col(Roster.approved).is_(True) & col(Roster.processed_at).is_(None),
    "rejected": col(Roster.approved).is_(False),
    "processed": col(Roster.processed_at).is_not(None),
}
_HAS_ROWS = exists().where(col(StagedRoster.roster_id) == col(Roster.roster_id))
_HAS_UNSEEN = exists().where(
    col(StagedChunk.roster_id) == col(Roster.roster_id), col(StagedChunk.fit).is_(None)
)


async def roster_to_validate(session: AsyncSession) -> Roster | None:
    """The roster that has waited longest to be validated, of those whose rows are here."""
    statement = select(Roster).where(col(Roster.validated_at).is_(None), _HAS_ROWS)
    ordered = statement.order_by(col(Roster.received_at), col(Roster.roster_id))
    return await session.scalar(ordered.limit(1))


async def roster_to_enroll(session: AsyncSession) -> Roster | None:
    """The roster that was approved first and is not worked through, of those whose rows are here
    with their verdicts: a recovered database may have lost them."""
    statement = select(Roster).where(
        col(Roster.approved).is_(True), col(Roster.processed_at).is_(None), _HAS_ROWS, ~_HAS_UNSEEN
    )
    ordered = statement.order_by(col(Roster.decided_at), col(Roster.roster_id))
    return await session.scalar(ordered.limit(1))


async def turns(
    session: AsyncSession, programme_id: UUID, *, region_code: str, sha256: str, kind: str
) -> int:
    """How often this file ended so that it may come again: it was rejected, or, of a single
    worker, worked through."""
    ended = [col(Roster.approved).is_(False)]
    if kind == "single":
        ended.append(col(Roster.processed_at).is_not(None))
    statement = select(func.count()).where(
        Roster.programme_id == programme_id,
        Roster.region_code == region_code,
        Roster.sha256 == sha256,
        or_(*ended),
    )
    return int(await session.scalar(statement) or 0)


async def is_place_asked_for(session: AsyncSession, worker_id: UUID, *, besides: Roster) -> bool:
    """Whether somebody else waits to take the place of this worker in the same programme."""
    statement = (
        select(Roster.roster_id)
        .join(StagedRoster, col(StagedRoster.roster_id) == Roster.roster_id)
        .where(
            StagedRoster.replaces == worker_id,
            Roster.programme_id == besides.programme_id,
            Roster.roster_id != besides.roster_id,
            or_(_STATES["received"], _STATES["validated"], _STATES["approved"]),
        )
    )
    return await session.scalar(statement.limit(1)) is not None


async def staged_roster(session: AsyncSession, roster_id: UUID) -> StagedRoster:
    """The key and columns of a roster whose rows wait."""
    return await session.get_one(StagedRoster, roster_id)


async def staged_roster_or_none(session: AsyncSession, roster_id: UUID) -> StagedRoster | None:
    """The key and columns of a roster, while they are kept."""
    return await session.get(StagedRoster, roster_id)


async def replaces(session: AsyncSession, roster_id: UUID) -> UUID | None:
    """The worker whose place the one row of a registration is to take."""
    staged = await staged_roster_or_none(session, roster_id)
    return None if staged is None else staged.replaces


async def chunk_or_none(session: AsyncSession, roster_id: UUID, number: int) -> StagedChunk | None:
    """One chunk; None behind the last."""
    return await session.get(StagedChunk, (roster_id, number))


async def chunk(session: AsyncSession, roster_id: UUID, number: int) -> StagedChunk:
    """One chunk."""
    return await session.get_one(StagedChunk, (roster_id, number))


async def chunks_waiting(session: AsyncSession, roster_id: UUID) -> Sequence[int]:
    """The numbers of the chunks whose rows are still there."""
    statement = select(StagedChunk.chunk).where(
        StagedChunk.roster_id == roster_id, StagedChunk.sealed != b""
    )
    return (await session.scalars(statement.order_by(col(StagedChunk.chunk)))).all()


async def rosters_of(
    session: AsyncSession, *, programme_id: UUID | None, state: str | None
) -> Sequence[Roster]:
    """The latest rosters that the session may see."""
    statement = select(Roster)
    if programme_id is not None:
        statement = statement.where(Roster.programme_id == programme_id)
    if state is not None:
        statement = statement.where(_STATES[state])
    latest = statement.order_by(col(Roster.received_at).desc(), col(Roster.roster_id))
    return (await session.scalars(latest.limit(ROSTERS_MAX))).all()


async def chunk_to_validate(session: AsyncSession, roster_id: UUID) -> StagedChunk | None:
    """The next chunk without verdicts."""
    return await _next_chunk(session, roster_id, waiting=col(StagedChunk.fit).is_(None))


async def chunk_to_enroll(session: AsyncSession, roster_id: UUID) -> StagedChunk | None:
    """The next chunk that was not worked through."""
    return await _next_chunk(session, roster_id, waiting=col(StagedChunk.enrolled).is_(None))


async def _next_chunk(
    session: AsyncSession, roster_id: UUID, *, waiting: ColumnElement[bool]
) -> StagedChunk | None:
    statement = select(StagedChunk).where(StagedChunk.roster_id == roster_id, waiting)
    return await session.scalar(statement.order_by(col(StagedChunk.chunk)).limit(1))


async def validated_chunks(session: AsyncSession, roster_id: UUID) -> AsyncIterator[StagedChunk]:
    """The chunks with verdicts, one at a time."""
    numbers = await session.scalars(
        select(StagedChunk.chunk)
        .where(StagedChunk.roster_id == roster_id, col(StagedChunk.fit).is_not(None))
        .order_by(col(StagedChunk.chunk))
    )
    for number in numbers.all():
        yield await session.get_one(StagedChunk, (roster_id, number))


async def chunks_left(session: AsyncSession, roster_id: UUID) -> int:
    """Chunks without verdicts."""
    return await _count(session, roster_id, col(StagedChunk.fit).is_(None))


async def chunks_left_to_enroll(session: AsyncSession, roster_id: UUID) -> int:
    """Chunks that were not worked through."""
    return await _count(session, roster_id, col(StagedChunk.enrolled).is_(None))


async def _count(session: AsyncSession, roster_id: UUID, waiting: ColumnElement[bool]) -> int:
    statement = select(func.count()).where(StagedChunk.roster_id == roster_id, waiting)
    return int(await session.scalar(statement) or 0)


async def chunk_validated(
    session: AsyncSession, roster_id: UUID, chunk: int, *, fit: Mapping[str, int], ready: bytes
) -> None:
    """Note that the rows of a chunk have their verdicts."""
    await session.execute(
        update(StagedChunk)
        .where(col(StagedChunk.roster_id) == roster_id, col(StagedChunk.chunk) == chunk)
        .values(fit=dict(fit), ready=ready)
    )


async def chunk_enrolled(session: AsyncSession, roster_id: UUID, chunk: int, enrolled: int) -> None:
    """Note that a chunk was worked through."""
    await session.execute(
        update(StagedChunk)
        .where(col(StagedChunk.roster_id) == roster_id, col(StagedChunk.chunk) == chunk)
        .values(enrolled=enrolled)
    )


async def forget_chunks(session: AsyncSession, roster_id: UUID) -> None:
    """Let go of the rows themselves; what was refused or warned about is kept for the report."""
    await session.execute(
        update(StagedChunk)
        .where(col(StagedChunk.roster_id) == roster_id)
        .values(sealed=b"", ready=None, nik_hashes=None)
    )


_FIT = text(
    "SELECT key, sum(value::int) FROM staged_chunk, jsonb_each_text(fit) "
    "WHERE roster_id = :roster_id GROUP BY key"
)


async def fit_so_far(session: AsyncSession, roster_id: UUID) -> dict[str, int]:
    """Rows that may become members in the chunks with verdicts, by kabupaten or kota."""
    found = await session.execute(_FIT, {"roster_id": roster_id})
    return {region: int(rows) for region, rows in found.all()}


_PROGRESS = text("""
    SELECT coalesce(sum(row_count) FILTER (WHERE fit IS NOT NULL), 0) AS validated,
           coalesce(sum(row_count) FILTER (WHERE enrolled IS NOT NULL), 0) AS done,
           coalesce(sum(enrolled), 0) AS enrolled
    FROM staged_chunk WHERE roster_id = :roster_id""")


async def progress(session: AsyncSession, roster_id: UUID) -> dict[str, int]:
    """Rows with a verdict, rows worked through, rows that became members."""
    found = await session.execute(_PROGRESS, {"roster_id": roster_id})
    return {name: int(rows) for name, rows in found.mappings().one().items()}


async def enrolled_so_far(session: AsyncSession, roster_id: UUID) -> int:
    """Rows that became members."""
    return (await progress(session, roster_id))["enrolled"]


_DESTROY = text("""
    DELETE FROM staged_roster USING rosters
    WHERE rosters.roster_id = staged_roster.roster_id
      AND (processed_at < :before OR (approved IS FALSE AND decided_at < :before))
    RETURNING staged_roster.roster_id""")


async def destroy_staged(session: AsyncSession, *, decided_before: datetime) -> int:
    """Delete the keys, chunks and findings of rosters that ended before; how many there were."""
    ended = (await session.scalars(_DESTROY, {"before": decided_before})).all()
    for table in (StagedChunk, RowFinding):
        await session.execute(delete(table).where(col(table.roster_id).in_(ended)))
    return len(ended)
