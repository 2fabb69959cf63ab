"""The gauges of a service, as Prometheus reads them, follow its log and its watermarks."""

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
