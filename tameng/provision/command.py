"""`tameng provision`: everything that services need and may not make themselves."""

import asyncio
import logging
from pathlib import Path
from typing import Annotated

import asyncpg  # type: ignore[import-untyped]
import typer
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

from chassis.bus.topics import Topics
from chassis.settings import SettingsInvalid, load
from contracts.catalogue import OWNERS
from tameng.keys import Keys
from tameng.problems import Problem
from tameng.provision.bus import open_bus
from tameng.provision.passwords import write_passwords
from tameng.provision.settings import ProvisionSettings
from tameng.stack import databases

commands = typer.Typer(
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


@commands.callback()
def provision(context: typer.Context) -> None:
    """Make the topics, rights, databases and roles that services need, where they are missing.

    Prints a line for each thing made. Nothing is dropped or taken back. From the environment:

    * PROVISION_KAFKA, PROVISION_KAFKA_USER, PROVISION_KAFKA_PASSWORD_FILE, PROVISION_KAFKA_SECURITY
      (sasl_ssl or sasl_plaintext), PROVISION_KAFKA_CA_FILE: Kafka and its administrator
    * PROVISION_POSTGRES_URL, PROVISION_POSTGRES_PASSWORD_FILE: Postgres and its superuser
    * PROVISION_PASSWORDS_FOLDER: SERVICE-owner.password and SERVICE-runtime.password for each
    * PROVISION_TOPIC_PREFIX: before every name, where several installations share servers
    """
    if context.invoked_subcommand is None:
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
        for line in asyncio.run(_provision()):
            typer.echo(line)


@commands.command()
def passwords(
    folder: Annotated[Path, typer.Argument(help="Where; what is there already stays.")],
) -> None:
    """Write a password for every user and role into a folder, each in a file of its own."""
    for file in write_passwords(Keys(folder)):
        typer.echo(file)


async def _provision() -> list[str]:
    try:
        settings = load(ProvisionSettings)
        wanted = [settings.database(service) for service in OWNERS]
        superuser_url = settings.superuser_url()
    except SettingsInvalid as error:
        raise Problem(f"set in the environment: {error}") from None
    except OSError as error:
        raise Problem(f"cannot read {error.filename}: {error.strerror}") from None
    admin = settings.brokers()
    try:
        made = list(await open_bus(admin, Topics(settings.topic_prefix)))
    except KafkaError as error:
        raise Problem(
            f"Kafka at {admin.addresses} does not let {admin.user or 'anybody'} make topics over "
            f"{admin.security} ({error}): is it up, does it know the password in "
            f"{admin.password_file}, is the user a super user?"
        ) from None
    try:
        made += await databases.create(superuser_url, *wanted)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Problem(
            f"Postgres lets nobody make databases by PROVISION_POSTGRES_URL ({error}): is it up, "
            "is the password right, may the role create roles and databases?"
        ) from None
    return [*made, "provisioned" if made else "provisioned: everything was there"]
