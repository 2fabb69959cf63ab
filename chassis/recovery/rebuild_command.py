"""`python -m services.NAME rebuild`: the tables anew, while the service goes on."""

import asyncio
import json
from dataclasses import asdict
from typing import Any

import typer

from chassis.bus.topics import Topics
from chassis.recovery.from_topics import FromTopics
from chassis.recovery.own_log import EventUnknown
from chassis.recovery.rebuild import Rebuilding, Rebuilt
from chassis.recovery.sources import SourceIncomplete
from chassis.service import Service
from chassis.settings import ServiceSettings, load
from chassis.state.database import owner_engine


def add_command(commands: typer.Typer, service: Service[Any]) -> None:
    """`rebuild`."""

    @commands.command()
    def rebuild() -> None:
        """Make all tables anew from the events while the service goes on with the old ones, and
        swap them in one short transaction: after a fault in a projection was mended.

        Prints JSON: events applied, rows, and for how many seconds others had to wait.
        """
        try:
            done = asyncio.run(rebuilt(service, load(service.settings)))
        except (EventUnknown, SourceIncomplete) as error:
            typer.echo(f"{service.name}: {error}", err=True)
            raise typer.Exit(1) from None
        typer.echo(json.dumps(asdict(done)))


async def rebuilt(service: Service[Any], settings: ServiceSettings) -> Rebuilt:
    """Make the tables of a service anew, while it goes on."""
    engine = owner_engine(settings.owner_url(), application=f"{service.name} rebuild")
    others = Topics(settings.topic_prefix).sources(service.listens_to)
    source = FromTopics(settings.brokers(), others, ended_at={})
    replicas = service.replicas
    try:
        return await Rebuilding(
            engine, service.tables, service.projections, replicas, list(others), source
        ).run()
    finally:
        await engine.dispose()
