"""What keeps a person from being erased, and what is deleted when nothing does."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.enrollment import WorkerErased


class Facts(NamedTuple):
    """What decides about an erasure. Days in Asia/Makassar."""

    open_claims: int
    in_force: int
    ever_covered: bool
    covered_until: date | None
    last_paid_on: date | None
    died_on: date | None


# A membership that lapsed can begin again while its programme goes on; one that was never covered
# gives nothing yet, and is given up with the person.
_FACTS = text("""
    SELECT
      (SELECT count(*) FROM member_claims
       WHERE worker_id = :worker_id AND closed_at IS NULL) AS open_claims,
      (SELECT count(*) FROM memberships
       WHERE worker_id = :worker_id AND ended_on IS NULL AND covered_from IS NOT NULL
         AND (lapsed_on IS NULL OR last_month >= :this_month)) AS in_force,
      cover.ever_covered, cover.covered_until,
      (SELECT max((paid_at AT TIME ZONE 'Asia/Makassar')::date) FROM contributions
       WHERE worker_id = :worker_id) AS last_paid_on,
      (SELECT max(died_on) FROM member_claims
       WHERE worker_id = :worker_id AND outcome = 'paid') AS died_on
    FROM (SELECT count(*) > 0 AS ever_covered,
                 CASE WHEN bool_and(ended_on IS NOT NULL) THEN max(ended_on) END AS covered_until
          FROM covers WHERE worker_id = :worker_id) AS cover""")


async def facts(session: AsyncSession, worker_id: UUID, *, this_month: str) -> Facts:
    """What is known of a worker that decides whether the data may be destroyed."""
    found = await session.execute(_FACTS, {"worker_id": worker_id, "this_month": this_month})
    return Facts._make(found.one())


# A chunk without hashes has not been looked through: whoever is in it is not known yet.
_WAITING = text("""
    SELECT DISTINCT roster_id FROM staged_chunk
    WHERE sealed <> '' AND (nik_hashes IS NULL OR EXISTS (
        SELECT FROM generate_series(1, length(nik_hashes), :width) AS place
        WHERE substring(nik_hashes FROM place FOR :width) = ANY(CAST(:hashes AS bytea[]))))
    ORDER BY roster_id""")


async def rosters_that_hold(
    session: AsyncSession, nik_hashes: Collection[bytes], *, hash_bytes: int
) -> list[UUID]:
    """Rosters whose rows still wait and may hold one of these NIK, as hashes of so many bytes."""
    found = await session.scalars(_WAITING, {"hashes": list(nik_hashes), "width": hash_bytes})
    return list(found)


_FOUND_BY = text("SELECT nik_hash FROM person_lookup WHERE worker_id = :worker_id")
_FINDINGS = text("DELETE FROM row_finding WHERE nik_hash = ANY(CAST(:hashes AS bytea[]))")
_LOOKUPS = text(
    "DELETE FROM person_lookup WHERE worker_id = ANY(CAST(:workers AS uuid[])) RETURNING nik_hash"
)


async def found_by(session: AsyncSession, worker_id: UUID) -> set[bytes]:
    """The hash of the NIK by which a worker is found."""
    return set(await session.scalars(_FOUND_BY, {"worker_id": worker_id}))


async def delete_findings(session: AsyncSession, nik_hashes: Collection[bytes]) -> None:
    """Delete what was found about rows with these NIK, as hashes, and the rows' cells."""
    await session.execute(_FINDINGS, {"hashes": list(nik_hashes)})


async def delete_lookups(session: AsyncSession, worker_ids: Sequence[UUID]) -> list[bytes]:
    """Delete what these workers are found by; the hashes of the NIK that they had."""
    return list(await session.scalars(_LOOKUPS, {"workers": list(worker_ids)}))


_ERASED = text("SELECT CAST(key AS uuid) FROM event_log WHERE type = :type")


async def erased(session: AsyncSession) -> set[UUID]:
    """Everybody who was ever erased, as the event log says."""
    return set(await session.scalars(_ERASED, {"type": WorkerErased.type}))
