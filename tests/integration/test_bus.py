"""The bus's promise on a real Kafka and a real PostgreSQL: every number once and in order."""

import asyncio
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]

from chassis import failpoints
from chassis.bus import parking, partitions
from chassis.bus.parking import Line
from chassis.state.event_log import SHARDS
from chassis.state.unit import EVERYWHERE
from tests.integration.strangers import (
    JUNK_FOREIGN,
    read_all,
    rows_of,
    send_again,
    send_junk,
    send_rows,
    send_unreadable_names,
    whole,
)
from tests.integration.world import (
    WORKERS,
    World,
    billed,
    caught_up,
    check_promise,
    opened,
    quiet,
    until,
)


async def test_every_event_arrives_once_and_in_order(world: World) -> None:
    await world.start()
    await world.enrollment.record(range(2_000))
    await world.check(events=2_000)


async def test_duplicates_and_strangers_records_change_nothing(world: World) -> None:
    enrollment, banking = world.enrollment, world.banking
    await world.start()
    await enrollment.record(range(200))
    await whole(enrollment)  # a stranger's copy of a number that never came would be the first
    for turn in range(3):
        await enrollment.record(range(200 + 100 * turn, 300 + 100 * turn))
        await send_junk(enrollment)
        await send_again(enrollment, range(1 + 4 * turn, 14))
    await enrollment.stop_relay()
    await send_junk(enrollment)  # the last records of every partition
    enrollment.start_relay()
    await enrollment.record(range(500, 600))
    await world.check(events=600)
    await quiet(banking, enrollment)
    assert banking.foreign == 4 * JUNK_FOREIGN * SHARDS, "each once, however often it is read again"
    assert banking.duplicates > 0


async def test_a_header_whose_name_is_no_text_stops_nobody(world: World) -> None:
    enrollment = world.enrollment
    await world.start()
    await enrollment.record(range(100))
    await whole(enrollment)
    await send_unreadable_names(enrollment)
    await enrollment.record(range(100, 200))
    await world.check(events=200)
    await send_unreadable_names(enrollment)
    await enrollment.stop_relay()
    enrollment.start_relay()  # which looks at the last records
    await enrollment.record(range(200, 300))
    await world.check(events=300)
    assert len({record.event_id for record in await read_all(enrollment)}) == 300


async def test_a_number_that_is_missing_is_sent_again(world: World) -> None:
    enrollment, banking = world.enrollment, world.banking
    await enrollment.record(range(200))
    rows = await rows_of(enrollment, range(1, 100))
    without_fourth = {shard: found[:3] + found[4:] for shard, found in rows.items()}
    await send_rows(enrollment, without_fourth)
    enrollment.start_relay()  # the last record is there: it has nothing to send by itself
    await banking.start_consumer()
    assert await check_promise(banking, enrollment) == 200


async def test_a_hole_stays_open_until_the_highest_number_seen_is_applied(world: World) -> None:
    enrollment, banking = world.enrollment, world.banking
    await enrollment.record(range(300))
    rows = await rows_of(enrollment, range(1, 100))
    await send_rows(enrollment, {shard: found[:2] + found[5:] for shard, found in rows.items()})
    subscription = await banking.start_consumer()
    await until(lambda: len(subscription.consumer.gaps.open) == SHARDS)
    await send_rows(enrollment, {shard: found[2:3] for shard, found in rows.items()})
    wanted = dict.fromkeys(range(SHARDS), 3)

    async def reached() -> bool:
        return await banking.marks() == wanted

    await until(reached)
    assert {gap.missing for gap in subscription.consumer.gaps.open.values()} == {4}
    enrollment.start_relay()
    assert await check_promise(banking, enrollment) == 300
    await until(lambda: not subscription.consumer.gaps.open)


async def test_the_search_for_the_last_event_passes_strangers_transactions(world: World) -> None:
    enrollment = world.enrollment
    enrollment.start_relay()
    await enrollment.record(range(300))
    await whole(enrollment)
    await enrollment.stop_relay()
    stranger = AIOKafkaProducer(
        **enrollment.admin.arguments(), transactional_id=f"{enrollment.topic} stranger"
    )
    await stranger.start()
    for turn in range(12):  # more records than the first span that is looked through
        await stranger.begin_transaction()
        for shard in range(SHARDS):
            for _ in range(100):
                await stranger.send(enrollment.topic, b"{}", partition=shard)
        await (stranger.abort_transaction() if turn % 2 else stranger.commit_transaction())
    await stranger.stop()
    found = await partitions.tails(enrollment.brokers, enrollment.topic, source=enrollment.name)
    heads = await enrollment.heads()
    assert {shard: tail.position.seq for shard, tail in found.items()} == heads
    assert {shard: tail.highest.seq for shard, tail in found.items()} == heads


async def test_what_was_sent_is_told_with_its_place(world: World) -> None:
    enrollment = world.enrollment
    await enrollment.record(range(120))
    rows = await rows_of(enrollment, range(1, 100))
    for turn in range(2):
        spans = await send_rows(enrollment, rows)
        found = await partitions.tails(enrollment.brokers, enrollment.topic, source="enrollment")
        assert {s: span.end for s, span in spans.items()} == {s: t.end for s, t in found.items()}
        assert {s: span.first for s, span in spans.items()} == {
            shard: turn * len(sent) for shard, sent in rows.items()
        }


