"""All wrapped keys at once: to back them up, to bring them back, to wrap them anew."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


class Held(NamedTuple):
    """A wrapped key."""

    subject: UUID
    wrapped: bytes
    created_at: datetime


_PERSONS = text("SELECT subject, wrapped, created_at FROM subject_key ORDER BY subject")
_ROSTERS = text("SELECT roster_id, wrapped FROM staged_roster ORDER BY roster_id")
_BRING_BACK = text("""
    INSERT INTO subject_key (subject, wrapped, created_at)
    SELECT * FROM unnest(CAST(:subjects AS uuid[]), CAST(:wrapped AS bytea[]),
                         CAST(:created AS timestamptz[]))
    ON CONFLICT (subject) DO NOTHING RETURNING 1""")
_REWRAP_PERSONS = text("""
    UPDATE subject_key SET wrapped = fresh.wrapped
    FROM unnest(CAST(:owners AS uuid[]), CAST(:wrapped AS bytea[])) AS fresh (owner, wrapped)
    WHERE subject_key.subject = fresh.owner""")
_REWRAP_ROSTERS = text("""
    UPDATE staged_roster SET wrapped = fresh.wrapped
    FROM unnest(CAST(:owners AS uuid[]), CAST(:wrapped AS bytea[])) AS fresh (owner, wrapped)
    WHERE staged_roster.roster_id = fresh.owner""")
_RUNS = text(
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name = :application"
)


async def keys_of_persons(session: AsyncSession) -> list[Held]:
    """The keys of all persons."""
    return [Held._make(row) for row in await session.execute(_PERSONS)]


async def keys_of_rosters(session: AsyncSession) -> dict[UUID, bytes]:
    """The keys under which rosters wait, wrapped under the same master key."""
    return dict((await session.execute(_ROSTERS)).all())


async def bring_back(session: AsyncSession, keys: Sequence[Held]) -> int:
    """Insert those of the keys whose persons have none; how many that were."""
    brought = await session.execute(
        _BRING_BACK,
        {
            "subjects": [key.subject for key in keys],
            "wrapped": [key.wrapped for key in keys],
            "created": [key.created_at for key in keys],
        },
    )
    return len(brought.all())


async def rewrap(
    session: AsyncSession, *, persons: Mapping[UUID, bytes], rosters: Mapping[UUID, bytes]
) -> None:
    """Put freshly wrapped keys in the place of the old ones."""
    for statement, fresh in ((_REWRAP_PERSONS, persons), (_REWRAP_ROSTERS, rosters)):
        bound = {"owners": list(fresh), "wrapped": list(fresh.values())}
        await session.execute(statement, bound)


async def connections(session: AsyncSession, *, application: str) -> int:
    """Connections to this database under a name."""
    return int(await session.scalar(_RUNS, {"application": application}) or 0)
