"""The keys of persons in their table: wrapped, one a subject.

`subject_key(subject uuid primary key, wrapped bytea, created_at timestamptz)` is operational: never
replayed, and deleting a row is what erases a person.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_KEEP = text(
    "INSERT INTO subject_key (subject, wrapped, created_at) "
    "SELECT subject, wrapped, :at FROM unnest(cast(:subjects AS uuid[]), cast(:wrapped AS bytea[]))"
    " AS fresh (subject, wrapped)"
)
_FIND = text(
    "SELECT subject, wrapped FROM subject_key WHERE subject = ANY(cast(:subjects AS uuid[]))"
)
_DELETE = text("DELETE FROM subject_key WHERE subject = ANY(cast(:subjects AS uuid[])) RETURNING 1")


async def keep_keys(session: AsyncSession, keys: Mapping[UUID, bytes], *, at: datetime) -> None:
    """Store the wrapped key of each subject.

    A subject that has one already is an IntegrityError: replacing a key would make unreadable
    what was sealed with it.
    """
    if keys:
        bound = {"subjects": list(keys), "wrapped": list(keys.values()), "at": at}
        await session.execute(_KEEP, bound)


async def keys_of(session: AsyncSession, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
    """The wrapped keys of those subjects that have one; who is absent is unknown or erased."""
    found = await session.execute(_FIND, {"subjects": list(subjects)})
    return {row.subject: row.wrapped for row in found}


async def delete_keys(session: AsyncSession, subjects: Iterable[UUID]) -> int:
    """Erase: whatever was sealed for these subjects can never be read again. How many had one."""
    deleted = await session.execute(_DELETE, {"subjects": list(subjects)})
    return len(deleted.all())
