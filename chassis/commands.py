"""What can be done with a service from the command line: `python -m services.NAME COMMAND`."""

import asyncio
import logging
import sys
from typing import Any

import typer
from aiokafka.errors import KafkaConnectionError, KafkaError  # type: ignore[import-untyped]

from chassis import log_comparison, logs, migrating, parked, recovery, replaying
from chassis import service as services
from chassis.bus import partitions
from chassis.bus.topics import Topics
from chassis.service import CannotStart, Service
from chassis.settings import ServiceSettings, load
from chassis.state import migrations
from chassis.state.database import owner_engine
from chassis.state.migrations import Standing

log = logging.getLogger(__name__)


def run(service: Service[Any]) -> None:
    """Run the command on the command line; a fault that an operator can mend is one line."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    with migrating.told_in_a_line(service.name):
        try:
            _commands(service)(prog_name=f"python -m services.{service.name}")
        except CannotStart as error:
            sys.exit(f"{service.name}: {error}")
        except KafkaError as error:
            sys.exit(f"{service.name}: Kafka does not answer as it should: {error}")


def _commands(service: Service[Any]) -> typer.Typer:
    commands = typer.Typer(
        help=f"The {service.name} service.", no_args_is_help=True, add_completion=False
    )

    @commands.command()
    def serve() -> None:
        """Run the service until it is told to stop (SIGTERM)."""
        settings = load(service.settings)
        found = asyncio.run(_check_surroundings(service, settings))
        logs.configure(service.name)
        if found.is_newer:
            log.warning(
                "the database is at migration %s, newer than this code (%s): rows written now lack "
                "what that added; run `python -m services.%s rebuild` when the newer code is back",
                found.revision, found.last, service.name,
            )  # fmt: skip
        services.serve(service, settings)

    @commands.command()
    def migrate() -> None:
        """Bring the database up to date. Runs as the owner of the tables; takes nothing back."""
        migrating.run(service.name)  # without options `chassis.main` has done it already

    log_comparison.add_command(commands, service)
    replaying.add_command(commands, service)
    recovery.add_commands(commands, service)
    if service.store is None:  # who applies nothing parks nothing
        commands.add_typer(parked.commands(service), name="parked")
    service.commands(commands)
    return commands


async def _check_surroundings(service: Service[Any], settings: ServiceSettings) -> Standing:
    """How the database stands beside the code. Raises what `run` says in one line when Kafka or the
    database is not there or not ready."""
    migrate = f"run `python -m services.{service.name} migrate`"
    await _check_bus(service, settings)
    engine = owner_engine(settings.database_url.get_secret_value(), application=service.name)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(
                lambda opened: migrations.check_owner(opened, service=service.name)
            )
            found = await connection.run_sync(
                lambda opened: migrations.standing(opened, service=service.name)
            )
            found.check_not_too_new()
            if not found.fits:
                raise CannotStart(f"the database is not at the last migration: {migrate}")
            if not await connection.run_sync(migrations.is_held_by_policies):
                raise CannotStart(
                    "its database role passes by row-level security: give it one that does not own "
                    "the tables and has no SUPERUSER or BYPASSRLS"
                )
            return found
    finally:
        await engine.dispose()


async def _check_bus(service: Service[Any], settings: ServiceSettings) -> None:
    """Raises CannotStart unless Kafka lets this user in and shows it every topic it needs."""
    user = settings.kafka_user or "anybody"
    try:
        async with partitions.reading(settings.brokers()) as consumer:
            seen = await consumer.topics()
    except KafkaConnectionError:
        raise CannotStart(
            f"Kafka at {settings.kafka} does not answer, or does not take {user} with the password "
            f"in {settings.kafka_password_file} over {settings.kafka_security}: is it up, and is "
            "the file the one that it knows?"
        ) from None
    topics = Topics(settings.topic_prefix)
    needed = {topics.rewinds, *map(topics.of, (service.name, *service.listens_to))}
    if missing := needed - seen:
        raise CannotStart(
            f"Kafka shows {user} no topic {', '.join(sorted(missing))}: make the topics and the "
            "rights to them with `tameng provision`"
        )
