"""A schema of empty tables for one replay: nobody else's, never logged, dropped at the end."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    create_async_engine,
)

SCRATCH = "replay_"
KEPT = "as_of_"
_SETTINGS = {
    "timezone": "UTC",
    "synchronous_commit": "off",
    # A plan made for an empty table would read all of it again for each run once it is full.
    "plan_cache_mode": "force_custom_plan",
    "jit": "off",
}
_HOLD = text("SELECT pg_try_advisory_lock(hashtext('replay'), hashtext(:schema))")
_STALE = text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replay\\_%'")


@asynccontextmanager
async def scratch(owner: AsyncEngine, tables: MetaData) -> AsyncIterator[str]:
    """The name of a schema with empty copies of the tables. Those of replays that died go first.

    Whoever works on it holds a lock of its name as long as its connection lives.
    """
    schema = f"{SCRATCH}{secrets.token_hex(8)}"
    autocommit = owner.execution_options(isolation_level="AUTOCOMMIT")
    async with autocommit.connect() as holder:
        await _drop_stale(holder)
        await holder.scalar(_HOLD, {"schema": schema})
        await _create(owner, schema, tables)
        try:
            yield schema
        finally:
            await holder.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))


def scratch_engine(owner: AsyncEngine, schema: str, *, connections: int) -> AsyncEngine:
    """Connections that see the tables of this schema and no others."""
    settings = {**_SETTINGS, "search_path": schema, "application_name": "replay"}
    return create_async_engine(
        owner.url,
        pool_size=connections,
        hide_parameters=True,
        connect_args={"server_settings": settings},
    )


@asynccontextmanager
async def seen(owner: AsyncEngine, schema: str) -> AsyncIterator[AsyncSession]:
    """A session that sees the tables of this schema and no others."""
    engine = scratch_engine(owner, schema, connections=1)
    try:
        async with AsyncSession(engine) as session:
            yield session
    finally:
        await engine.dispose()


@asynccontextmanager
async def snapshot(owner: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """The database as it is now, whatever happens to it meanwhile."""
    settings = owner.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with AsyncSession(settings) as session:
        yield session


async def keep(owner: AsyncEngine, schema: str) -> str:
    """Take the schema out of the replay's hands; returns its name from now on."""
    kept = schema.replace(SCRATCH, KEPT)
    async with owner.begin() as connection:
        await connection.execute(text(f'ALTER SCHEMA "{schema}" RENAME TO "{kept}"'))
    return kept


async def _create(owner: AsyncEngine, schema: str, tables: MetaData) -> None:
    async with owner.begin() as connection:
        await connection.execute(text(f'CREATE SCHEMA "{schema}"'))
        for table in tables.sorted_tables:
            await connection.execute(
                text(
                    f'CREATE UNLOGGED TABLE "{schema}".{table.name} '
                    f"(LIKE public.{table.name} INCLUDING ALL)"
                )
            )


async def _drop_stale(holder: AsyncConnection) -> None:
    for schema in list(await holder.scalars(_STALE)):
        if await holder.scalar(_HOLD, {"schema": schema}):
            await holder.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))