async def held_at(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> tuple[asyncio.Event, asyncio.Event]:
    """Whoever comes to this failpoint says so and waits to be let go."""
    reached, free = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        reached.set()
        await free.wait()

    monkeypatch.setitem(failpoints.ARMED, name, hold)
    return reached, free


async def test_cancelled_and_joining_consumers_apply_everything_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrollment, banking = world.enrollment, world.banking
    await world.start()
    for turn in range(3):
        reached, free = await held_at(monkeypatch, "store.handled")
        await enrollment.record(range(400 * turn, 400 * turn + 400))
        await reached.wait()  # a batch was handled, its transaction is open
        if turn == 1:
            await banking.start_consumer("second")
        for task in banking.subscriptions["first"].subscriber.tasks:
            task.cancel()  # FastStream's own task, in the middle of it
        monkeypatch.delitem(failpoints.ARMED, "store.handled")
        free.set()
        await banking.stop_consumer()
        await banking.start_consumer()
        await world.check(events=400 * turn + 400)


async def test_two_relays_at_once_do_no_harm(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    both = asyncio.Barrier(2)

    async def meet() -> None:
        await both.wait()
        failpoints.ARMED.pop("relay.read", None)

    monkeypatch.setitem(failpoints.ARMED, "relay.read", meet)
    enrollment, banking = world.enrollment, world.banking
    await enrollment.record(range(500))
    enrollment.start_relay()
    enrollment.start_relay(lock=3)
    await banking.start_consumer()
    assert await check_promise(banking, enrollment) == 500
    await enrollment.record(range(500, 1_000))
    assert await check_promise(banking, enrollment) == 1_000
    await until(lambda: banking.duplicates >= 500)


async def test_another_process_stands_by_and_takes_over(world: World) -> None:
    enrollment, banking = world.enrollment, world.banking
    beats: list[None] = []
    enrollment.start_relay()
    await enrollment.record(range(300))
    other = replace(
        enrollment.relays[2], woken=asyncio.Event(), places={}, beat=lambda: beats.append(None)
    )
    running = asyncio.create_task(other.run())

    def known() -> int:
        return sum(place.seq for place in other.places.values())

    try:
        await until(lambda: known() == 300)
        alive = len(beats)
        await enrollment.record(range(300, 400))
        await until(lambda: known() == 400 and len(beats) > alive + 2)
        assert other.restarts == 0
        await enrollment.stop_relay()
        enrollment.relays[2] = other
        await enrollment.record(range(400, 500))
        await banking.start_consumer()
        assert await check_promise(banking, enrollment) == 500
        assert len(await read_all(enrollment)) == 500, "at no time did two of them send"
    finally:
        running.cancel()
        await asyncio.wait({running})


async def test_a_key_that_fails_is_parked_and_the_others_go_on(world: World) -> None:
    enrollment, banking = world.enrollment, world.banking
    banking.bad_keys = {billed(7).key}
    await world.start()
    await enrollment.record(range(300))
    await caught_up(banking, enrollment)
    banking.bad_keys = set()
    await enrollment.record([WORKERS + 7, WORKERS + 8, 2 * WORKERS + 7])
    await caught_up(banking, enrollment)
    parked = await banking.all("SELECT event_id, reason FROM parked ORDER BY seq")
    line = [billed(n).event_id for n in (7, WORKERS + 7, 2 * WORKERS + 7)]
    assert [event_id for event_id, _ in parked] == line
    assert [str(reason)[:6] for _, reason in parked] == ["Arithm", "behind", "behind"]
    applied = await banking.applied()
    assert len(applied) == len(set(applied)) == 300
    assert not set(line) & set(applied)

    async with banking.units.bulk(area=EVERYWHERE) as unit:
        assert await parking.retry(
            unit, banking.handlers, Line(enrollment.topic, billed(7).key)
        ) == (3, 0)
    assert (await banking.applied())[-3:] == line
    assert await check_promise(enrollment, banking) == 303


async def test_a_fault_that_passes_is_never_parked(world: World) -> None:
    enrollment, banking = world.enrollment, world.banking
    await enrollment.record(range(200))
    await world.start()
    await until(lambda: bool(banking.heard))
    terminated = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        f"WHERE application_name = '{banking.urls.database}' AND pid <> pg_backend_pid()"
    )
    for turn in range(1, 4):
        await banking.all(terminated)
        await enrollment.record(range(200 * turn, 200 * turn + 200))
    await world.check(events=800)


@pytest.mark.parametrize("culprit", [57, 0])
async def test_a_failure_that_belongs_to_no_run_parks_just_the_culprit(
    world: World, culprit: int
) -> None:
    """An event that the bank recorded before, under another number: its log takes it once."""
    enrollment, banking = world.enrollment, world.banking
    async with banking.units.bulk(area=EVERYWHERE) as unit:
        await unit.record([opened(billed(culprit))])
    await enrollment.record(range(120))
    enrollment.start_relay()
    await banking.start_consumer()
    await caught_up(banking, enrollment)
    parked = await banking.all("SELECT event_id, reason FROM parked")
    assert parked == [(billed(culprit).event_id, "UniqueViolationError 23505")]
    applied = await banking.applied()
    assert sorted(applied) == sorted(billed(n).event_id for n in range(120) if n != culprit)
