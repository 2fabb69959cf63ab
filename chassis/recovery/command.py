"""`python -m services.NAME recover`: a database that was set back is brought forward."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import clock
from chassis.bus.relay import Relay
from chassis.bus.topics import Topics
from chassis.recovery.again import Again, OnceOnly
from chassis.recovery.own_log import EventUnknown, LogDiverged, bring_forward
from chassis.recovery.rebuild import Rebuilding, Rebuilt
from chassis.recovery.sources import FromArchive, FromTopics, InTurn, Source, SourceIncomplete
from chassis.service import Service
from chassis.settings import ServiceSettings, load
from chassis.state import event_log
from chassis.state.database import owner_engine
from chassis.state.unit import Units

_TRY_LOCK = text("SELECT pg_try_advisory_lock(:lock)")
_CLOSE = 'REVOKE INSERT ON event_log FROM "{role}"'
_OPEN = 'GRANT INSERT ON event_log TO "{role}"'
Archive = Annotated[
    Path | None,
    typer.Option(
        help="Read from this archive first, where the topics were lost too.",
        metavar="FOLDER",
        exists=True,
        file_okay=False,
    ),
]


class ServiceRuns(RuntimeError):
    """A process of the service is connected and may record."""


@dataclass(frozen=True)
class Recovered:
    """What a recovery did."""

    brought: int
    """Own events that came back into the log."""
    handled: int
    """Events of others that were handled again."""
    heads: dict[int, int]


def add_command(commands: typer.Typer, service: Service[Any]) -> None:
    """`recover`, `rebuild`."""

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


@asynccontextmanager
async def alone_on(engine: AsyncEngine, *, role: str) -> AsyncIterator[None]:
    """Keep the service out: its relay by the lock that it holds while it runs, and what somebody
    starts meanwhile by its right to record, which only an ended recovery gives back.

    Raises: ServiceRuns.
    """
    async with engine.connect() as pooled:
        connection = await pooled.execution_options(isolation_level="AUTOCOMMIT")
        if not await connection.scalar(_TRY_LOCK, {"lock": Relay.lock}):
            raise ServiceRuns("the service runs on this database: stop it first")
        try:
            await connection.execute(text(_CLOSE.format(role=role)))
            yield
            await connection.execute(text(_OPEN.format(role=role)))
        finally:
            await connection.invalidate()
