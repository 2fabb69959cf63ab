"""Compare the tables of two schemas, each seen through a session of its own."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession

DIFFERENCES_MAX = 10
"""Rows of a table that are told in full."""
_FETCHED = 2_000
_ROW_MD5 = "md5(record_send(t))"
"""Of a row as the driver would send it: as text it takes twice as long."""
_SORTED_IN_MEMORY = text("SET LOCAL work_mem = '128MB'")
"""A million digests. With the usual 4 MB they are sorted on disk, in half as long again."""


class Digest(NamedTuple):
    """A table's content as a number of rows and one digest."""

    rows: int
    md5: str


class Difference(NamedTuple):
    """A row that is not the same on both sides; None where it is missing."""

    table: str
    key: str
    live: Mapping[str, Any] | None
    replayed: Mapping[str, Any] | None


@dataclass
class Differences:
    """The rows of a table that differ: how many, and the first of them."""

    rows: int = 0
    first: list[Difference] = field(default_factory=list)


async def digest(session: AsyncSession, table: Table) -> Digest:
    """What stands for the whole content of a table, whatever the order of its rows."""
    await session.execute(_SORTED_IN_MEMORY)
    found = await session.execute(
        text(  # the name is a table's own
            "SELECT count(*), coalesce(md5(string_agg(row_md5, '' ORDER BY row_md5)), '') "  # noqa: S608
            f'FROM (SELECT {_ROW_MD5} COLLATE "C" AS row_md5 FROM {table.name} t) AS hashed'
        )
    )
    return Digest._make(found.one())


async def differences(live: AsyncSession, replayed: AsyncSession, table: Table) -> Differences:
    """The rows that differ, by their primary key. Both sides are read in its order, side by side:
    a large table is never held in memory."""
    keys: list[str] = []
    found = Differences()
    async for key in _differing(live, replayed, table):
        found.rows += 1
        if len(keys) < DIFFERENCES_MAX:
            keys.append(key)
    rows = [await _rows(session, table, keys) for session in (live, replayed)]
    found.first = [Difference(table.name, k, rows[0].get(k), rows[1].get(k)) for k in keys]
    return found


async def _differing(
    live: AsyncSession, replayed: AsyncSession, table: Table
) -> AsyncIterator[str]:
    sides = [aiter(await _keys(session, table)) for session in (live, replayed)]
    heads = [await anext(side, None) for side in sides]
    while any(heads):
        first = min(head.key for head in heads if head is not None)
        at_first = [head is not None and head.key == first for head in heads]
        if not all(at_first) or heads[0].row_md5 != heads[1].row_md5:  # type: ignore[union-attr]
            yield first
        for number, side in enumerate(sides):
            if at_first[number]:
                heads[number] = await anext(side, None)


async def _keys(session: AsyncSession, table: Table) -> Any:  # noqa: ANN401
    statement = f"SELECT {_key(table)} AS key, {_ROW_MD5} AS row_md5 FROM {table.name} t ORDER BY 1"  # noqa: S608
    return await session.stream(text(statement), execution_options={"yield_per": _FETCHED})


async def _rows(
    session: AsyncSession, table: Table, keys: list[str]
) -> dict[str, Mapping[str, Any]]:
    statement = text(
        f"SELECT {_key(table)}, to_jsonb(t) FROM {table.name} t WHERE {_key(table)} = ANY(:keys)"  # noqa: S608
    )
    found = await session.execute(statement, {"keys": keys})
    return dict(found.all())


def _key(table: Table) -> str:
    """The primary key in words, `worker_id 5… month 2025-07`; sorted as Python sorts."""
    words = ", ".join(f"'{column.name}', t.{column.name}" for column in table.primary_key)
    return f"concat_ws(' ', {words}) COLLATE \"C\""
