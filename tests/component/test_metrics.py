"""The gauges of a service, as Prometheus reads them, follow its log and its watermarks."""

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bus.positions import Position
from chassis.state import event_log
from chassis.state.event_log import shard_of
from tests.alone import MakeAlone
from tests.integration.test_poison import enrolled


async def test_gauges_show_the_log_and_the_watermarks(alone: MakeAlone) -> None:
    bank = await alone("banking")
    worker = enrolled(1)
    await bank.hear(worker)
    shown = (await bank.anonymous().get("/metrics")).text
    shard = shard_of(worker.key)
    topic = bank.running.topics.of("enrollment")
    assert f'bus_log_head{{shard="{shard}"}} 1.0' in shown
    assert f'bus_log_sent{{shard="{shard}"}} 0.0' in shown
    assert f'bus_watermark{{shard="{shard}",topic="{topic}"}} 1.0' in shown
    assert f'bus_gaps_open{{topic="{topic}"}} 0.0' in shown


async def test_what_is_logged_and_sent_between_the_two_looks_shows_no_log_shorter_than_its_topic(
    alone: MakeAlone, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = await alone("banking")
    worker = enrolled(1)
    shard, relay, read = shard_of(worker.key), bank.running.relay, event_log.heads

    async def sent_meanwhile(connection: AsyncConnection) -> dict[int, int]:
        before = await read(connection)
        await bank.hear(worker)
        relay.places = {shard: Position(seq=1, event_id=None)}
        return before

    monkeypatch.setattr(event_log, "heads", sent_meanwhile)
    shown = (await bank.anonymous().get("/metrics")).text
    assert f'bus_log_head{{shard="{shard}"}} 0.0' in shown
    assert f'bus_log_sent{{shard="{shard}"}} 0.0' in shown
