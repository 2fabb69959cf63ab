"""`python -m services.NAME migrate`: bring a service's database up to date."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from asyncpg import PostgresError  # type: ignore[import-untyped]
from sqlalchemy.exc import DBAPIError

from chassis.settings import ServiceSettings, SettingsInvalid, load
from chassis.state import migrations
from chassis.state.database import owner_engine
from chassis.state.migrations import DatabaseTooNew, Standing, WrongDatabase


def run(name: str) -> None:
    """Migrate, and say where the database is then."""
    settings: type[ServiceSettings] = import_module(f"services.{name}.settings").Settings
    with told_in_a_line(name):
        found = asyncio.run(_migrate(name, load(settings)))
    newer = f", newer than this code ({found.last})" if found.is_newer else ""
    sys.stdout.write(f"migration {found.revision}{newer}: for code since {found.open_since}\n")


@contextmanager
def told_in_a_line(name: str) -> Iterator[None]:
    """A fault of settings, database or network, which an operator can mend, ends in one line."""
    try:
        yield
    except SettingsInvalid as error:
        sys.exit(f"{name}: set in the environment: {error}")
    except (WrongDatabase, DatabaseTooNew) as error:
        sys.exit(f"{name}: {error}")
    except (DBAPIError, PostgresError, OSError) as error:
        reason = getattr(error, "orig", error)
        sys.exit(f"{name}: the database or the network does not answer: {reason}")


async def _migrate(name: str, settings: ServiceSettings) -> Standing:
    engine = owner_engine(settings.owner_url(), application=f"{name} migrate")
    try:
        runtime_url = settings.database_url.get_secret_value()
        return await migrations.migrate(engine, service=name, runtime_url=runtime_url)
    finally:
        await engine.dispose()
