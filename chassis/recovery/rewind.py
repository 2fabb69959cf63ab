"""`python -m services.NAME rewind`: have the relay send a shard again."""

import asyncio
from typing import Annotated, Any

import typer

from chassis.bus import partitions, sender
from chassis.bus.rewinds import Rewind
from chassis.bus.topics import Topics
from chassis.service import Service
from chassis.settings import ServiceSettings, load
from chassis.state.event_log import SHARDS

SEND_TIMEOUT_S = 10.0


def add_command(commands: typer.Typer, service: Service[Any]) -> None:
    """`rewind`."""

    @commands.command()
    def rewind(
        shard: Annotated[int, typer.Option(min=0, max=SHARDS - 1, help="Which shard of the log.")],
        from_seq: Annotated[int, typer.Option("--from", min=1, help="The first number to send.")],
    ) -> None:
        """Ask the relay to send a shard again from a number on. Readers drop what they know.

        It is what readers do by themselves when a number is missing; the service has to run.
        """
        sent = asyncio.run(ask(service, load(service.settings), shard=shard, from_seq=from_seq))
        if from_seq > sent:
            typer.echo(f"{service.name}: shard {shard} was sent up to {sent} only", err=True)
            raise typer.Exit(1)
        typer.echo(f"asked: {service.name} sends shard {shard} again, {from_seq} to {sent}")


async def ask(
    service: Service[Any], settings: ServiceSettings, *, shard: int, from_seq: int
) -> int:
    """Put the request on the topic that relays listen to; the number up to which the shard was
    sent, above which nothing is asked for."""
    topics = Topics(settings.topic_prefix)
    topic = topics.of(service.name)
    tails = await partitions.tails(settings.brokers(), topic, source=service.name)
    sent = tails[shard].highest.seq
    if from_seq <= sent:
        request = Rewind(topic=topic, shard=shard, from_seq=from_seq)
        async with (
            sender.producing(settings.brokers()) as producer,
            asyncio.timeout(SEND_TIMEOUT_S),
        ):
            await producer.send_and_wait(topics.rewinds, request.model_dump_json().encode())
    return sent
