"""The keys of persons in a real Postgres: kept once, found together, gone when deleted."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from asyncpg import UniqueViolationError  # type: ignore[import-untyped]
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from chassis.sealing import KeyWrap, new_keys
from chassis.subject_keys import delete_keys, keep_keys, keys_of

pytest_plugins = ["tests.stack"]

AT = datetime(2025, 7, 1, tzinfo=UTC)
PERSONS = [UUID(int=number) for number in range(1, 1001)]


@pytest.fixture
async def session(postgres_superuser_url: str) -> AsyncIterator[AsyncSession]:
    url = make_url(postgres_superuser_url).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    async with AsyncSession(engine) as session, session.begin():
        await session.execute(
            text(
                "CREATE TEMPORARY TABLE subject_key (subject uuid PRIMARY KEY, "
                "wrapped bytea NOT NULL, created_at timestamptz NOT NULL) ON COMMIT DROP"
            )
        )
        yield session
    await engine.dispose()


async def test_many_keys_are_kept_and_found_together(session: AsyncSession) -> None:
    wrap = KeyWrap(new_keys(1)[0])
    keys = dict(zip(PERSONS, new_keys(len(PERSONS)), strict=True))
    wrapped = {person: wrap.wrap(person, key) for person, key in keys.items()}
    await keep_keys(session, wrapped, at=AT)
    found = await keys_of(session, [*PERSONS, UUID(int=0)])
    assert {person: wrap.unwrap(person, kept) for person, kept in found.items()} == keys


async def test_nobody_is_a_number_of_persons_too(session: AsyncSession) -> None:
    await keep_keys(session, {}, at=AT)
    assert await keys_of(session, []) == {}
    assert await delete_keys(session, []) == 0


async def test_a_key_is_never_replaced(session: AsyncSession) -> None:
    await keep_keys(session, {PERSONS[0]: b"first"}, at=AT)
    with pytest.raises(UniqueViolationError):
        async with session.begin_nested():
            await keep_keys(session, {PERSONS[0]: b"second"}, at=AT)
    assert await keys_of(session, PERSONS) == {PERSONS[0]: b"first"}


async def test_a_deleted_key_is_gone_and_the_others_stay(session: AsyncSession) -> None:
    await keep_keys(session, dict.fromkeys(PERSONS[:3], b"key"), at=AT)
    assert await delete_keys(session, [PERSONS[0], PERSONS[9]]) == 1
    assert set(await keys_of(session, PERSONS)) == set(PERSONS[1:3])
