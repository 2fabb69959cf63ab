"""Older code on a database that newer code has migrated: on which it may run, on which not."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.state.database import owner_engine
from chassis.state.migrations import DatabaseTooNew, Standing, migrate, standing
from chassis.state.shape import shape
from tests.databases import MakeDatabase, Urls

CHANGES = {
    "CREATE TABLE more (n int NOT NULL, CHECK (n > 0))": True,
    "ALTER TABLE accounts ADD COLUMN more text": True,
    "ALTER TABLE accounts ADD COLUMN more text NOT NULL DEFAULT 'x'": True,
    "CREATE INDEX more ON accounts (branch)": True,
    "UPDATE accounts SET branch = NULL": True,
    "ALTER TABLE accounts ADD COLUMN more text NOT NULL": False,
    "ALTER TABLE accounts DROP COLUMN branch": False,
    "ALTER TABLE accounts RENAME COLUMN branch TO office": False,
    "ALTER TABLE accounts ALTER COLUMN branch TYPE varchar(3)": False,
    "ALTER TABLE accounts ALTER COLUMN branch SET NOT NULL": False,
    "ALTER TABLE accounts ALTER COLUMN holder DROP NOT NULL": False,
    "ALTER TABLE balances ALTER COLUMN balance DROP DEFAULT": False,
    "ALTER TABLE accounts ADD CHECK (branch <> '')": False,
    "CREATE UNIQUE INDEX more ON accounts (branch)": False,
    "ALTER TABLE accounts DROP CONSTRAINT accounts_holder_id_key": False,
    "ALTER TABLE accounts ENABLE ROW LEVEL SECURITY": False,
    "CREATE POLICY more ON accounts USING (true)": False,
    "CREATE TRIGGER more BEFORE UPDATE ON accounts EXECUTE FUNCTION "
    "suppress_redundant_updates_trigger()": False,
    "DROP TABLE holds": False,
}
"""What a migration does, and whether code from before it may go on."""


@pytest.fixture
async def urls(service_database: MakeDatabase) -> Urls:
    return await service_database("banking")


@pytest.fixture
async def owner(urls: Urls) -> AsyncIterator[AsyncEngine]:
    engine = owner_engine(urls.owner, application="test")
    yield engine
    await engine.dispose()


async def test_what_only_adds_is_told_from_what_older_code_would_trip_over(
    owner: AsyncEngine,
) -> None:
    async with owner.connect() as connection:
        before = await connection.run_sync(shape)
        found = {}
        for change in CHANGES:
            await connection.execute(text(change))
            found[change] = before.is_only_added_to(await connection.run_sync(shape))
            await connection.rollback()
    assert found == CHANGES


async def test_older_code_runs_on_what_was_only_added_to_and_leaves_it_as_it_is(
    owner: AsyncEngine, urls: Urls
) -> None:
    current = await migrated(owner, urls)
    assert (current.fits, current.is_newer) == (True, False)
    assert current.revision == current.last == max(current.known)

    await newer(owner, since=current.last)
    found = await migrated(owner, urls)
    assert (found.revision, found.fits, found.is_newer) == ("newer", True, True)
    found.check_not_too_new()

    await newer(owner, since="newer")
    async with owner.connect() as connection:
        stands = await connection.run_sync(lambda opened: standing(opened, service="banking"))
    assert not stands.fits
    said = f"before newer cannot use; this code knows up to {current.last}: deploy the version"
    with pytest.raises(DatabaseTooNew, match=said):
        await migrated(owner, urls)


async def migrated(owner: AsyncEngine, urls: Urls) -> Standing:
    return await migrate(owner, service="banking", runtime_url=urls.runtime)


async def newer(owner: AsyncEngine, *, since: str) -> None:
    """Let the database be as code that nobody here knows would leave it."""
    async with owner.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'newer'"))
        await connection.execute(
            text(f"COMMENT ON TABLE alembic_version IS 'for code since {since}'")
        )
