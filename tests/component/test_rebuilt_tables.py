"""A service's tables are made anew from its log while it works: nothing is lost, nothing else of
the database changes, and the fault that was in them is gone."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from chassis.bus.admission import Record, Stream
from chassis.recovery.rebuild import Rebuilding, Rebuilt
from chassis.state.database import owner_engine
from tests.alone import Alone, MakeAlone
from tests.component.enrollment_office import Office
from tests.component.lives import LIVES

CATALOGUE = (
    "SELECT relname, relrowsecurity, relacl::text FROM pg_class WHERE relnamespace = "
    "'public'::regnamespace AND relkind IN ('r', 'i') ORDER BY 1",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "SELECT tablename, policyname, qual, with_check FROM pg_policies ORDER BY 1, 2",
    "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2",
    "SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    "SELECT nspname FROM pg_namespace ORDER BY 1",
)


class HeardAgain:
    """What a service heard, as its topics hold it."""

    def __init__(self, one: Alone) -> None:
        self.one = one

    async def records(self, after: Mapping[Stream, int]) -> AsyncIterator[list[Record]]:
        yield [each for each in self.one.records if each.seq > after.get(each.stream, 0)]


async def rebuilt(one: Alone) -> Rebuilt:
    engine = owner_engine(one.urls.owner, application="rebuild")
    topics = [one.running.topics.of(owner) for owner in one.service.listens_to]
    service = one.service
    try:
        return await Rebuilding(
            engine, service.tables, service.projections, service.replicas, topics, HeardAgain(one)
        ).run()
    finally:
        await engine.dispose()


async def catalogue(one: Alone) -> list[list[dict[str, Any]]]:
    return [await one.rows(query) for query in CATALOGUE]


async def as_owner(one: Alone, statement: str) -> int:
    engine = owner_engine(one.urls.owner, application="test")
    async with engine.begin() as connection:
        changed = (await connection.execute(text(statement))).rowcount
    await engine.dispose()
    return changed


@pytest.mark.parametrize("service", ["enrollment", "banking", "claims"])
async def test_all_tables_come_back_as_they_were(service: str, alone: MakeAlone) -> None:
    lived = await LIVES[service](alone)
    before = await catalogue(lived)
    digests = {name: live for name, (live, _) in (await lived.replay()).tables.items()}
    done = await rebuilt(lived)
    assert done.rows == sum(digest.rows for digest in digests.values())
    report = await lived.replay()
    assert report.same
    assert {name: live for name, (live, _) in report.tables.items()} == digests
    assert await catalogue(lived) == before


async def test_under_load_nothing_is_lost_and_a_fault_is_gone(alone: MakeAlone) -> None:
    lived = await LIVES["enrollment"](alone)
    assert await as_owner(lived, "UPDATE workers SET village_code = '53.71.04.1002'") > 1
    assert not (await lived.replay()).same
    office = Office(lived)
    opened: list[UUID] = []
    ended = asyncio.Event()

    async def work(name: str) -> None:
        while not ended.is_set():
            opened.append(await office.open(name=f"{name} {len(opened)}"))
            assert (await office.amend(opened[-1], 7)).is_success

    load = [asyncio.create_task(work(name)) for name in ("one", "two", "three")]
    done = await rebuilt(lived)
    before_it_ended = len(opened)
    await asyncio.sleep(0.3)
    ended.set()
    await asyncio.gather(*load)
    assert 0 < before_it_ended < len(opened)
    assert done.all_paused_s <= done.listening_paused_s < 5
    found = {row["programme_id"] for row in await lived.rows("SELECT programme_id FROM programmes")}
    assert set(opened) <= found
    assert (await lived.replay()).same
