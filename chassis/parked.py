"""Events that could not be handled: look at them, try them again, or give them up on record."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import typer

from chassis import clock
from chassis.bus import parking
from chassis.bus.parking import Line, Parked
from chassis.ids import new_id
from chassis.service import Service
from chassis.settings import load
from chassis.state.database import runtime_engine
from chassis.state.unit import EVERYWHERE, Units
from contracts.catalogue import events_of
from contracts.event import Cause
from contracts.shared import ParkedDropped

Topic = Annotated[str, typer.Argument(help="The topic, as `list` prints it.")]
Key = Annotated[str, typer.Argument(help="The key, as `list` prints it.")]


def commands(service: Service[Any]) -> typer.Typer:
    """The commands of one service."""
    found = typer.Typer(help="Events that could not be handled.", no_args_is_help=True)

    @found.command("list")
    def list_() -> None:
        """Print each line that waits: topic, key, how many events, and what the first met."""
        asyncio.run(_list(_units(service)))

    @found.command()
    def show(topic: Topic, key: Key) -> None:
        """Print the events of one line, in order, with their reasons. Bodies hold no names."""
        asyncio.run(_show(_units(service), Line(topic, key)))

    @found.command()
    def retry(topic: Topic, key: Key) -> None:
        """Handle the events of one line again, in order, up to the first that still fails."""
        asyncio.run(_retry(service, _units(service), Line(topic, key)))

    @found.command()
    def drop(
        topic: Topic,
        key: Key,
        reason: Annotated[str, typer.Option(help="Why it never has to be handled.")],
        name: Annotated[str, typer.Option(help="Who decides this.")],
    ) -> None:
        """Give up the first event of one line. This is an event itself."""
        asyncio.run(_drop(service, _units(service), Line(topic, key), reason=reason, name=name))

    return found


def _units(service: Service[Any]) -> Units:
    settings = load(service.settings)
    url = settings.database_url.get_secret_value()
    engine = runtime_engine(url, application=f"{service.name} parked")
    return Units(engine, service.projections, clock.clock_of(settings), service.tools(settings))


def _some(waiting: Sequence[Parked]) -> Sequence[Parked]:
    """A slip of the pen in a topic or key must not look like a line that is done."""
    if not waiting:
        raise typer.BadParameter("nothing of this key is parked: see `list`")
    return waiting


async def _list(units: Units) -> None:
    async with units.single(area=EVERYWHERE) as unit:
        lines = await parking.lines(unit.session)
    for line, number, reason in lines:
        typer.echo(f"{line.topic}\t{line.key}\t{number}\t{reason}")
    if not lines:
        typer.echo("nothing is parked")


async def _show(units: Units, line: Line) -> None:
    async with units.single(area=EVERYWHERE) as unit:
        for each in _some(await parking.waiting(unit.session, line)):
            typer.echo(f"{each.record.seq}\t{each.record.type}\t{each.reason}")
            typer.echo(each.record.body.decode(errors="backslashreplace"))


async def _retry(service: Service[Any], units: Units, line: Line) -> None:
    async with units.bulk(area=EVERYWHERE) as unit:
        _some(await parking.waiting(unit.session, line))
        handled, left = await parking.retry(unit, service.handlers, line)
    typer.echo(f"{handled} handled, {left} still parked")
    raise typer.Exit(1 if left else 0)


async def _drop(service: Service[Any], units: Units, line: Line, *, reason: str, name: str) -> None:
    dropped_type = next(e for e in events_of(service.name).values() if issubclass(e, ParkedDropped))
    async with units.bulk(area=EVERYWHERE) as unit:
        record = _some(await parking.waiting(unit.session, line))[0].record
        cause: UUID = new_id()
        await unit.record(
            [
                dropped_type(
                    **Cause(cause, cause).stamp("drop", at=unit.now),
                    parked_key=record.key,
                    parked_id=record.event_id,
                    topic=record.stream.topic,
                    shard=record.stream.shard,
                    seq=record.seq,
                    dropped_by=name,
                    reason=reason,
                )
            ]
        )
        await parking.drop(unit, record)
    typer.echo(f"dropped {record.type} {record.event_id}; now `retry` the rest")
