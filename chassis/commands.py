"""What can be done with a service from the command line: `python -m services.NAME COMMAND`."""

import asyncio
import json
import logging
import sys
from typing import Any

import typer
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]
from asyncpg import PostgresError  # type: ignore[import-untyped]
from sqlalchemy.exc import DBAPIError

from chassis import parked
from chassis import service as services
from chassis.bus import partitions
from chassis.bus.reread import Reread
from chassis.bus.topics import Topics, create_topics
from chassis.service import CannotStart, Service
from chassis.settings import ServiceSettings, SettingsInvalid, load
from chassis.state import migrations
from chassis.state.database import owner_engine
from chassis.state.replay import Report, replay


def run(service: Service[Any]) -> None:
    """Run the command on the command line; a fault that an operator can mend is one line."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        _commands(service)(prog_name=f"python -m services.{service.name}")
    except SettingsInvalid as error:
        sys.exit(f"{service.name}: set in the environment: {error}")
    except CannotStart as error:
        sys.exit(f"{service.name}: {error}")
    except KafkaError as error:
        sys.exit(f"{service.name}: Kafka does not answer as it should: {error}")
    except (DBAPIError, PostgresError, OSError) as error:
        reason = getattr(error, "orig", error)
        sys.exit(f"{service.name}: the database or the network does not answer: {reason}")


def _commands(service: Service[Any]) -> typer.Typer:
    commands = typer.Typer(
        help=f"The {service.name} service.", no_args_is_help=True, add_completion=False
    )

    @commands.command()
    def serve() -> None:
        """Run the service until it is told to stop (SIGTERM)."""
        settings = load(service.settings)
        asyncio.run(_check_surroundings(service, settings))
        services.serve(service, settings)

    @commands.command()
    def migrate() -> None:
        """Bring the database and the topics up to date. Runs as the owner of the tables."""
        asyncio.run(_migrate(service, load(service.settings)))

    @commands.command("replay")
    def replay_() -> None:
        """Rebuild all tables from the events beside the live ones, compare, and tell what differs.

        Prints JSON. Exit 0: the same; 1: something differs. Changes nothing.
        """
        report = asyncio.run(_replay(service, load(service.settings)))
        typer.echo(json.dumps(_told(report), default=str))
        raise typer.Exit(0 if report.same else 1)

    if service.store is None:  # who applies nothing parks nothing
        commands.add_typer(parked.commands(service), name="parked")
    service.commands(commands)
    return commands


async def _check_surroundings(service: Service[Any], settings: ServiceSettings) -> None:
    """Raises what `run` says in one line when Kafka or the database is not there or not ready."""
    migrate = f"run `python -m services.{service.name} migrate`"
    async with partitions.reading(settings.kafka) as consumer:
        topic = Topics(settings.topic_prefix).of(service.name)
        if topic not in await consumer.topics():
            raise CannotStart(f"the topic {topic} is missing: {migrate}")
    engine = owner_engine(settings.database_url.get_secret_value(), application=service.name)
    try:
        async with engine.connect() as connection:
            if not await connection.run_sync(
                lambda opened: migrations.is_current(opened, service=service.name)
            ):
                raise CannotStart(f"the database is not at the last migration: {migrate}")
            if not await connection.run_sync(migrations.is_held_by_policies):
                raise CannotStart(
                    "its database role passes by row-level security: give it one that does not own "
                    "the tables and has no SUPERUSER or BYPASSRLS"
                )
    finally:
        await engine.dispose()


async def _migrate(service: Service[Any], settings: ServiceSettings) -> None:
    owners = {service.name, *service.listens_to}
    await create_topics(settings.kafka, Topics(settings.topic_prefix), owners=sorted(owners))
    engine = owner_engine(settings.owner_url(), application=f"{service.name} migrate")
    try:
        runtime_url = settings.database_url.get_secret_value()
        await migrations.migrate(engine, service=service.name, runtime_url=runtime_url)
    finally:
        await engine.dispose()


async def _replay(service: Service[Any], settings: ServiceSettings) -> Report:
    engine = owner_engine(settings.owner_url(), application=f"{service.name} replay")
    sources = Topics(settings.topic_prefix).sources(service.listens_to)
    try:
        return await replay(
            engine,
            tables=service.tables,
            projections=service.projections,
            replicas=service.replicas,
            replica_events=Reread(settings.kafka, sources, service.replicas),
        )
    finally:
        await engine.dispose()


def _told(report: Report) -> dict[str, Any]:
    return {
        "same": report.same,
        "events": report.events,
        "tables": {
            name: {"rows": live.rows, "live": live.md5, "replayed": replayed.md5}
            for name, (live, replayed) in report.tables.items()
        },
        "differences": [difference._asdict() for difference in report.differences],
    }
