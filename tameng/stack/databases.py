"""A database and two roles for each service."""

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import asyncpg  # type: ignore[import-untyped]

CREATE_ROLE_OR_CHANGE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = {name_text}) THEN
        ALTER ROLE {name} LOGIN PASSWORD {password};
    ELSE
        CREATE ROLE {name} LOGIN PASSWORD {password};
    END IF;
END $$
"""


@dataclass(frozen=True, kw_only=True)
class Role:
    """Who may log in, and with what."""

    name: str
    password: str


@dataclass(frozen=True, kw_only=True)
class Database:
    """A service's database. The owner migrates it; the runtime role works in it."""

    name: str
    owner: Role
    runtime: Role


async def create(superuser_url: str, *databases: Database) -> list[str]:
    """Make databases and roles that are missing, and set passwords and rights of all. Again is
    harmless. Returns a line for each thing that was made. Raises: OSError, PostgresError.

    Nobody else may connect, and the runtime role may not create anything: which tables it may
    read and write is granted by the service's own migration. Nothing is ever dropped.
    """
    server = await asyncpg.connect(superuser_url)
    try:
        made = [line for database in databases for line in await _create(server, database)]
    finally:
        await server.close()
    for database in databases:
        await _close_schema(with_database(superuser_url, database.name), database)
    return made


def with_database(url: str, name: str) -> str:
    """The same address, for another database of the server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def url_for(superuser_url: str, *, database: str, role: Role, driver: str) -> str:
    """The address of a database for a role, with the driver that reads it (postgresql+asyncpg)."""
    parts = urlsplit(superuser_url)
    address = parts.netloc.rpartition("@")[2]
    return f"{driver}://{role.name}:{role.password}@{address}/{database}"


async def _create(server: "asyncpg.Connection[asyncpg.Record]", database: Database) -> list[str]:
    made: list[str] = []
    for role in (database.owner, database.runtime):
        if not await server.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role.name):
            made.append(f"role {role.name}")
        await server.execute(
            CREATE_ROLE_OR_CHANGE.format(
                name=_quoted(role.name),
                name_text=_text(role.name),
                password=_text(role.password),
            )
        )
    name = _quoted(database.name)
    if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database.name):
        # A superuser by address need not be one: to give a database away takes membership.
        await server.execute(f"GRANT {_quoted(database.owner.name)} TO CURRENT_USER")
        await server.execute(f"CREATE DATABASE {name} OWNER {_quoted(database.owner.name)}")
        made.append(f"database {database.name}")
    await server.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    await server.execute(f"GRANT CONNECT ON DATABASE {name} TO {_quoted(database.runtime.name)}")
    return made


async def _close_schema(url: str, database: Database) -> None:
    """The schema `public` belongs to the owner; the runtime role may only use it."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"ALTER SCHEMA public OWNER TO {_quoted(database.owner.name)}")
        await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        await connection.execute(
            f"GRANT USAGE ON SCHEMA public TO {_quoted(database.runtime.name)}"
        )
    finally:
        await connection.close()


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
