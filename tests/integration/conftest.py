"""What the tests of the bus share: two services on topics of their own, and a hurry."""

import os
from collections.abc import AsyncIterator
from itertools import count

import pytest
import pytest_asyncio

from chassis.bus import consumer, rejoining, relay, rewinds, subscription
from chassis.bus.topics import Topics
from tameng.stack.parts import Part, Stack
from tests.databases import MakeDatabase
from tests.integration.world import World, make_node
from tests.kafka import Broker

_WORLDS = count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Broker]:
    """A broker of this file's own. Every test has topics of its own on it."""
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    await broker.start()
    yield broker
    broker.kill()


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorter pauses between tries: the same tries, in less time."""
    monkeypatch.setattr(subscription, "LOOK_AROUND_S", 0.1)
    monkeypatch.setattr(subscription, "METADATA_MAX_AGE_MS", 1_000)
    monkeypatch.setattr(rewinds, "ASK_AGAIN_S", 0.5)
    monkeypatch.setattr(relay, "START_AGAIN_S", 0.2)
    monkeypatch.setattr(consumer, "BACK_OFF_MAX_S", 0.3)
    monkeypatch.setattr(rejoining, "AGAIN_MAX_S", 0.3)


async def _made(kafka: Part, make_database: MakeDatabase) -> World:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")  # another process has the same Kafka
    topics = Topics(f"bus.{worker}.{next(_WORLDS)}.")
    world = World(
        await make_node("enrollment", other="banking", make_database=make_database,
                        kafka=kafka, topics=topics),
        await make_node("banking", other="enrollment", make_database=make_database,
                        kafka=kafka, topics=topics),
    )  # fmt: skip
    await world.open_bus()
    return world


@pytest.fixture
async def world(stack: Stack, service_database: MakeDatabase) -> AsyncIterator[World]:
    """Two services on the broker that all tests share."""
    world = await _made(stack.kafka, service_database)
    yield world
    await world.stop()


@pytest.fixture
async def fragile_world(broker: Broker, service_database: MakeDatabase) -> AsyncIterator[World]:
    """Two services on a broker that the test may break."""
    world = await _made(broker.part, service_database)
    yield world
    await world.stop()
