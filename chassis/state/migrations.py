"""Bring a service's database up to date, and give its runtime role no more than it needs."""

from importlib.resources import files

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

_GRANTS = (
    'GRANT USAGE ON SCHEMA public TO "{role}"',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"',
    'REVOKE UPDATE, DELETE, TRUNCATE ON event_log FROM "{role}"',
    'REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM "{role}"',
)
_MARK = "the log of "
_MARKED = text("SELECT obj_description(to_regclass('public.event_log'))")
_HELD = text("""
    SELECT NOT (role.rolsuper OR role.rolbypassrls OR pg_has_role(log.relowner, 'USAGE'))
    FROM pg_roles role, pg_class log
    WHERE role.rolname = current_user AND log.oid = 'event_log'::regclass""")


def configuration(service: str, connection: Connection | None = None) -> Config:
    """Alembic's configuration of a service, for a connection that is already open."""
    config = Config()
    config.set_main_option("script_location", str(files(f"services.{service}") / "migrations"))
    config.attributes["connection"] = connection
    return config


class WrongDatabase(RuntimeError):
    """A database that holds another service's log; the text says whose."""


async def migrate(owner: AsyncEngine, *, service: str, runtime_url: str) -> None:
    """Run the service's migrations as the owner of its tables, then grant the runtime role.

    Raises: WrongDatabase, before anything is changed.
    """
    role = make_url(runtime_url).username
    async with owner.begin() as connection:
        await connection.run_sync(lambda opened: check_owner(opened, service=service))
        await connection.run_sync(
            lambda opened: command.upgrade(configuration(service, opened), "head")
        )
        await connection.execute(text(f"COMMENT ON TABLE event_log IS '{_MARK}{service}'"))
        for grant in _GRANTS:
            await connection.execute(text(grant.format(role=role)))


def check_owner(connection: Connection, *, service: str) -> None:
    """Raises WrongDatabase when the log here is another service's: the numbers of migrations
    alone would not tell."""
    found = connection.scalar(_MARKED)
    if found not in (None, f"{_MARK}{service}"):
        raise WrongDatabase(f"its database holds {found}, not its own: set the address of its own")


def is_current(connection: Connection, *, service: str) -> bool:
    """Whether the database is at the service's last migration."""
    wanted = ScriptDirectory.from_config(configuration(service)).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == wanted


def is_held_by_policies(connection: Connection) -> bool:
    """Whether row-level security keeps the connection's role to its area: not the owner, nor one
    who may act as the owner, a superuser or a role with BYPASSRLS.
    """
    return bool(connection.scalar(_HELD))


def run(*tables: MetaData) -> None:
    """What a service's `migrations/env.py` does: run inside the transaction that is open."""
    names = {name for metadata in tables for name in metadata.tables}
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=list(tables),
        include_name=lambda name, kind, _parents: kind != "table" or name in names,
        compare_server_default=True,
    )
    context.run_migrations()
