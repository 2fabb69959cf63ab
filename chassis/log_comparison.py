"""`python -m services.NAME compare-log`: is the log what the archive holds of it?"""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from chassis.archive import NotWhole
from chassis.archive.comparing import Compared, compared
from chassis.bus.topics import Topics
from chassis.service import CannotStart, Service
from chassis.settings import ServiceSettings, load
from chassis.state.database import owner_engine


def add_command(commands: typer.Typer, service: Service[Any]) -> None:
    """`compare-log`."""

    @commands.command()
    def compare_log(
        archive: Annotated[
            Path, typer.Option(exists=True, file_okay=False, help="The folder of the archive.")
        ],
    ) -> None:
        """Lay every row of the log beside the archived event of its number, byte by byte.

        Prints JSON: of each shard how many, the hashes over all bodies, and the first number that
        differs. Exit 0: the same; 1: something differs. Changes nothing, and may run at any time.
        """
        try:
            shards = asyncio.run(_compare(service, load(service.settings), archive))
        except NotWhole as error:
            raise CannotStart(f"the archive cannot be compared with: {error}") from None
        typer.echo(json.dumps(told(shards)))
        raise typer.Exit(0 if all(each.differs is None for each in shards) else 1)


async def _compare(
    service: Service[Any], settings: ServiceSettings, archive: Path
) -> list[Compared]:
    engine = owner_engine(settings.owner_url(), application=f"{service.name} compare-log")
    topic = Topics(settings.topic_prefix).of(service.name)
    try:
        async with engine.connect() as connection:
            return await compared(connection, archive, topic=topic, source=service.name)
    finally:
        await engine.dispose()


def told(shards: list[Compared]) -> dict[str, Any]:
    """As it is printed."""
    first = next((each for each in shards if each.differs), None)
    return {
        "same": first is None,
        "events": sum(each.archived for each in shards),
        "newer": sum(each.newer for each in shards),
        "first": {"shard": first.shard, **first.differs._asdict()}
        if first and first.differs
        else None,
        "shards": [
            {**each._asdict(), "differs": each.differs and each.differs._asdict()}
            for each in shards
        ],
    }
