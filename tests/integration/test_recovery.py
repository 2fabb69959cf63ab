"""A database that was restored from an older backup is brought forward from its topic: no number is
used twice, no effect comes twice, and none is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]
from asyncpg import PostgresError  # type: ignore[import-untyped]
from sqlalchemy import make_url

from chassis import failpoints
from chassis.bus import parking, wire
from chassis.bus.admission import Record
from chassis.bus.parking import Line
from chassis.failpoints import FailpointReached
from chassis.ids import new_id
from chassis.recovery import sources
from chassis.recovery.again import Again, OnceOnly
from chassis.recovery.alone import ServiceRuns, alone_on
from chassis.recovery.from_topics import FromTopics
from chassis.recovery.own_log import LogDiverged, bring_forward
from chassis.recovery.rewind import ask
from chassis.recovery.sources import FromArchive, Source, SourceIncomplete
from chassis.state.database import owner_engine
from chassis.state.unit import EVERYWHERE, Unit, Units
from contracts.banking import ParkedEventDropped
from contracts.event import Cause
from tests.archives import opened
from tests.databases import Templates
from tests.integration.strangers import read_all, rows_of, whole
from tests.integration.world import Node, World, billed, caught_up, numbers_in, until

SOONER, LATER = 120, 700
PARKED = "topic, shard, seq, key, dropped_at"
NUMBERS = range(1, 10_000)
Backup = Callable[[Node], Awaitable[Callable[[], Awaitable[None]]]]


@pytest.fixture
async def backup(templates: Templates) -> AsyncIterator[Backup]:
    """Back up the database of a node that is stopped; what it gives puts the backup back."""
    kept: list[str] = []

    async def taken(node: Node) -> Callable[[], Awaitable[None]]:
        await node.engine.dispose()
        kept.append(await templates.keep(node.urls.database, "enrollment"))

        async def put_back() -> None:
            await node.engine.dispose()
            await templates.restore(node.urls.database, "enrollment", kept=kept[-1])

        return put_back

    yield taken
    for name in kept:
        templates.end(name)


def topics_of(node: Node) -> FromTopics:
    return FromTopics(node.brokers, node.topics.sources([node.name, node.other]))


async def recover(node: Node, source: Source, *, makes: type[Unit] = OnceOnly) -> tuple[int, int]:
    engine = owner_engine(node.urls.owner, application="recover")
    units = Units(engine, node.units.projections, node.units.clock, makes=makes)
    others = [node.topics.of(node.other)]
    try:
        brought = await bring_forward(units, topic=node.topic, source=source)
        return brought, await Again(units, node.handlers, others, source).run()
    finally:
        await engine.dispose()


async def lived_on(world: World, backup: Backup, *, until_event: int = LATER) -> None:
    """Banking is backed up, lives on under load, and stops in the middle of it; then its backup is
    put back. Enrollment goes on."""
    enrollment, banking = world.enrollment, world.banking
    await world.start()
    await enrollment.record(range(SOONER))
    put_back = await backed_up(world, backup)
    load = asyncio.create_task(enrollment.record(range(SOONER, until_event)))

    async def halfway() -> bool:
        (relay,) = banking.relays.values()  # what was not sent, nobody can bring back
        sent = sum(place.seq for place in relay.places.values())
        return sent > (SOONER + until_event) // 2

    await until(halfway)
    await banking.stop()
    await load
    await put_back()


async def backed_up(world: World, backup: Backup) -> Callable[[], Awaitable[None]]:
    banking = world.banking
    await caught_up(banking, world.enrollment)
    await banking.stop()
    put_back = await backup(banking)
    banking.start_relay()
    await banking.start_consumer()
    return put_back


async def go_on(world: World) -> None:
    world.banking.start_relay()
    await world.banking.start_consumer()
    await world.enrollment.record(range(LATER, LATER + SOONER))
    await world.check(events=LATER + SOONER)


async def same_as_sent(owner: Node) -> None:
    """Every number was sent with one content only, and the log holds it byte by byte."""
    await whole(owner)
    sent: dict[tuple[int, int], Record] = {}
    for record in await read_all(owner):
        first = sent.setdefault((record.stream.shard, record.seq), record)
        assert record == first
    log = await rows_of(owner, NUMBERS)
    for row in (row for rows in log.values() for row in rows):
        record = sent[row.shard, row.seq]
        assert (row.body, row.event_id) == (record.body, record.event_id)
        assert tuple(wire.headers(row, source=owner.name)) == record.headers


async def test_it_comes_forward_and_nothing_comes_twice(
    world: World, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recovery itself is cut off at every step, and begun anew."""
    await lived_on(world, backup)
    monkeypatch.setattr(sources, "RECORDS_MAX", 100)
    hits = 0

    async def every_third() -> None:
        nonlocal hits
        hits += 1
        if hits % 3 == 1:
            raise FailpointReached

    for point in ("recovery.brought", "recovery.handled"):
        monkeypatch.setitem(failpoints.ARMED, point, every_third)
    cut_off = 0
    while True:
        try:
            await recover(world.banking, topics_of(world.banking))
            break
        except FailpointReached:
            cut_off += 1
    assert cut_off > 2
    assert await recover(world.banking, topics_of(world.banking)) == (0, 0)
    assert not await world.banking.all("SELECT 1 FROM parked")
    await go_on(world)
    await same_as_sent(world.banking)


