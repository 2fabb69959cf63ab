"""`python -m services.NAME recover`: a database that was set back is brought forward."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import clock
from chassis.bus.topics import Topics
from chassis.recovery.again import Again, OnceOnly
from chassis.recovery.alone import ServiceRuns, alone_on
from chassis.recovery.from_topics import FromTopics
from chassis.recovery.own_log import EventUnknown, LogDiverged, bring_forward
from chassis.recovery.sources import FromArchive, InTurn, Source, SourceIncomplete
from chassis.service import Service
from chassis.settings import ServiceSettings, load
from chassis.state import event_log
from chassis.state.database import owner_engine
from chassis.state.unit import Units

Archive = Annotated[
    Path | None,
    typer.Option(
        help="Read from this archive first, where the topics were lost too.",
        metavar="FOLDER",
        exists=True,
        file_okay=False,
    ),
]


@dataclass(frozen=True)
class Recovered:
    """What a recovery did."""

    brought: int
    """Own events that came back into the log."""
    handled: int
    """Events of others that were handled again."""
    heads: dict[int, int]


def add_command(commands: typer.Typer, service: Service[Any]) -> None:
    """`recover`."""

    @commands.command()
    def recover(archive: Archive = None) -> None:
        """Bring a database that was restored from a backup forward from the service's own topic.

        The service is stopped first. Every event that was sent comes back under its number, the
        tables follow, and no number is used twice. Prints JSON. Again is harmless.
        """
        try:
            done = asyncio.run(recovered(service, load(service.settings), archive=archive))
        except (ServiceRuns, LogDiverged, EventUnknown, SourceIncomplete) as error:
            typer.echo(f"{service.name}: {error}", err=True)
            raise typer.Exit(1) from None
        told = {"brought": done.brought, "handled_again": done.handled, "heads": done.heads}
        typer.echo(json.dumps(told))


async def recovered(
    service: Service[Any], settings: ServiceSettings, *, archive: Path | None
) -> Recovered:
    """Bring a service's database forward. Raises: ServiceRuns, LogDiverged, EventUnknown,
    SourceIncomplete."""
    engine = owner_engine(settings.owner_url(), application=f"{service.name} recover")
    role = make_url(settings.database_url.get_secret_value()).username or ""
    try:
        async with alone_on(engine, role=role):
            return await _recover(service, settings, engine, archive=archive)
    finally:
        await engine.dispose()


async def _recover(
    service: Service[Any], settings: ServiceSettings, engine: AsyncEngine, *, archive: Path | None
) -> Recovered:
    topics = Topics(settings.topic_prefix)
    own, others = topics.of(service.name), topics.sources(service.listens_to)
    handles = service.store is None
    tools = service.tools(settings) if handles else None
    units = Units(engine, service.projections, clock.clock_of(settings), tools, makes=OnceOnly)
    source: Source = FromTopics(settings.brokers(), others | {own: service.name})
    if archive is not None:
        source = InTurn([FromArchive(archive), source])
    try:
        brought = await bring_forward(units, topic=own, source=source)
        again = Again(units, service.handlers, list(others), source)
        handled = await again.run() if handles else 0
        async with engine.connect() as connection:
            return Recovered(brought, handled, await event_log.heads(connection))
    finally:
        if tools is not None:
            await tools.aclose()
