"""Bulk changes that check themselves: one statement however many rows."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from chassis.state.statements import Statement

Rows = Sequence[Mapping[str, Any]]


class RowsMissing(RuntimeError):
    """An update met fewer rows than it was meant for."""


async def insert_rows(session: AsyncSession, table: type[SQLModel], rows: Rows) -> None:
    """Insert the rows; columns that they do not name take their default.

    Every row names the same columns. (One `unnest` costs a third of the ORM's bulk insert.)
    Raises: asyncpg's UniqueViolationError when one is there already.
    """
    if rows:
        await _insert(table, tuple(rows[0])).change(session, **_arrays(table, rows))


async def update_rows(
    session: AsyncSession, table: type[SQLModel], rows: Rows, *, keys: tuple[str, ...]
) -> None:
    """Set the given columns of each row that `keys` name.

    Every row names the same columns. Raises: RowsMissing unless all were there.
    """
    if rows:
        await _change(session, table, rows, _update(table, tuple(rows[0]), keys))


async def add_to_rows(
    session: AsyncSession, table: type[SQLModel], rows: Rows, *, keys: tuple[str, ...]
) -> None:
    """Add the given amounts to the row that `keys` name, which begins at nothing.

    For totals that many events share: it asks for no order. Rows of the same keys are summed.
    """
    if rows:
        await _add(table, tuple(rows[0]), keys).change(session, **_arrays(table, rows))


async def shift_rows(
    session: AsyncSession, table: type[SQLModel], rows: Rows, *, keys: tuple[str, ...]
) -> None:
    """Add the given amounts, which may be below zero, to the rows that `keys` name, one each.

    Raises: RowsMissing unless all were there.
    """
    if rows:
        await _change(session, table, rows, _shift(table, tuple(rows[0]), keys))


async def put_rows(
    session: AsyncSession, table: type[SQLModel], rows: Rows, *, keys: tuple[str, ...]
) -> None:
    """Insert the rows, or set the given columns of the ones that `keys` find."""
    if rows:
        await _put(table, tuple(rows[0]), keys).change(session, **_arrays(table, rows))


async def _change(
    session: AsyncSession, table: type[SQLModel], rows: Rows, statement: Statement
) -> None:
    changed = await statement.change(session, **_arrays(table, rows))
    if changed != len(rows):
        raise RowsMissing(f"{table.__tablename__}: {changed} of {len(rows)} rows")


def _arrays(table: type[SQLModel], rows: Rows) -> dict[str, list[Any]]:
    columns = _columns(table)
    return {name: _array([row[name] for row in rows], columns[name].type) for name in rows[0]}


def _array(values: list[Any], kind: TypeEngine[Any]) -> list[Any]:
    """asyncpg takes JSON in an array as text; what is text is JSON already."""
    if isinstance(kind, JSONB):
        return [v if v is None or isinstance(v, str) else json.dumps(v) for v in values]
    return values


def _columns(table: type[SQLModel]) -> ReadOnlyColumnCollection[str, Column[Any]]:
    found: Table = table.__table__  # type: ignore[attr-defined]
    return found.columns


@cache
def _insert(table: type[SQLModel], names: tuple[str, ...]) -> Statement:
    return Statement(  # names come from the table's own columns
        f"INSERT INTO {table.__tablename__} ({', '.join(names)}) "  # noqa: S608
        f"SELECT * FROM {_given(table, names)}"
    )


@cache
def _update(table: type[SQLModel], names: tuple[str, ...], keys: tuple[str, ...]) -> Statement:
    changes = ", ".join(f"{name} = given.{name}" for name in names if name not in keys)
    same = " AND ".join(f"{table.__tablename__}.{key} = given.{key}" for key in keys)
    return Statement(  # names come from the table's own columns
        f"UPDATE {table.__tablename__} SET {changes} "  # noqa: S608
        f"FROM {_given(table, names)} WHERE {same}"
    )


@cache
def _shift(table: type[SQLModel], names: tuple[str, ...], keys: tuple[str, ...]) -> Statement:
    own = table.__tablename__
    changes = ", ".join(
        f"{name} = {own}.{name} + given.{name}" for name in names if name not in keys
    )
    same = " AND ".join(f"{own}.{key} = given.{key}" for key in keys)
    return Statement(  # names come from the table's own columns
        f"UPDATE {own} SET {changes} FROM {_given(table, names)} WHERE {same}"  # noqa: S608
    )


@cache
def _add(table: type[SQLModel], names: tuple[str, ...], keys: tuple[str, ...]) -> Statement:
    amounts = [name for name in names if name not in keys]
    by, own = ", ".join(keys), table.__tablename__
    sums = ", ".join(f"sum(given.{name})" for name in amounts)
    changes = ", ".join(f"{name} = {own}.{name} + excluded.{name}" for name in amounts)
    return Statement(  # ordered, so that two such statements lock rows in the same order
        f"INSERT INTO {own} ({by}, {', '.join(amounts)}) "  # noqa: S608
        f"SELECT {by}, {sums} FROM {_given(table, names)} GROUP BY {by} ORDER BY {by} "
        f"ON CONFLICT ({by}) DO UPDATE SET {changes}"
    )


@cache
def _put(table: type[SQLModel], names: tuple[str, ...], keys: tuple[str, ...]) -> Statement:
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    return Statement(  # ordered, as above
        f"INSERT INTO {table.__tablename__} ({', '.join(names)}) "  # noqa: S608
        f"SELECT * FROM {_given(table, names)} ORDER BY {', '.join(keys)} "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"
    )


def _given(table: type[SQLModel], names: tuple[str, ...]) -> str:
    columns = _columns(table)
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    kinds = {name: columns[name].type.compile(dialect=dialect) for name in names}
    arrays = ", ".join(f"CAST(:{name} AS {kinds[name]}[])" for name in names)
    return f"unnest({arrays}) AS given({', '.join(names)})"