async def test_without_passing_over_what_is_in_the_log_events_are_parked(
    world: World, backup: Backup
) -> None:
    await lived_on(world, backup, until_event=SOONER + 200)
    await recover(world.banking, topics_of(world.banking), makes=Unit)
    assert await world.banking.all("SELECT 1 FROM parked")


async def test_it_comes_forward_from_the_archive_when_the_topics_are_lost_too(
    world: World, backup: Backup, tmp_path: Path
) -> None:
    await lived_on(world, backup)
    enrollment, banking = world.enrollment, world.banking
    await whole(enrollment)
    with opened(tmp_path) as archive:
        for node in (enrollment, banking):
            fresh: dict[tuple[int, int], Record] = {}
            for record in await read_all(node):
                fresh.setdefault((record.stream.shard, record.seq), record)
            archive.append(fresh[place] for place in sorted(fresh))
    await enrollment.stop()
    admin = AIOKafkaAdminClient(**enrollment.admin.arguments())
    await admin.start()
    await admin.delete_topics([enrollment.topic, banking.topic])
    await admin.close()
    await asyncio.sleep(0.5)
    await world.open_bus()
    with pytest.raises(SourceIncomplete, match="have its owner send first"):
        await recover(banking, topics_of(banking))
    brought, handled = await recover(banking, FromArchive(tmp_path))
    assert brought > LATER // 4
    assert handled >= brought
    enrollment.start_relay()
    await enrollment.start_consumer()
    await go_on(world)
    await same_as_sent(banking)


async def test_a_database_that_went_on_is_not_brought_forward(world: World, backup: Backup) -> None:
    await lived_on(world, backup, until_event=SOONER + 10)
    banking = world.banking
    async with banking.units.bulk() as unit:
        await unit.record([billed(10**7 + number) for number in range(60)])
    with pytest.raises(LogDiverged, match="restore the backup anew"):
        await recover(banking, topics_of(banking))


async def test_what_was_given_up_stays_so_and_what_waited_and_was_handled_is_handled(
    world: World, backup: Backup
) -> None:
    """Also of what was parked after the backup, and though all of it could be handled now."""
    enrollment, banking = world.enrollment, world.banking
    early, given_up, late = (billed(n).key for n in (1, 2, 13))
    await world.start()
    banking.bad_keys = {early, given_up}
    await enrollment.record(range(10))
    put_back = await backed_up(world, backup)
    banking.bad_keys = {given_up, late}
    await enrollment.record(range(10, 20))
    await caught_up(banking, enrollment)
    async with banking.units.bulk(area=EVERYWHERE) as unit:
        assert await parking.retry(unit, banking.handlers, Line(enrollment.topic, early)) == (1, 0)
        for key in (given_up, late):
            await give_up(unit, Line(enrollment.topic, key))
    await enrollment.record(range(20, 60))
    await caught_up(banking, enrollment)
    await whole(banking)
    await banking.stop()
    parked = await banking.all(f"SELECT {PARKED} FROM parked ORDER BY key")
    await put_back()
    banking.bad_keys = set()
    await recover(banking, topics_of(banking))
    assert await banking.all(f"SELECT {PARKED} FROM parked ORDER BY key") == parked
    applied = await banking.applied()
    assert len(applied) == len(set(applied))
    await banking.start_consumer()
    await caught_up(banking, enrollment)
    wanted = {billed(n).event_id for n in range(60)} - {billed(n).event_id for n in (2, 13)}
    assert set(await banking.applied()) == wanted


async def test_it_refuses_while_the_service_runs_and_keeps_it_out_meanwhile(world: World) -> None:
    enrollment = world.enrollment
    owner = owner_engine(enrollment.urls.owner, application="recover")
    role = make_url(enrollment.urls.runtime).username or ""
    enrollment.start_relay()
    await enrollment.record(range(10))
    await whole(enrollment)
    with pytest.raises(ServiceRuns, match="stop it first"):
        async with alone_on(owner, role=role):
            pass
    await enrollment.stop_relay()
    async with alone_on(owner, role=role):
        with pytest.raises(PostgresError, match="permission denied"):
            await enrollment.record([10])
    await enrollment.record([10])
    await owner.dispose()


async def test_a_relay_sends_a_shard_again_when_it_is_asked(world: World) -> None:
    enrollment = world.enrollment
    enrollment.start_relay()
    await enrollment.record(numbers_in([3], each=20))
    await whole(enrollment)
    asked: Any = SimpleNamespace(
        brokers=lambda: enrollment.brokers, topic_prefix=enrollment.topics.prefix
    )
    service: Any = SimpleNamespace(name="enrollment")
    assert await ask(service, asked, shard=3, from_seq=21) == 20

    async def sent_again() -> bool:
        await ask(service, asked, shard=3, from_seq=16)
        numbers = [record.seq for record in await read_all(enrollment)]
        return numbers[:20] == list(range(1, 21)) and numbers[20:25] == list(range(16, 21))

    await until(sent_again, poll_s=0.5)


async def give_up(unit: Unit, line: Line) -> None:
    """As `parked drop` does."""
    (first, *_) = await parking.waiting(unit.session, line)
    event = ParkedEventDropped(
        **Cause(new_id(), new_id()).stamp("drop", at=unit.now),
        parked_key=line.key, parked_id=first.record.event_id, topic=line.topic,
        shard=first.record.stream.shard, seq=first.record.seq, dropped_by="test", reason="test",
    )  # fmt: skip
    await unit.record([event])
    await parking.drop(unit, first.record)
