"""Who is known: people by hashes of their numbers, and who they are when their key is there."""

import json
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.sealed import Sealed
from services.enrollment.models import Worker
from services.enrollment.rules.intake import Known

_KNOWN = text("""
    SELECT person.nik_hash, person.worker_id, latest.programme_id, latest.dead,
           latest.here OR latest.goes_on AS member,
           latest.ended_here AND NOT latest.goes_on AS ended
    FROM person_lookup person
    CROSS JOIN LATERAL (
        SELECT (array_agg(programme_id ORDER BY first_month DESC, enrolled_at DESC))[1]
                 AS programme_id,
               coalesce(bool_or(end_reason = 'death'), false) AS dead,
               coalesce(bool_or(programme_id = :programme_id), false) AS here,
               coalesce(bool_or(programme_id = :programme_id AND ended_on IS NOT NULL), false)
                 AS ended_here,
               coalesce(bool_or(ended_on IS NULL AND last_month >= :this_month), false) AS goes_on
        FROM memberships WHERE memberships.worker_id = person.worker_id) AS latest
    WHERE person.nik_hash = ANY(CAST(:hashes AS bytea[]))""")


async def known(
    session: AsyncSession, nik_hashes: Sequence[bytes], *, programme_id: UUID, this_month: str
) -> dict[bytes, Known]:
    """Those of these NIK, as hashes, that belong to somebody, and how they stand.

    Somebody who had a place in this very programme counts as a member of it.
    """
    if not nik_hashes:
        return {}
    found = await session.execute(
        _KNOWN,
        {"hashes": list(nik_hashes), "programme_id": programme_id, "this_month": this_month},
    )
    return {
        row.nik_hash: Known(row.worker_id, row.programme_id, row.dead, row.member, row.ended)
        for row in found
    }


_BY_KK = text("""
    SELECT kk_hash, count(*) FROM person_lookup person
    CROSS JOIN LATERAL (
        SELECT FROM memberships WHERE memberships.worker_id = person.worker_id
          AND ended_on IS NULL AND last_month >= :this_month LIMIT 1) AS going_on
    WHERE kk_hash = ANY(CAST(:hashes AS bytea[]))
    GROUP BY kk_hash""")
"""With EXISTS in place of the limit it reads all memberships, however few people are found: 0.3 s
for a portion of a roster among 80,000."""


async def members_by_kk(
    session: AsyncSession, kk_hashes: Sequence[bytes], *, this_month: str
) -> dict[bytes, int]:
    """How many members, with months to come, each of these family cards has."""
    if not kk_hashes:
        return {}
    asked = {"hashes": list(set(kk_hashes)), "this_month": this_month}
    return dict((await session.execute(_BY_KK, asked)).all())


_FAMILIES = text("""
    SELECT family_hash, array_agg(worker_id ORDER BY worker_id) FROM person_lookup
    WHERE family_hash = ANY(CAST(:hashes AS bytea[])) GROUP BY family_hash""")


async def families(
    session: AsyncSession, family_hashes: Sequence[bytes]
) -> dict[bytes, list[UUID]]:
    """The workers with the same birth date and mother, near spellings alike."""
    if not family_hashes:
        return {}
    return dict((await session.execute(_FAMILIES, {"hashes": list(set(family_hashes))})).all())


async def identities(session: AsyncSession, worker_ids: Sequence[UUID]) -> list[Sealed]:
    """Who these workers are, sealed."""
    blocks = await session.scalars(
        select(Worker.identity).where(col(Worker.worker_id).in_(worker_ids))
    )
    return [Sealed.model_validate_json(json.dumps(block)) for block in blocks]


async def workers_among(session: AsyncSession, worker_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these that are workers."""
    found = select(Worker.worker_id).where(col(Worker.worker_id).in_(worker_ids))
    return set(await session.scalars(found))
