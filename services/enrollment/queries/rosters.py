"""What is known of rosters, their chunks and their rows."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, cast, delete, func, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.enrollment.models import Roster, RowFinding, StagedChunk, StagedRoster
from services.enrollment.rules.applicants import Finding

ROSTERS_MAX = 100


class Verdict(NamedTuple):
    """What was found about a row when the roster was validated, and decided since."""

    refused: bool
    warnings: tuple[str, ...]
    other_worker_id: UUID | None


async def roster_to_validate(session: AsyncSession) -> Roster | None:
    """The roster that has waited longest to be validated."""
    statement = select(Roster).where(col(Roster.validated_at).is_(None))
    return await session.scalar(statement.order_by(col(Roster.received_at)).limit(1))


async def roster_to_enroll(session: AsyncSession) -> Roster | None:
    """The roster that was approved first and is not worked through."""
    statement = select(Roster).where(
        col(Roster.approved).is_(True), col(Roster.processed_at).is_(None)
    )
    return await session.scalar(statement.order_by(col(Roster.decided_at)).limit(1))


async def rejections(
    session: AsyncSession, programme_id: UUID, *, region_code: str, sha256: str
) -> int:
    """How often this file was rejected."""
    statement = select(func.count()).where(
        Roster.programme_id == programme_id,
        Roster.region_code == region_code,
        Roster.sha256 == sha256,
        col(Roster.approved).is_(False),
    )
    return int(await session.scalar(statement) or 0)


async def staged_roster(session: AsyncSession, roster_id: UUID) -> StagedRoster:
    """The key and columns of a roster whose rows wait."""
    return await session.get_one(StagedRoster, roster_id)


async def staged_roster_or_none(session: AsyncSession, roster_id: UUID) -> StagedRoster | None:
    """The key and columns of a roster, while they are kept."""
    return await session.get(StagedRoster, roster_id)


async def chunk(session: AsyncSession, roster_id: UUID, number: int) -> StagedChunk:
    """One chunk."""
    return await session.get_one(StagedChunk, (roster_id, number))


async def chunk_count(session: AsyncSession, roster_id: UUID) -> int:
    """How many chunks there are."""
    statement = select(func.count()).where(StagedChunk.roster_id == roster_id)
    return int(await session.scalar(statement) or 0)


async def rosters_of(session: AsyncSession, *, programme_id: UUID | None) -> Sequence[Roster]:
    """The latest rosters that the session may see."""
    statement = select(Roster).order_by(col(Roster.received_at).desc()).limit(ROSTERS_MAX)
    if programme_id is not None:
        statement = statement.where(Roster.programme_id == programme_id)
    return (await session.scalars(statement)).all()


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
    session: AsyncSession,
    roster_id: UUID,
    chunk: int,
    *,
    fit: Mapping[str, int],
    nik_hashes: bytes,
) -> None:
    """Note that the rows of a chunk have their verdicts."""
    await session.execute(
        update(StagedChunk)
        .where(col(StagedChunk.roster_id) == roster_id, col(StagedChunk.chunk) == chunk)
        .values(fit=dict(fit), nik_hashes=nik_hashes)
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
        .values(sealed=b"", nik_hashes=None)
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


_BY_REASON = text("""
    SELECT findings->0->>'slug' AS slug, count(*) FROM row_finding
    WHERE roster_id = :roster_id AND severity = 'refused' GROUP BY 1 ORDER BY 1""")
_WARNED = text("""
    SELECT found->>'slug' AS slug, count(*)
    FROM row_finding, jsonb_array_elements(findings) AS found
    WHERE roster_id = :roster_id AND severity = 'warning' GROUP BY 1 ORDER BY 1""")


async def refused_by_reason(session: AsyncSession, roster_id: UUID) -> dict[str, int]:
    """How many rows of a roster are refused, by their first reason."""
    return dict((await session.execute(_BY_REASON, {"roster_id": roster_id})).all())


async def warned_by_reason(session: AsyncSession, roster_id: UUID) -> dict[str, int]:
    """How many warnings there are on rows that are fit, by kind."""
    return dict((await session.execute(_WARNED, {"roster_id": roster_id})).all())


async def verdicts(
    session: AsyncSession, roster_id: UUID, rows: Sequence[int]
) -> dict[int, Verdict]:
    """What was found about these rows; a row without finding is absent."""
    found = await session.scalars(
        select(RowFinding).where(
            RowFinding.roster_id == roster_id, col(RowFinding.row_number).in_(rows)
        )
    )
    return {
        row.row_number: Verdict(
            refused=row.severity == "refused",
            warnings=tuple(each["slug"] for each in row.findings),
            other_worker_id=row.other_worker_id,
        )
        for row in found
    }


async def findings(
    session: AsyncSession, roster_id: UUID, *, after: int, rows_max: int
) -> Sequence[RowFinding]:
    """Rows with findings behind a row number, in the order of the file."""
    statement = select(RowFinding).where(
        RowFinding.roster_id == roster_id, RowFinding.row_number > after
    )
    ordered = statement.order_by(col(RowFinding.row_number)).limit(rows_max)
    return (await session.scalars(ordered)).all()


async def leave_out(
    session: AsyncSession, roster_id: UUID, rows: Sequence[int], why: Finding
) -> int:
    """Refuse rows that were only warned about; how many there were."""
    reason = {"field": why.field, "slug": why.slug, "reason": why.reason}
    changed = await session.scalars(
        update(RowFinding)
        .where(
            col(RowFinding.roster_id) == roster_id,
            col(RowFinding.row_number).in_(rows),
            col(RowFinding.severity) == "warning",
        )
        .values(
            severity="refused",
            findings=func.jsonb_insert(RowFinding.findings, text("'{0}'"), _json(reason)),
        )
        .returning(col(RowFinding.row_number))
    )
    return len(changed.all())


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


def _json(value: Mapping[str, str]) -> ColumnElement[Any]:
    return cast(value, JSONB)
