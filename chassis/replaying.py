"""`python -m services.NAME replay`: rebuild a service's tables beside the live ones; compare."""

import asyncio
import json
import os
import resource
import time
from functools import partial
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.bus.reread import Reread
from chassis.bus.topics import Topics
from chassis.replay_workers import Processes, processes
from chassis.service import Service
from chassis.settings import ServiceSettings, load
from chassis.state.database import owner_engine
from chassis.state.replay import Part, Report, Sources, replayed
from chassis.state.replay.applying import Tell, apply_part

PROCESSES_MAX = 12
PROCESSES = os.cpu_count() or 1
ProcessesOption = Annotated[
    int,
    typer.Option(
        "--processes", min=1, max=PROCESSES_MAX, help="How many apply at the same time."
    ),
]


def add_command(commands: typer.Typer, service: Service[Any]) -> None:
    """`replay`."""

    @commands.command()
    def replay(processes_: ProcessesOption = PROCESSES) -> None:
        """Rebuild all tables from the events beside the live ones, compare, and tell what differs.

        Prints JSON. Exit 0: the same; 1: something differs. Changes nothing.
        """
        settings = load(service.settings)
        began = time.perf_counter()
        with processes(processes_, partial(_work, service, settings)) as workers:
            report = asyncio.run(_replay(service, settings, workers))
        took_s = time.perf_counter() - began
        typer.echo(json.dumps(_told(report) | _speed(report, took_s), default=str))
        raise typer.Exit(0 if report.same else 1)


async def _work(service: Service[Any], settings: ServiceSettings, part: Part, tell: Tell) -> None:
    engine = _engine(service, settings)
    topics = Topics(settings.topic_prefix).sources(service.listens_to)
    heard = Reread(settings.kafka, topics, service.replicas)
    try:
        sources = Sources(service.projections, service.replicas, heard)
        await apply_part(engine, part, sources, tell=tell)
    finally:
        await engine.dispose()


async def _replay(
    service: Service[Any], settings: ServiceSettings, workers: Processes
) -> Report:
    engine = _engine(service, settings)
    try:
        return await replayed(engine, service.tables, workers)
    finally:
        await engine.dispose()


def _engine(service: Service[Any], settings: ServiceSettings) -> AsyncEngine:
    return owner_engine(settings.owner_url(), application=f"{service.name} replay")


def _speed(report: Report, took_s: float) -> dict[str, float]:
    """Wall time, and the CPU of the processes here (not of Postgres)."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu_s = sum(each.ru_utime + each.ru_stime for each in usage)
    return {
        "seconds": round(took_s, 2),
        "events_per_s": round(report.events / took_s),
        "cpu_s": round(cpu_s, 2),
    }


def _told(report: Report) -> dict[str, Any]:
    return {
        "same": report.same,
        "events": report.events,
        "tables": {
            name: {"rows": live.rows, "live": live.md5, "replayed": replayed.md5}
            for name, (live, replayed) in report.tables.items()
        },
        "differing": report.differing,
        "differences": [difference._asdict() for difference in report.differences],
    }
