"""Each protection of the bus switched off by itself: then its promise fails, and it is noticed.

Every history is run twice, whole and with one protection off, so that a test which could not fail
is seen at once.
"""

from collections.abc import Callable
from contextlib import nullcontext

import pytest

from chassis import failpoints
from chassis.bus import parking, positions, watermarks
from chassis.bus.consumer import LOOK_AGAIN_RECORDS
from chassis.bus.positions import RelayDiverged
from chassis.bus.rewinds import Gaps
from chassis.state import unit
from chassis.state.event_log import SHARDS
from chassis.state.statements import Statement
from tests.integration.strangers import commit, rows_of, send_foreign, send_rows, whole
from tests.integration.test_set_back import SET_BACK, SHARD
from tests.integration.world import (
    WORKERS,
    Node,
    World,
    billed,
    caught_up,
    check_applied,
    check_promise,
    numbers_in,
    quiet,
    until,
)

EACH = 20
whole_and_off = pytest.mark.parametrize("on", [True, False], ids=["whole", "off"])


async def check_healed(reader: Node, owner: Node, *, on: bool) -> None:
    """With the protection all arrives; without it, whatever is waited for, it does not."""
    if on:
        assert await check_promise(reader, owner) == EACH * SHARDS
        return
    await quiet(reader, owner)
    with pytest.raises(AssertionError, match="not all"):
        await check_applied(reader, owner)


async def log_some(owner: Node) -> None:
    await owner.record(numbers_in(range(SHARDS), each=EACH))


@whole_and_off
async def test_rewinds(world: World, monkeypatch: pytest.MonkeyPatch, on: bool) -> None:
    """A number is missing in the middle of every partition, and the relay does not know."""
    if not on:
        monkeypatch.setattr(Gaps, "requests", lambda *_args, **_kwargs: [])
    enrollment, banking = world.enrollment, world.banking
    await log_some(enrollment)
    rows = await rows_of(enrollment, range(1, EACH + 1))
    await send_rows(enrollment, {shard: found[:3] + found[4:] for shard, found in rows.items()})
    enrollment.start_relay()
    await banking.start_consumer()
    await check_healed(banking, enrollment, on=on)


@whole_and_off
async def test_reading_the_ends_of_silent_partitions_again(world: World, on: bool) -> None:
    """Stale offsets are where the refilled partitions end: no record comes that shows a hole."""
    enrollment, banking = world.enrollment, world.banking
    if not on:
        banking.idle_s = float("inf")
    await log_some(enrollment)
    enrollment.start_relay()
    await whole(enrollment)
    await commit(enrollment, banking.group(), await enrollment.heads())
    await banking.start_consumer()
    await check_healed(banking, enrollment, on=on)


@whole_and_off
async def test_offsets_never_past_an_event_that_was_not_applied(
    world: World, monkeypatch: pytest.MonkeyPatch, on: bool
) -> None:
    """The reader ends while a hole is open. What it read beyond the hole lies far from the end."""
    if not on:
        monkeypatch.setattr(Gaps, "__contains__", lambda *_args: False)
    enrollment, banking = world.enrollment, world.banking
    await log_some(enrollment)
    rows = await rows_of(enrollment, range(1, EACH + 1))
    await send_rows(enrollment, {shard: found[:3] + found[4:] for shard, found in rows.items()})
    await send_foreign(enrollment, each=LOOK_AGAIN_RECORDS + 10)
    await banking.start_consumer()
    await until(lambda: banking.foreign >= (LOOK_AGAIN_RECORDS + 10) * SHARDS)
    seen = banking.looks
    await until(lambda: banking.looks > seen + 3)  # time to commit
    await banking.stop_consumer()
    enrollment.start_relay()
    await banking.start_consumer()
    await check_healed(banking, enrollment, on=on)


