"""Statements of the hot path, given to the driver as they are.

    _LOCK = Statement("SELECT kind FROM things WHERE thing_id = :thing_id FOR UPDATE")
    rows = await _LOCK.rows(session, thing_id=thing_id)

Through SQLAlchemy a statement takes 0.15 ms of Python, through asyncpg 0.03 (`benchmarks claims`
runs forty of them a claim). They run in the session's own transaction, with what it has locked.
"""

import re
from typing import Any

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import SessionTransaction

from chassis.faults import Passing

_NAME = re.compile(r"(?<![:\w]):([a-z]\w*)")
_DRIVER = "chassis.driver"
_ANYTHING = text("SELECT 1")


class Statement:
    """One statement with named parameters, `:name`."""

    def __init__(self, sql: str) -> None:
        self.written = sql
        self._names: list[str] = []
        self._sql = _NAME.sub(self._place, sql)

    async def rows(self, session: AsyncSession, **values: object) -> list[Any]:
        """The rows: sequences whose values also have names. Raises: asyncpg's errors, Passing."""
        driver = await driver_of(session)
        try:
            found: list[Any] = await driver.fetch(self._sql, *self._values(values))
        except (asyncpg.InterfaceError, asyncpg.InvalidCachedStatementError) as error:
            raise _passing(driver, error) from error
        return found

    async def change(self, session: AsyncSession, **values: object) -> int:
        """How many rows it changed. Raises: asyncpg's errors, Passing."""
        driver = await driver_of(session)
        try:
            status: str = await driver.execute(self._sql, *self._values(values))
        except (asyncpg.InterfaceError, asyncpg.InvalidCachedStatementError) as error:
            raise _passing(driver, error) from error
        return int(status.rpartition(" ")[2])

    def _place(self, name: "re.Match[str]") -> str:
        if name[1] not in self._names:
            self._names.append(name[1])
        return f"${self._names.index(name[1]) + 1}"

    def _values(self, values: dict[str, object]) -> list[object]:
        return [values[name] for name in self._names]


async def driver_of(session: AsyncSession) -> Any:  # noqa: ANN401  (asyncpg has no types)
    """asyncpg's connection under the session's transaction or savepoint, which has begun.

    SQLAlchemy begins both late: the one with its own first statement, the other when it is asked
    for the connection. What the driver is given before stands outside of them.
    """
    held = session.info.get(_DRIVER)
    if held is not None and held[0] is _innermost(session):
        return held[1]
    driver = await _connection(session)
    if not driver.is_in_transaction():
        await session.execute(_ANYTHING)
    session.info[_DRIVER] = (_innermost(session), driver)
    return driver


def _innermost(session: AsyncSession) -> SessionTransaction | None:
    opened = session.sync_session
    return opened.get_nested_transaction() or opened.get_transaction()


async def _connection(session: AsyncSession) -> Any:  # noqa: ANN401
    raw: Any = await (await session.connection()).get_raw_connection()
    return raw.driver_connection


def _passing(driver: Any, error: Exception) -> Exception:  # noqa: ANN401
    """A lost connection passes, and so does a plan that a migration made stale."""
    is_lost = driver.is_closed() or isinstance(error, asyncpg.InvalidCachedStatementError)
    return Passing(str(error)) if is_lost else error
