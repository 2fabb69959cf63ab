"""All wrapped keys at once, to wrap them anew."""

from collections.abc import Mapping
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