@whole_and_off
async def test_parking_by_key(world: World, monkeypatch: pytest.MonkeyPatch, on: bool) -> None:
    """Of one key the first event fails, the second would not."""
    if not on:
        monkeypatch.setattr(parking.Parking, "keeps_back", lambda *_args: False)
    enrollment, banking = world.enrollment, world.banking
    banking.bad_keys = {billed(7).key}
    await enrollment.record(range(100))
    enrollment.start_relay()
    await banking.start_consumer()
    await caught_up(banking, enrollment)
    banking.bad_keys = set()
    await enrollment.record([WORKERS + 7])
    await caught_up(banking, enrollment)
    overtaken = billed(WORKERS + 7).event_id in await banking.applied()
    assert overtaken is not on


@whole_and_off
async def test_a_relay_that_stops_when_its_database_was_set_back(
    world: World, monkeypatch: pytest.MonkeyPatch, on: bool
) -> None:
    """The log lost its end and grew again: numbers that were sent stand for other events now."""
    if not on:
        monkeypatch.setattr(positions, "_check_holds", lambda *_args: None)
    enrollment, banking = world.enrollment, world.banking
    enrollment.start_relay()
    await banking.start_consumer()
    await enrollment.record(numbers_in([SHARD], each=20))
    await caught_up(banking, enrollment)
    await enrollment.stop_relay()
    await enrollment.as_owner(*SET_BACK)
    await enrollment.record(numbers_in([SHARD], each=10, first=10_000))
    stopped = enrollment.start_relay()
    if on:
        with pytest.raises(RelayDiverged):
            await stopped
        return
    await caught_up(banking, enrollment)  # the reader believes that it has everything
    logged = {row[0] for row in await enrollment.all("SELECT event_id FROM event_log")}
    assert len(logged - set(await banking.applied())) == 5  # and never saw these


OFF: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "one writer": lambda patch: patch.setattr(unit, "_OPEN_BULK", unit._OPEN_SINGLE),
    "row locks": lambda patch: patch.setattr(
        watermarks,
        "_LOCK",
        Statement(watermarks._LOCK.written.replace("FOR UPDATE OF watermark", "")),
    ),
    "compare": lambda patch: patch.setattr(
        watermarks,
        "_ADVANCE",
        Statement(watermarks._ADVANCE.written.replace("watermark.seq = given.before", "true")),
    ),
}


async def waits_for_a_lock(node: Node) -> bool:
    waiting = await node.all(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
        f"AND application_name = '{node.urls.database}'"
    )
    return bool(waiting[0][0])


@pytest.mark.parametrize(
    ("off", "holds"),
    [
        ((), True),
        (("one writer",), True),
        (("one writer", "row locks"), True),
        (("one writer", "row locks", "compare"), False),
    ],
)
async def test_two_consumers_that_both_own_everything_apply_once(
    world: World, monkeypatch: pytest.MonkeyPatch, off: tuple[str, ...], holds: bool
) -> None:
    """As after a rebalance that did not wait: here each in a group of its own, for good.

    The first that has decided what to apply waits for the other: until it has decided the same,
    or is seen to wait for a lock.
    """
    enrollment, banking = world.enrollment, world.banking
    for protection in off:
        OFF[protection](monkeypatch)
    banking.answers = False  # the bank's own log refuses an event that it has
    arrived: list[bool] = []
    locked: list[bool] = []

    async def meet() -> None:
        arrived.append(True)

        async def other_is_there() -> bool:
            locked.append(await waits_for_a_lock(banking))
            return len(arrived) > 1 or locked[-1]

        await until(other_is_there)
        failpoints.ARMED.pop("store.admitted", None)

    await banking.as_owner(f"INSERT INTO watermark VALUES ('{enrollment.topic}', {SHARD}, 0)")
    await enrollment.record(numbers_in([SHARD], each=50))
    enrollment.start_relay()
    await whole(enrollment)
    monkeypatch.setitem(failpoints.ARMED, "store.admitted", meet)
    await banking.start_consumer("first", group="one")
    await banking.start_consumer("second", group="two")
    await until(lambda: len(banking.heard) > 1 or banking.duplicates > 0)
    with nullcontext() if holds else pytest.raises(AssertionError, match="more than once"):
        assert await check_promise(banking, enrollment) == 50
    assert any(locked) is (len(off) < 2)
