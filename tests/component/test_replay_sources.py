"""A replay by several at once, from log or archive, of now or then: what differs is named."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.bus import wire
from chassis.bus.admission import Record, Stream
from chassis.state.database import owner_engine
from chassis.state.event_log import LogRow
from chassis.state.projections import Projections
from chassis.state.replay import Asked, Here, Part, ReplayImpossible, Report, Sources, replayed
from chassis.state.replay.archived import ArchivedOthers, ArchivedOwn
from chassis.state.replay.log import Log, LogCheck
from contracts.enrollment import CardDelivered
from tests.alone import Alone, Heard, MakeAlone
from tests.archives import opened
from tests.component.enrollment_office import Office
from tests.component.lives import LIVES

NOW = Asked()
WORKERS = 3
LATER = datetime(2025, 9, 1, tzinfo=UTC)
SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replay%' OR nspname LIKE 'as_of%'"


@dataclass
class Auditor:
    """Replays a service as the command does, in this process; archives it before."""

    lived: Alone
    folder: Path
    owner: AsyncEngine
    projections: Projections = field(default_factory=Projections)

    async def replay(self, asked: Asked = NOW, *, archived: bool = True) -> Report:
        """As asked; with `archived` each row of the log is laid beside the archive."""
        owned = self.lived.running.topics.of(self.lived.service.name)
        replicas = self.lived.service.replicas

        def sources(part: Part) -> Sources:
            if part.source == "archive":
                own = ArchivedOwn(self.folder, owned, self.projections)
                return Sources(
                    self.projections, own, replicas, ArchivedOthers(self.folder, replicas)
                )
            check = LogCheck(self.folder, owned) if archived else None
            log = Log(self.owner, self.projections, check)
            return Sources(self.projections, log, replicas, Heard(self.lived))

        here = Here(self.owner, sources, number=WORKERS)
        return await replayed(self.owner, self.lived.service.tables, here, asked=asked)

    async def archive(self) -> None:
        """Archive what it recorded and heard so far."""
        topic = self.lived.running.topics.of(self.lived.service.name)
        columns = ", ".join(LogRow._fields)
        own = [
            _archived(topic, LogRow(**row), self.lived.service.name)
            for row in await self.lived.rows(f"SELECT {columns} FROM event_log ORDER BY shard, seq")
        ]
        heard = [r._replace(headers=(("ce_type", r.type.encode()),)) for r in self.lived.records]
        with opened(self.folder) as archive:
            held = archive.watermarks()
            archive.append([r for r in (*own, *heard) if r.seq > held.get(r.stream, 0)])

    async def by_hand(self, statement: str) -> None:
        """Change one row as nobody should."""
        async with self.owner.begin() as connection:
            assert (await connection.execute(text(statement))).rowcount == 1


def _archived(topic: str, row: LogRow, source: str) -> Record:
    headers = tuple(wire.headers(row, source=source))
    return Record(
        Stream(topic, row.shard), row.seq, row.body, row.event_id, row.type, row.key, headers
    )


@asynccontextmanager
async def auditor_of(lived: Alone, folder: Path) -> AsyncIterator[Auditor]:
    """Its auditor; with an archive of all that happened so far."""
    owner = owner_engine(lived.urls.owner, application="replay")
    made = Auditor(lived, folder / "archive", owner, lived.service.projections)
    await made.archive()
    yield made
    await owner.dispose()


@pytest.fixture
async def enrollment(alone: MakeAlone, tmp_path: Path) -> AsyncIterator[Auditor]:
    async with auditor_of(await LIVES["enrollment"](alone), tmp_path) as made:
        yield made


async def test_log_and_archive_make_the_same_tables_by_several_at_once(
    enrollment: Auditor,
) -> None:
    alone = await enrollment.lived.replay()
    from_log, from_archive = (
        await enrollment.replay(),
        await enrollment.replay(Asked("archive")),
    )
    assert alone.same
    assert from_log.same
    assert from_archive.same
    assert alone.tables == from_log.tables == from_archive.tables
    assert from_log.log_compared == sum(from_log.cut.own.values()) > 300
    assert await enrollment.lived.rows(SCHEMAS) == []


async def test_what_was_changed_in_table_or_log_is_named(enrollment: Auditor) -> None:
    (card,) = await enrollment.lived.rows("SELECT card_id FROM cards ORDER BY card_id LIMIT 1")
    await enrollment.by_hand(
        f"UPDATE cards SET printed_by = 'nobody' WHERE card_id = '{card['card_id']}'"
    )
    (event,) = await enrollment.lived.rows(
        "SELECT shard, seq FROM event_log WHERE type LIKE '%review-raised%' LIMIT 1"
    )
    place = f"shard = {event['shard']} AND seq = {event['seq']}"
    await enrollment.by_hand(
        "UPDATE event_log SET body = convert_to(replace(convert_from(body, 'utf8'), "
        f"'53.71.04.1001', '53.71.04.1002'), 'utf8') WHERE {place}"
    )
    found = await enrollment.replay()
    assert found.differing == {"event_log": 1, "cards": 1, "reviews": 1}
    of_log, *of_tables = found.differences
    assert of_log.key == f"shard {event['shard']} seq {event['seq']}"
    assert of_log.live is not None
    assert of_log.replayed is not None
    assert {n for n, v in of_log.live.items() if v != of_log.replayed[n]} == {"village_code"}
    assert {each.table for each in of_tables} == {"cards", "reviews"}

    record_alone = await enrollment.replay(Asked("archive"))
    assert record_alone.differing == {"cards": 1}  # the log's change never reached a table

    await enrollment.by_hand(f"DELETE FROM event_log WHERE {place}")
    removed = (await enrollment.replay()).differences[0]
    assert (removed.key, removed.live) == (of_log.key, None)

    await enrollment.by_hand(
        "UPDATE event_log SET body = '{}' WHERE (shard, seq) = "
        "(SELECT shard, seq FROM event_log WHERE type LIKE '%worker-enrolled%' LIMIT 1)"
    )
    with pytest.raises(ReplayImpossible, match=r"event_log, shard \d+, number \d+: .* cannot be"):
        await enrollment.replay(archived=False)


async def test_a_wrong_projection_shows_table_key_and_column(enrollment: Auditor) -> None:
    right = enrollment.projections
    wrong = Projections(right)

    async def forgets_who(session: AsyncSession, events: Sequence[CardDelivered]) -> None:
        await right.apply_run(session, events)
        statement = text(
            "UPDATE cards SET delivered_by = NULL WHERE worker_id = ANY(CAST(:members AS uuid[]))"
        )
        await session.execute(statement, {"members": [e.worker_id for e in events]})

    wrong._by_type[CardDelivered] = forgets_who
    enrollment.projections = wrong
    found = await enrollment.replay()
    (delivered,) = await enrollment.lived.rows(
        "SELECT count(*) FROM cards WHERE delivered_by IS NOT NULL"
    )
    assert found.differing == {"cards": delivered["count"]}
    first = found.differences[0]
    assert first.key.startswith("card_id ")
    assert first.live is not None
    assert first.replayed is not None
    assert [n for n, v in first.live.items() if v != first.replayed[n]] == ["delivered_by"]


async def test_tables_as_of_then_are_those_that_stood_then(enrollment: Auditor) -> None:
    lived = enrollment.lived
    then = lived.clock.now()
    stood = {name: live for name, (live, _) in (await lived.replay()).tables.items()}
    (last,) = await lived.rows(
        "SELECT event_id FROM event_log ORDER BY occurred_at DESC, shard DESC, seq DESC LIMIT 1"
    )
    lived.clock.set(LATER)
    await Office(lived).open(name="Opened later")
    await enrollment.archive()
    assert (await lived.replay()).tables["programmes"][0] != stood["programmes"]

    asked = Asked(against="archive", until=then)
    at_instant = await enrollment.replay(asked)
    assert at_instant.same
    assert {name: made for name, (_, made) in at_instant.tables.items()} == stood

    at_event = await enrollment.replay(Asked(against=None, until_event=last["event_id"], keep=True))
    assert at_event.made == stood
    (kept,) = await lived.rows(SCHEMAS)
    assert kept["nspname"] == at_event.kept


async def test_a_killed_replay_leaves_neither_process_nor_schema(alone: MakeAlone) -> None:
    lived = await alone("enrollment")
    while len(await lived.rows("SELECT DISTINCT shard % 2 FROM event_log")) < 2:
        await Office(lived).open()  # until there is something for each of two workers
    owner = owner_engine(lived.urls.owner, application="test")
    async with owner.begin() as holder:
        await holder.execute(text("LOCK TABLE event_log"))  # so that the workers wait
        command = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.enrollment", "replay", "--processes", "2"),
            env=os.environ | environment(lived),
        )
        while not await _waiting(owner):
            assert command.returncode is None
            await asyncio.sleep(0.1)
        children = psutil.Process(command.pid).children()
        assert len(children) == 2
        command.kill()
        await command.wait()
    _, alive = await asyncio.to_thread(psutil.wait_procs, children, 20)
    assert alive == []
    assert len(await lived.rows(SCHEMAS)) == 1
    assert (await lived.replay()).same
    assert await lived.rows(SCHEMAS) == []
    await owner.dispose()


def environment(lived: Alone) -> dict[str, str]:
    """What its own command needs to run."""
    given = lived.running.settings.model_dump()
    prefix = lived.running.settings.model_config["env_prefix"]
    told = {f"{prefix}{name}".upper(): value for name, value in given.items() if value is not None}
    return {
        name: value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
        for name, value in told.items()
    }


async def _waiting(owner: AsyncEngine) -> bool:
    async with owner.connect() as looking:  # each time anew: a transaction sees the first answer
        waiting = await looking.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                "AND datname = current_database()"
            )
        )
    return bool(waiting >= 2)
