"""`python -m services.NAME replay`: rebuild a service's tables beside the live ones; compare."""

import asyncio
import json
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.bus.reread import Reread
from chassis.bus.topics import Topics
from chassis.replay_answer import Watch, told
from chassis.replay_options import PROCESSES, Options
from chassis.replay_workers import Processes
from chassis.replay_workers import processes as processes_
from chassis.service import CannotStart, Service
from chassis.settings import ServiceSettings, load
from chassis.state.database import owner_engine
from chassis.state.replay import (
    Asked,
    Found,
    Part,
    ReplayImpossible,
    Report,
    Sources,
    replayed,
)
from chassis.state.replay.applying import Tell
from chassis.state.replay.archived import ArchivedOthers, ArchivedOwn
from chassis.state.replay.log import Log, LogCheck
from chassis.state.replay.workers import found_in


def add_command(commands: typer.Typer, service: Service[Any]) -> None:
    """`replay`."""

    @commands.command()
    def replay(  # noqa: PLR0913  (an option each)
        *,
        source: Options.source = "log",
        archive: Options.archive = None,
        until: Options.until = None,
        until_event: Options.until_event = None,
        keep: Options.keep = False,
        processes: Options.processes = PROCESSES,
        progress: Options.progress = False,
    ) -> None:
        """Rebuild all tables from the events in a schema beside the live ones, compare, and tell
        what differs. The service may go on meanwhile.

        Prints JSON. Exit 0: the same; 1: something differs. Changes nothing.
        """
        if source == "archive" and archive is None:
            raise typer.BadParameter("--from archive needs --archive FOLDER")
        asked = Asked(
            source, _against(source, archive, until or until_event), _instant(until),
            _id(until_event), keep,
        )  # fmt: skip
        settings, watch = load(service.settings), Watch()
        try:
            with processes_(processes, partial(_work, service, settings, archive)) as workers:
                report = asyncio.run(_replay(service, settings, workers, asked, show=progress))
        except ReplayImpossible as error:
            raise CannotStart(str(error)) from error
        typer.echo(json.dumps(told(report) | watch.speed(report.events), default=str))
        raise typer.Exit(0 if report.same else 1)


def _against(
    source: str, archive: Path | None, moment: str | None
) -> Literal["tables", "log", "archive"] | None:
    """The live tables are those of now; those of another moment follow from the other source."""
    if moment is None:
        return "tables"
    if archive is None:
        return None
    return "log" if source == "archive" else "archive"


def _instant(written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise typer.BadParameter(f"{written} is no instant: 2025-08-01T00:00+08:00") from None
    if found.tzinfo is None:
        raise typer.BadParameter(f"{written} has no time zone: write {written}+08:00, say")
    return found


def _id(written: str | None) -> UUID | None:
    try:
        return None if written is None else UUID(written)
    except ValueError:
        raise typer.BadParameter(f"{written} is no event id") from None


async def _work(
    service: Service[Any], settings: ServiceSettings, archive: Path | None, part: Part, tell: Tell
) -> Found:
    engine = _engine(service, settings)
    try:
        sources = _sources(service, settings, archive, part, engine)
        return await found_in(engine, part, sources, tell=tell)
    finally:
        await engine.dispose()


def _sources(
    service: Service[Any],
    settings: ServiceSettings,
    archive: Path | None,
    part: Part,
    engine: AsyncEngine,
) -> Sources:
    topics = Topics(settings.topic_prefix)
    own, replicas = service.projections, service.replicas
    if part.source == "archive" and archive is not None:
        made = ArchivedOwn(archive, topics.of(service.name), own)
        return Sources(own, made, replicas, ArchivedOthers(archive, replicas))
    check = LogCheck(archive, topics.of(service.name)) if archive is not None else None
    heard = Reread(settings.brokers(), topics.sources(service.listens_to), replicas)
    return Sources(own, Log(engine, own, check), replicas, heard)


async def _replay(
    service: Service[Any],
    settings: ServiceSettings,
    workers: Processes,
    asked: Asked,
    *,
    show: bool,
) -> Report:
    def show_progress(done: int, most: int) -> None:
        if show:
            typer.echo(json.dumps({"done": done, "of": most}))

    engine = _engine(service, settings)
    try:
        return await replayed(engine, service.tables, workers, asked=asked, told=show_progress)
    finally:
        await engine.dispose()


def _engine(service: Service[Any], settings: ServiceSettings) -> AsyncEngine:
    return owner_engine(settings.owner_url(), application=f"{service.name} replay")
