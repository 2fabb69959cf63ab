"""Fresh, migrated databases of a service, each made in a fraction of a second.

    async def test_x(service_database: MakeDatabase) -> None:
        urls = await service_database("enrollment")
        engine = runtime_engine(urls.runtime, application="test")

`urls.owner` and `urls.runtime` are addresses (postgresql+asyncpg://) of the two roles, with the
rights they have in production. A service is migrated once a run, into a template; every
database is a copy of it. It is dropped when the next one is made: by then the sessions of its test
have ended, for which Postgres waits in steps of 100 ms. All that a test mostly wants beside it
(units, an HTTP client, a clock, events of others) is in `tests/alone.py`.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import pytest
import pytest_asyncio

from chassis.state.database import owner_engine
from chassis.state.migrations import migrate
from tameng.stack.databases import Database, Role, create, url_for
from tests.stack import locked

DRIVER = "postgresql+asyncpg"


@dataclass(frozen=True, kw_only=True)
class Urls:
    """Where a database is, for each of its roles."""

    database: str
    owner: str
    runtime: str


MakeDatabase = Callable[[str], Awaitable[Urls]]


@dataclass
class Templates:
    """The migrated databases of the session, one a service, and copies of them."""

    superuser_url: str
    folder: Path
    """Shared by pytest's processes: what is migrated is noted in it."""
    worker: str
    """Which of them this is."""
    _migrated: dict[str, Database] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=count)
    _ended: list[str] = field(default_factory=list)

    async def copy(self, service: str) -> Urls:
        """A fresh database of the service."""
        template = self._migrated.get(service) or await self._migrate(service)
        name = f"test_{self.worker}_{service}_{next(self._numbers)}"
        copied = Database(name=name, owner=template.owner, runtime=template.runtime)
        ended, self._ended = self._ended, []
        await self._execute(
            *(f'DROP DATABASE IF EXISTS "{each}" WITH (FORCE)' for each in ended),
            *_copied(template, name=name, of=template.name),
        )
        return self._urls(copied)

    async def keep(self, name: str, service: str) -> str:
        """A copy of a service's database as it is now; nobody may be connected."""
        kept = f"{name}_kept"
        await self._execute(*_copied(self._migrated[service], name=kept, of=name))
        return kept

    async def restore(self, name: str, service: str, *, kept: str) -> None:
        """Put the kept copy in the place of this database."""
        await self._execute(*_copied(self._migrated[service], name=name, of=kept))

    def end(self, name: str) -> None:
        """Its test has ended: the database is dropped with the next copy."""
        self._ended.append(name)

    async def drop_ended(self) -> None:
        """Drop what is left, also while somebody is connected."""
        await self._execute(*(f'DROP DATABASE "{name}" WITH (FORCE)' for name in self._ended))

    async def _migrate(self, service: str) -> Database:
        name = f"template_{service}"
        template = Database(
            name=name,
            owner=Role(name=f"{name}_owner", password="owner"),
            runtime=Role(name=f"{name}_runtime", password="runtime"),
        )
        with locked(self.folder / "migrating"):
            done = self.folder / f"{name}.migrated"
            if not done.exists():
                await self._make(template, service)
                done.touch()
        self._migrated[service] = template
        return template

    async def _make(self, template: Database, service: str) -> None:
        await self._execute(f'DROP DATABASE IF EXISTS "{template.name}" WITH (FORCE)')
        await create(self.superuser_url, template)
        urls = self._urls(template)
        engine = owner_engine(urls.owner, application="template")
        try:
            await migrate(engine, service=service, runtime_url=urls.runtime)
        finally:
            await engine.dispose()

    def _urls(self, database: Database) -> Urls:
        owner, runtime = (
            url_for(self.superuser_url, database=database.name, role=role, driver=DRIVER)
            for role in (database.owner, database.runtime)
        )
        return Urls(database=database.name, owner=owner, runtime=runtime)

    async def _execute(self, *statements: str) -> None:
        server = await asyncpg.connect(self.superuser_url)
        try:
            for statement in statements:
                await server.execute(statement)
        finally:
            await server.close()


def _copied(template: Database, *, name: str, of: str) -> tuple[str, ...]:
    """The statements that make a database, whatever it was before, of another."""
    return (
        f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
        # Copied as files: through the log, as usual, it takes the server three times as long.
        f'CREATE DATABASE "{name}" TEMPLATE "{of}" STRATEGY FILE_COPY '
        f'OWNER "{template.owner.name}"',
        # The schema's rights are copied, those to connect are not.
        f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC',
        f'GRANT CONNECT ON DATABASE "{name}" TO "{template.runtime.name}"',
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def templates(postgres_superuser_url: str, run_folder: Path) -> AsyncIterator[Templates]:
    """The session's templates."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    templates = Templates(postgres_superuser_url, run_folder, worker)
    yield templates
    await templates.drop_ended()


@pytest.fixture
async def service_database(templates: Templates) -> AsyncIterator[MakeDatabase]:
    """Call with a service's name: a fresh database of it."""
    made: list[str] = []

    async def make(service: str) -> Urls:
        urls = await templates.copy(service)
        made.append(urls.database)
        return urls

    yield make
    for name in made:
        templates.end(name)
