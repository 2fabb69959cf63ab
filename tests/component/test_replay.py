"""Every service's tables follow from its events: in any order of keys, and nothing else."""

from collections.abc import AsyncIterator, Mapping, Sequence
from random import Random
from typing import Any

import pytest
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus.admission import Stream
from chassis.state.database import owner_engine
from chassis.state.projections import Projections
from chassis.state.replay import Cut, Difference, Portion, replay
from contracts.event import Event
from tests.alone import Alone, Heard, MakeAlone, key
from tests.component.enrollment_office import Office
from tests.component.lives import LIVES

ORDERS = 10
TAKEN_MAX = 9


class Queues(dict[Any, list[Event]]):
    """Events that wait, by key, and the projections that apply them."""

    projections: Projections

    async def apply_some(self, session: AsyncSession, chance: Random) -> None:
        """Apply the next few of some of the keys."""
        waiting = [place for place, events in self.items() if events]
        chosen = chance.sample(waiting, chance.randint(1, len(waiting)))
        taken = {place: self[place][: chance.randint(1, TAKEN_MAX)] for place in chosen}
        for place, events in taken.items():
            del self[place][: len(events)]
        await self.projections.apply(session, taken)


def queues(projections: Projections, events: Mapping[Any, Sequence[Event]]) -> Queues:
    made = Queues({place: list(found) for place, found in events.items()})
    made.projections = projections
    return made


async def own_events(lived: Alone) -> dict[str, list[Event]]:
    """The service's log, by key: even within a shard no other order is promised."""
    rows = await lived.rows("SELECT type, key, body FROM event_log ORDER BY shard, seq")
    known, found = lived.service.projections.event_types, dict[str, list[Event]]()
    for row in rows:
        found.setdefault(row["key"], []).append(known[row["type"]].read(row["body"]))
    return found


def heard_events(lived: Alone) -> dict[tuple[Stream, str], list[Event]]:
    """What it heard and keeps copies of."""
    known, found = lived.service.replicas.event_types, dict[tuple[Stream, str], list[Event]]()
    for record in lived.records:
        if record.type in known:
            event = known[record.type].read(record.body)
            found.setdefault((record.stream, record.key), []).append(event)
    return found


async def digests(session: AsyncSession, tables: MetaData) -> dict[str, str]:
    query = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text COLLATE \"C\")) FROM {} t"
    return {
        table.name: str(await session.scalar(text(query.format(table.name))))
        for table in tables.sorted_tables
    }


@pytest.mark.parametrize("service", LIVES)
async def test_any_order_of_keys_gives_the_same_tables(service: str, alone: MakeAlone) -> None:
    lived = await LIVES[service](alone)
    own, heard, tables = await own_events(lived), heard_events(lived), lived.service.tables
    names = ", ".join(table.name for table in tables.sorted_tables)
    owner = owner_engine(lived.urls.owner, application="test")
    async with AsyncSession(owner) as session:
        live = await digests(session, tables)
        for seed in range(ORDERS):
            chance = Random(seed)
            await session.execute(text(f"TRUNCATE {names}"))
            waiting = [queues(lived.service.projections, own)]
            waiting.append(queues(lived.service.replicas, heard))
            while waiting := [queue for queue in waiting if any(queue.values())]:
                await chance.choice(waiting).apply_some(session, chance)
            assert await digests(session, tables) == live, f"seed {seed}"
        await session.rollback()
    await owner.dispose()
    assert sum(map(len, own.values())) > 2


@pytest.mark.parametrize("service", LIVES)
async def test_a_life_has_every_kind_of_state(service: str, alone: MakeAlone) -> None:
    """A replay of tables that stayed empty would prove nothing."""
    lived = await LIVES[service](alone)
    report = await lived.replay()
    assert report.same
    assert not report.differences
    assert [name for name, (live, _) in report.tables.items() if live.rows == 0] == []


async def changed_by_hand(lived: Alone, statement: str) -> list[Difference]:
    owner = owner_engine(lived.urls.owner, application="test")
    async with owner.begin() as connection:
        assert (await connection.execute(text(statement))).rowcount == 1
    await owner.dispose()
    report = await lived.replay()
    assert not report.same
    return report.differences


async def test_what_was_changed_by_hand_is_named(alone: MakeAlone) -> None:
    lived = await LIVES["enrollment"](alone)
    workers = await lived.rows("SELECT worker_id FROM workers ORDER BY worker_id LIMIT 2")
    first, second = (str(row["worker_id"]) for row in workers)

    (changed,) = await changed_by_hand(
        lived, f"UPDATE workers SET village_code = '53.71.04.1002' WHERE worker_id = '{first}'"
    )
    assert (changed.table, changed.key) == ("workers", f"worker_id {first}")
    assert changed.live is not None
    assert changed.replayed is not None
    assert changed.live["village_code"] == "53.71.04.1002"
    assert changed.replayed["village_code"] == "53.71.04.1001"

    _, removed = await changed_by_hand(lived, f"DELETE FROM workers WHERE worker_id = '{second}'")
    assert (removed.table, removed.key, removed.live) == ("workers", f"worker_id {second}", None)

    *_, added = await changed_by_hand(
        lived,
        "INSERT INTO workers SELECT gen_random_uuid(), roster_id, village_code, has_ktp, has_kk, "
        f"identity, enrolled_at FROM workers WHERE worker_id = '{first}'",
    )
    added_rows = [d for d in (await lived.replay()).differences if d.replayed is None]
    assert [d.table for d in added_rows] == ["workers"]
    assert added.table == "workers"


class Meanwhile:
    """What was heard from others; and while it is asked for, the service goes on."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def up_to(self, cut: Cut) -> AsyncIterator[Portion]:
        opened = await self.office.open(name="Opened while the replay runs")
        await self.office.amend(opened, 7)
        async for portion in Heard(self.office.alone).up_to(cut):
            yield portion


async def test_the_service_goes_on_while_it_is_replayed(alone: MakeAlone) -> None:
    lived = await LIVES["enrollment"](alone)
    before = len(await lived.rows("SELECT 1 FROM event_log"))
    owner = owner_engine(lived.urls.owner, application="replay")
    report = await replay(
        owner,
        tables=lived.service.tables,
        projections=lived.service.projections,
        replicas=lived.service.replicas,
        replica_events=Meanwhile(Office(lived)),
    )
    await owner.dispose()
    assert report.same
    copied = [each for each in lived.records if each.type in lived.service.replicas.event_types]
    assert report.events == before + len(lived.records)
    assert report.applied == before + len(copied)
    assert len(await lived.rows("SELECT 1 FROM event_log")) == before + 2
    assert (await lived.replay()).same


async def test_a_replay_leaves_nothing_behind(alone: MakeAlone) -> None:
    lived = await alone("enrollment")
    province = lived.client("province", area="53")
    assert (await province.post("/programmes", json={}, headers=key())).status_code == 422
    for _ in range(2):
        assert (await lived.replay()).same
    assert await lived.rows("SELECT 1 FROM pg_namespace WHERE nspname LIKE 'replay%'") == []
