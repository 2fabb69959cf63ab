"""Bring a service's database up to date, and give its runtime role no more than it needs.

Each migration is looked at while it runs: one that only adds leaves the database open to the code
from before it, so that a service can be rolled back alone. How far back is noted on the table of
the revision; code that does not know the revision reads the note (docs/decisions/0020).
"""

from importlib.resources import files
from typing import NamedTuple

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.state.shape import shape

_GRANTS = (
    'GRANT USAGE ON SCHEMA public TO "{role}"',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"',
    'REVOKE UPDATE, DELETE, TRUNCATE ON event_log FROM "{role}"',
    'REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM "{role}"',
)
_MARK = "the log of "
_MARKED = text("SELECT obj_description(to_regclass('public.event_log'))")
NOTE = "for code since "
_NOTED = text("SELECT obj_description(to_regclass('public.alembic_version'), 'pg_class')")
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


class DatabaseTooNew(RuntimeError):
    """Newer code has migrated the database, and not by additions alone."""


class Standing(NamedTuple):
    """A database beside the code."""

    revision: str | None
    """What the database is at; None: nothing was migrated yet."""
    open_since: str | None
    """The oldest code that may run on it, as newer code noted."""
    last: str
    """The newest revision that the code knows."""
    known: frozenset[str]

    @property
    def is_newer(self) -> bool:
        """Whether the database was migrated by code that this code does not know."""
        return self.revision is not None and self.revision not in self.known

    @property
    def fits(self) -> bool:
        """Whether the code may run on it: of its own revision, or of a newer one that only added
        to what it knows."""
        return self.open_since in self.known if self.is_newer else self.revision == self.last

    def check_not_too_new(self) -> None:
        """Raises: DatabaseTooNew."""
        if self.is_newer and not self.fits:
            raise DatabaseTooNew(
                f"the database is at migration {self.revision}, which code before "
                f"{self.open_since or self.revision} cannot use; this code knows up to "
                f"{self.last}: deploy the version that migrated it, or a newer one"
            )


def standing(connection: Connection, *, service: str) -> Standing:
    """How the database stands beside the code that asks."""
    script = ScriptDirectory.from_config(configuration(service))
    known = [each.revision for each in script.walk_revisions()]
    found = MigrationContext.configure(connection).get_current_revision()
    note = connection.scalar(_NOTED) or ""
    return Standing(found, note.removeprefix(NOTE) or None, known[0], frozenset(known))


async def migrate(owner: AsyncEngine, *, service: str, runtime_url: str) -> Standing:
    """Run the service's migrations as the owner of its tables, then grant the runtime role. What
    newer code has migrated stays as it is: nothing is ever taken back.

    Raises: WrongDatabase, DatabaseTooNew.
    """
    role = make_url(runtime_url).username
    async with owner.begin() as connection:
        await connection.run_sync(lambda opened: check_owner(opened, service=service))
        done = await connection.run_sync(lambda opened: _upgrade(opened, service))
        await connection.execute(text(f"COMMENT ON TABLE event_log IS '{_MARK}{service}'"))
        for grant in () if done.is_newer else _GRANTS:
            await connection.execute(text(grant.format(role=role)))
    return done


def check_owner(connection: Connection, *, service: str) -> None:
    """Raises WrongDatabase when the log here is another service's: the numbers of migrations
    alone would not tell."""
    found = connection.scalar(_MARKED)
    if found not in (None, f"{_MARK}{service}"):
        raise WrongDatabase(f"its database holds {found}, not its own: set the address of its own")


def _upgrade(connection: Connection, service: str) -> Standing:
    before = standing(connection, service=service)
    before.check_not_too_new()
    if before.is_newer:
        return before
    config, open_since = configuration(service, connection), before.open_since or before.revision
    script = ScriptDirectory.from_config(config)
    ahead = script.iterate_revisions("head", before.revision or "base")
    for revision in reversed([each.revision for each in ahead]):
        found = shape(connection)
        command.upgrade(config, revision)
        if open_since is None or not found.is_only_added_to(shape(connection)):
            open_since = revision
    connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{NOTE}{open_since}'"))
    return standing(connection, service=service)


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
