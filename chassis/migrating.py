"""`python -m services.NAME migrate`: bring a service's database up to date."""

import asyncio
import sys
from importlib import import_module

from asyncpg import PostgresError  # type: ignore[import-untyped]
from sqlalchemy.exc import DBAPIError

from chassis.settings import ServiceSettings, SettingsInvalid, load
from chassis.state import migrations
from chassis.state.database import owner_engine
from chassis.state.migrations import DatabaseTooNew, Standing, WrongDatabase


def run(name: str) -> None:
    """Migrate, and say where the database is then; what an operator can mend is one line."""
    settings: type[ServiceSettings] = import_module(f"services.{name}.settings").Settings
    try:
        found = asyncio.run(_migrate(name, load(settings)))
    except SettingsInvalid as error:
        sys.exit(f"{name}: set in the environment: {error}")
    except (WrongDatabase, DatabaseTooNew) as error:
        sys.exit(f"{name}: {error}")
    except (DBAPIError, PostgresError, OSError) as error:
        reason = getattr(error, "orig", error)
        sys.exit(f"{name}: the database or the network does not answer: {reason}")
    newer = f", newer than this code ({found.last})" if found.is_newer else ""
    sys.stdout.write(f"migration {found.revision}{newer}: for code since {found.open_since}\n")


async def _migrate(name: str, settings: ServiceSettings) -> Standing:
    engine = owner_engine(settings.owner_url(), application=f"{name} migrate")
    try:
        runtime_url = settings.database_url.get_secret_value()
        return await migrations.migrate(engine, service=name, runtime_url=runtime_url)
    finally:
        await engine.dispose()
