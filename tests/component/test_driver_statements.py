"""Statements that are given to the driver run in the session's transaction and savepoint."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.faults import Passing
from chassis.state.database import runtime_engine
from chassis.state.statements import Statement, driver_of
from tests.databases import MakeDatabase

PATIENCE_S = 10
KEEP = Statement(
    "INSERT INTO subject_key (subject, wrapped, created_at) "
    "VALUES (gen_random_uuid(), :wrapped, now())"
)
KEPT = Statement("SELECT wrapped FROM subject_key ORDER BY wrapped")
TWICE = Statement(
    "SELECT cast(:here AS text) AS a, :there::int AS b, cast(:here AS text) AS c, "
    "'12:30'::time IS NOT NULL AS d"
)


@pytest.fixture
async def engine(service_database: MakeDatabase) -> AsyncIterator[AsyncEngine]:
    urls = await service_database("enrollment")
    engine = runtime_engine(urls.runtime, application="test")
    yield engine
    await engine.dispose()


async def kept(session: AsyncSession) -> list[bytes]:
    return [row["wrapped"] for row in await KEPT.rows(session)]


async def test_what_is_done_first_of_all_is_part_of_the_transaction(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        assert await KEEP.change(session, wrapped=b"lost") == 1
        assert await kept(session) == [b"lost"]
        await session.rollback()
        await KEEP.change(session, wrapped=b"kept")
        await session.commit()
    async with AsyncSession(engine) as session:
        assert await kept(session) == [b"kept"]


async def test_what_is_done_first_of_all_is_part_of_the_savepoint(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        await KEEP.change(session, wrapped=b"a")
        for wrapped, is_kept in ((b"b", False), (b"c", True), (b"d", False)):
            nested = await session.begin_nested()
            await KEEP.change(session, wrapped=wrapped)
            await (nested.commit() if is_kept else nested.rollback())
        await KEEP.change(session, wrapped=b"e")
        assert await kept(session) == [b"a", b"c", b"e"]


async def test_names_stand_for_values_wherever_they_stand(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        (row,) = await TWICE.rows(session, here="x", there=2)
    assert tuple(row) == ("x", 2, "x", True)


async def test_a_lost_connection_passes(engine: AsyncEngine) -> None:
    session = AsyncSession(engine)
    driver = await driver_of(session)
    async with AsyncSession(engine) as other:
        pid = driver.get_server_pid()
        await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    async with asyncio.timeout(PATIENCE_S):
        while not driver.is_closed():
            await asyncio.sleep(0.02)
    try:
        with pytest.raises(Passing):
            await kept(session)
    finally:
        with suppress(DBAPIError):  # there is nothing to roll back any more
            await session.close()
