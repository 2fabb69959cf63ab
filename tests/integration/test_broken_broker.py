"""The bus's promise when the broker is killed, wiped or set back in the middle of the work."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AclBindingFilter,
    AdminClient,
)

from chassis import failpoints
from chassis.bus import stopping
from chassis.bus.subscription import Subscription
from chassis.metrics import Metrics
from chassis.state.event_log import SHARDS
from chassis.status import observe, readiness
from tameng.provision import acls, rights
from tests.integration.strangers import send_again, whole
from tests.integration.world import Node, World, caught_up, check_promise, numbers_in, until
from tests.kafka import Broker


async def held_before_a_send(owner: Node, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Hold the relay of this owner with rows in its hands; set the event to let it go."""
    reached, free = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        reached.set()
        await free.wait()

    monkeypatch.setitem(failpoints.ARMED, "relay.read", hold)
    await owner.record(range(90_000, 90_100))
    await reached.wait()
    return free


async def test_a_broker_killed_under_load_loses_nothing(
    broker: Broker, fragile_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = fragile_world
    await world.start()
    await world.enrollment.record(range(300))
    free = await held_before_a_send(world.enrollment, monkeypatch)
    broker.kill()
    free.set()
    load = asyncio.create_task(world.enrollment.record(range(300, 900)))
    await broker.start()
    await load
    await world.check(events=1_000)


async def test_a_broker_wiped_under_load_is_filled_again(
    broker: Broker, fragile_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = fragile_world
    await world.start()
    await world.enrollment.record(range(300))
    free = await held_before_a_send(world.enrollment, monkeypatch)
    broker.kill()
    broker.wipe()
    free.set()
    load = asyncio.create_task(world.enrollment.record(range(300, 900)))
    await broker.start()
    await world.open_bus()
    await load
    await world.check(events=1_000)
    await asyncio.gather(whole(world.enrollment), whole(world.banking))


async def test_readers_that_lost_their_group_come_back_by_themselves(
    fragile_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = fragile_world
    await world.start()
    await world.enrollment.record(range(300))
    readers = [node.subscriptions["first"] for node in (world.enrollment, world.banking)]
    old = hanging_at_its_end(readers[0], monkeypatch)
    take_groups(world)
    await until(lambda: all("GroupAuthorization" in str(reader.trouble()) for reader in readers))
    await until(lambda: all(reader.rejoining.restarts >= 2 for reader in readers))
    await told_meanwhile(world.banking)
    await world.enrollment.record(range(300, 600))
    await world.open_bus()
    await world.check(events=600)
    assert [reader.trouble() for reader in readers] == [None, None]
    assert old._fetcher._fetch_task.done(), "it fetches for nobody"


async def test_a_reader_that_is_turned_away_stops_for_good(
    fragile_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, banking = fragile_world, fragile_world.banking
    subscription = await banking.start_consumer()
    subscriber, starting = subscription.subscriber, asyncio.Event()
    start = subscriber.start

    async def slowly() -> None:
        starting.set()
        await asyncio.sleep(0.3)
        await start()

    monkeypatch.setattr(subscriber, "start", slowly)
    take_groups(world)
    await starting.wait()
    await world.open_bus()
    await banking.stop_consumer()
    await asyncio.sleep(1)
    assert (subscriber.running, subscriber.consumer) == (False, None)


async def told_meanwhile(node: Node) -> None:
    """That the service is not ready, and why; and how often it was tried."""
    engine, relay, subscription = node.engine, node.relays[2], node.subscriptions["first"]
    ready = readiness(engine, subscription, relay)
    assert "turned the reader away" in str(await ready["partitions"]())
    metrics = Metrics()
    await observe(metrics, engine, relay, subscription)
    assert (metrics.registry.get_sample_value("bus_reader_restarts") or 0) >= 2


def hanging_at_its_end(
    subscription: Subscription, monkeypatch: pytest.MonkeyPatch
) -> AIOKafkaConsumer:
    """The reader as it is now; its end waits for an answer that does not come."""
    reader = subscription.subscriber.consumer
    assert reader is not None

    async def close() -> None:
        reader._coordinator._closing.set_result(None)
        await asyncio.Event().wait()

    monkeypatch.setattr(reader._coordinator, "close", close)
    monkeypatch.setattr(stopping, "STOP_TIMEOUT_S", 0.3)
    return reader


def take_groups(world: World) -> None:
    """Take the right to its group from each service, as who sets rights by hand may."""
    client = AdminClient(acls._settings(world.enrollment.admin))
    wanted = [
        acls._binding(right)
        for right in rights.table(world.enrollment.topics)
        if right.resource == "GROUP"
    ]
    filters = [
        AclBindingFilter(
            each.restype, each.name, each.resource_pattern_type, each.principal, each.host,
            each.operation, each.permission_type,
        )
        for each in wanted
    ]  # fmt: skip
    for taken in client.delete_acls(filters).values():
        taken.result()


async def test_a_lost_tail_is_sent_again(broker: Broker, fragile_world: World) -> None:
    world, enrollment = fragile_world, fragile_world.enrollment
    await world.start()
    await enrollment.record(range(300))
    await world.check(events=300)
    broker.keep(enrollment.topic, f"{enrollment.topic} earlier")
    await enrollment.record(range(300, 600))
    await world.check(events=600)
    broker.kill()
    broker.set_back(enrollment.topic, f"{enrollment.topic} earlier")
    await broker.start()
    await enrollment.record(range(600, 800))
    await world.check(events=800)
    await whole(enrollment)


async def test_stale_offsets_at_the_end_of_a_refilled_partition_are_noticed(
    broker: Broker, fragile_world: World
) -> None:
    """The hardest loss: after it each partition ends just where the reader's stale offset is."""
    enrollment, banking = fragile_world.enrollment, fragile_world.banking
    relay = enrollment.start_relay()
    await banking.start_consumer()
    await enrollment.record(numbers_in(range(SHARDS), each=20))
    await caught_up(banking, enrollment)
    await send_again(enrollment, range(1, 21))
    await until(lambda: committed(banking, 40))
    await banking.stop_consumer()
    await enrollment.stop_relay()
    assert relay.cancelled()
    await enrollment.record(numbers_in(range(SHARDS), each=20, first=10_000))
    broker.kill()
    broker.lose(enrollment.topic)
    await broker.start()
    enrollment.start_relay()
    await whole(enrollment)
    await banking.start_consumer()
    assert await check_promise(banking, enrollment) == 2 * 20 * SHARDS


async def committed(reader: Node, offset: int) -> bool:
    consumer = reader.subscriptions["first"].subscriber.consumer
    assert consumer is not None
    parts = consumer.assignment()
    return bool(parts) and all([await consumer.committed(p) == offset for p in parts])
