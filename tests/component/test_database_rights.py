"""What a service's own database role cannot do, tried with every service's: it works, no more."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]
import pytest

from chassis.state.database import owner_engine
from chassis.state.migrations import migrate
from tameng.environment import SERVICES
from tameng.stack.databases import with_database
from tests.databases import MakeDatabase, Urls

HELD_TABLES = "SELECT relname FROM pg_class WHERE relrowsecurity ORDER BY relname"
FORBIDDEN = (
    # The log is added to, never changed.
    "UPDATE event_log SET seq = 9",
    "DELETE FROM event_log",
    "TRUNCATE event_log",
    "SELECT * FROM event_log FOR UPDATE",
    "ALTER TABLE event_log DISABLE TRIGGER ALL",
    "ALTER TABLE event_log DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE event_log RENAME TO old_log",
    "DROP TABLE event_log",
    "CREATE RULE quiet AS ON INSERT TO event_log DO INSTEAD NOTHING",
    "SET session_replication_role = replica",
    # Its shape is the owner's.
    "UPDATE alembic_version SET version_num = '0000'",
    "ALTER TABLE watermark ADD COLUMN more text",
    "DROP TABLE watermark",
    "TRUNCATE watermark",
    "CREATE INDEX more ON watermark (seq)",
    "CREATE TABLE more ()",
    "CREATE TEMP TABLE event_log ()",
    "CREATE VIEW more AS SELECT 1",
    "CREATE SCHEMA more",
    "CREATE TYPE more AS ENUM ('a')",
    "CREATE EXTENSION dblink",
    "CREATE PUBLICATION more FOR TABLE event_log",
    "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL'",
    # It is nobody else, and makes nobody.
    "SET ROLE {owner}",
    "SET SESSION AUTHORIZATION {owner}",
    "SET ROLE postgres",
    "GRANT {owner} TO {runtime}",
    "ALTER ROLE {runtime} BYPASSRLS",
    "ALTER ROLE {owner} PASSWORD 'known'",
    "CREATE ROLE more LOGIN",
    # The server and its disk are out of reach.
    "CREATE DATABASE more",
    "DROP DATABASE {database}",
    "ALTER DATABASE {database} SET row_security = off",
    "ALTER SYSTEM SET fsync = off",
    "COPY event_log TO '/var/log/stolen'",
    "COPY event_log FROM PROGRAM 'id'",
    "SELECT pg_read_file('pg_hba.conf')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT * FROM pg_authid",
)


@asynccontextmanager
async def session(url: str, database: str = "") -> AsyncIterator[Any]:
    plain = url.replace("+asyncpg", "")
    connection = await asyncpg.connect(with_database(plain, database) if database else plain)
    try:
        yield connection
    finally:
        await connection.close()


def names(urls: Urls) -> dict[str, str]:
    return {
        "owner": str(urlsplit(urls.owner).username),
        "runtime": str(urlsplit(urls.runtime).username),
        "database": urls.database,
    }


@pytest.mark.parametrize("service", SERVICES)
async def test_a_services_role_works_in_its_tables_and_can_do_nothing_else(
    service_database: MakeDatabase, service: str
) -> None:
    urls = await service_database(service)
    other = await service_database("audit" if service != "audit" else "banking")
    async with session(urls.runtime) as sql:
        passed = []
        held = [row["relname"] for row in await sql.fetch(HELD_TABLES)]
        for statement in (
            *(each.format(**names(urls)) for each in FORBIDDEN),
            *(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY" for table in held),
            *(f"DROP POLICY area ON {table}" for table in held),
            *(f"CREATE POLICY all_rows ON {table} USING (true)" for table in held),
        ):
            try:
                await sql.execute(statement)
                passed.append(statement)
            except asyncpg.InsufficientPrivilegeError:
                pass
        assert passed == []
        assert bool(held) is (service == "enrollment")
        await sql.fetch("SELECT * FROM event_log")
        await sql.execute("UPDATE watermark SET seq = seq")
    for role in (urls.runtime, urls.owner):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with session(role, other.database):
                pass
    with pytest.raises(asyncpg.InvalidPasswordError):
        async with session(urls.runtime.replace(":runtime@", ":guessed@")):
            pass


ATTRIBUTES = """
SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls AS more,
       EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid) AS is_member
FROM pg_roles WHERE rolname = ANY($1)
"""
PRIVILEGES = """
SELECT relname AS table, array_agg(privilege) AS privileges
FROM pg_class, unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE','TRUNCATE','REFERENCES','TRIGGER'])
     AS privilege
WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
      AND has_table_privilege($1, pg_class.oid, privilege)
GROUP BY relname
"""


@pytest.mark.parametrize("service", SERVICES)
async def test_roles_are_plain_ones_and_the_owner_may_migrate(
    service_database: MakeDatabase, service: str
) -> None:
    urls = await service_database(service)
    roles = names(urls)
    async with session(urls.owner) as sql:
        found = await sql.fetch(ATTRIBUTES, [roles["owner"], roles["runtime"]])
        assert len(found) == 2
        assert not [row["rolname"] for row in found if row["more"] or row["is_member"]]
        granted = {
            row["table"]: set(row["privileges"])
            for row in await sql.fetch(PRIVILEGES, roles["runtime"])
        }
        assert granted.pop("event_log") == {"SELECT", "INSERT"}
        assert granted.pop("alembic_version") == {"SELECT"}
        assert set(map(frozenset, granted.values())) == {
            frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
        }
        async with sql.transaction():
            await sql.execute("CREATE TABLE next_version (n int)")
            await sql.execute("DROP TABLE next_version")
    engine = owner_engine(urls.owner, application="test")
    await migrate(engine, service=service, runtime_url=urls.runtime)
    await engine.dispose()
