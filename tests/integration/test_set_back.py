"""A service whose database was set back: its relay stops before a number is used twice."""

import asyncio

import httpx
import pytest
from sqlalchemy import text

from chassis.bus import relay as relays
from chassis.bus.positions import RelayDiverged
from chassis.state.database import owner_engine
from tests.alone import MakeAlone, key
from tests.integration.strangers import read_all, send_again, whole
from tests.integration.world import Node, World, numbers_in, until

LOST = 5
SHARD = 3
SET_BACK = (
    f"UPDATE shard_head SET seq = seq - {LOST} WHERE shard = {SHARD}",
    "DELETE FROM event_log USING shard_head head "
    "WHERE event_log.shard = head.shard AND event_log.seq > head.seq",
)
SET_BACK_TO_NOTHING = ("UPDATE shard_head SET seq = 0", "DELETE FROM event_log")


async def diverges(relay: "asyncio.Task[None]") -> str:
    with pytest.raises(RelayDiverged) as diverged:
        await asyncio.wait_for(relay, 20)
    return str(diverged.value)


async def contents(owner: Node) -> dict[int, set[object]]:
    """The ids that each number of the shard was sent with, as a reader finds them."""
    found: dict[int, set[object]] = {}
    for record in await read_all(owner):
        if record.stream.shard == SHARD:
            found.setdefault(record.seq, set()).add(record.event_id)
    return found


@pytest.mark.parametrize("grown_again", [False, True])
@pytest.mark.parametrize("running", [False, True])
async def test_a_relay_whose_database_was_set_back_stops(
    world: World, running: bool, grown_again: bool
) -> None:
    enrollment = world.enrollment
    relay = enrollment.start_relay()
    await enrollment.record(numbers_in([SHARD], each=20))
    await whole(enrollment)
    if not running:
        await enrollment.stop_relay()
    await enrollment.as_owner(*SET_BACK)
    if grown_again:
        await enrollment.record(numbers_in([SHARD], each=2 * LOST, first=10_000))
    if not running:
        relay = enrollment.start_relay()
    assert f"shard {SHARD}" in await diverges(relay)
    assert all(len(ids) == 1 for ids in (await contents(enrollment)).values())


async def test_a_late_copy_of_an_old_record_does_not_hide_it(world: World) -> None:
    """The last record of the partition is one that the log still holds; the highest is not."""
    enrollment = world.enrollment
    enrollment.start_relay()
    await enrollment.record(numbers_in([SHARD], each=20))
    await whole(enrollment)
    await enrollment.stop_relay()
    await send_again(enrollment, range(2, 4))
    await enrollment.as_owner(*SET_BACK)
    await enrollment.record(numbers_in([SHARD], each=2 * LOST, first=10_000))
    assert f"{20} was sent as" in await diverges(enrollment.start_relay())
    assert all(len(ids) == 1 for ids in (await contents(enrollment)).values())


PROGRAMME = {
    "name": "NTT 2025", "province_code": "53", "funder": "Provinsi NTT", "legal_basis": "Pergub 1",
    "first_month": "2025-07", "last_month": "2025-12", "ceiling": 20_000_000_000,
    "quotas": [{"region_code": "53.71", "heads": 10}],
}  # fmt: skip


async def test_a_service_whose_database_was_set_back_decides_nothing_any_more(
    alone: MakeAlone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "IDLE_POLL_S", 0.05)
    enrollment = await alone("enrollment")
    running = enrollment.running
    await enrollment.open_bus()
    province = enrollment.client("province", area="53")
    async with enrollment.app.router.lifespan_context(enrollment.app):
        answer = await province.post("/programmes", json=PROGRAMME, headers=key())
        assert answer.status_code == 201
        await until(lambda: sum(place.seq for place in running.relay.places.values()) == 1)
        ready = await enrollment.anonymous().get("/readyz")
        owner = owner_engine(enrollment.urls.owner, application="test")
        async with owner.begin() as connection:
            for statement in SET_BACK_TO_NOTHING:
                await connection.execute(text(statement))
        await owner.dispose()
        await until(lambda: running.relay.stopped_by is not None)
        refused = await province.post("/programmes", json=PROGRAMME, headers=key())
        unready = await enrollment.anonymous().get("/readyz")
        alive = await enrollment.anonymous().get("/livez")
    assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert refused.json()["retryable"] is True
    assert ready.status_code == httpx.codes.OK
    assert "above the log's head" in unready.text
    assert (unready.status_code, alive.status_code) == (503, 200)
    assert await enrollment.rows("SELECT 1 FROM event_log") == []
