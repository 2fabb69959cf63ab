"""The keys of persons in their table: wrapped, one a subject.

`subject_key(subject uuid primary key, wrapped bytea, created_at timestamptz)` is operational: never
replayed, and deleting a row is what erases a person.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.statements import Statement

_KEEP = Statement(
    "INSERT INTO subject_key (subject, wrapped, created_at) "
    "SELECT subject, wrapped, :at FROM unnest(cast(:subjects AS uuid[]), cast(:wrapped AS bytea[]))"
    " AS fresh (subject, wrapped)"
)
_FIND = Statement(
    "SELECT subject, wrapped FROM subject_key WHERE subject = ANY(cast(:subjects AS uuid[]))"
)
_DELETE = Statement("DELETE FROM subject_key WHERE subject = ANY(cast(:subjects AS uuid[]))")


async def keep_keys(session: AsyncSession, keys: Mapping[UUID, bytes], *, at: datetime) -> None:
    """Store the wrapped key of each subject.

    A subject that has one already is a UniqueViolationError: replacing a key would make unreadable
    what was sealed with it.
    """
    if keys:
        await _KEEP.change(session, subjects=list(keys), wrapped=list(keys.values()), at=at)


async def keys_of(session: AsyncSession, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
    """The wrapped keys of those subjects that have one; who is absent is unknown or erased."""
    found = await _FIND.rows(session, subjects=list(subjects))
    return {row["subject"]: row["wrapped"] for row in found}


async def delete_keys(session: AsyncSession, subjects: Iterable[UUID]) -> int:
    """Erase: whatever was sealed for these subjects can never be read again. How many had one."""
    return await _DELETE.change(session, subjects=list(subjects))
