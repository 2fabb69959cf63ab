"""A log that was edited behind the service's back differs from the archive; the row is named."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import log_comparison
from chassis.archive.comparing import Compared, compared
from chassis.bus import wire
from chassis.bus.admission import Record, Stream
from chassis.state import event_log
from chassis.state.database import owner_engine
from chassis.state.event_log import SHARDS
from chassis.state.unit import EVERYWHERE
from tests.alone import Alone, MakeAlone
from tests.archives import opened
from tests.integration.world import NOW, billed

EVENTS = 60
TOPIC, SOURCE = "enrollment.events", "enrollment"


@pytest.fixture
async def enrollment(alone: MakeAlone) -> Alone:
    made = await alone("enrollment")
    await log(made, 1)
    return made


@pytest.fixture
async def owner(enrollment: Alone) -> AsyncIterator[AsyncEngine]:
    engine = owner_engine(enrollment.urls.owner, application="test")
    yield engine
    await engine.dispose()


async def log(enrollment: Alone, first: int) -> None:
    """Sixty events in the log."""
    events = event_log.by_shard(billed(number) for number in range(first, first + EVENTS))
    async with enrollment.units.bulk(area=EVERYWHERE) as unit:
        await event_log.append(unit.session, events, now=NOW)


async def archive_all(owner: AsyncEngine, folder: Path) -> None:
    """What the relay sends and audit keeps."""
    async with owner.connect() as connection:
        rows = await event_log.rows_from(connection, dict.fromkeys(range(SHARDS), 1), rows_max=999)
    with opened(folder) as archive:
        archive.append(
            Record(
                Stream(TOPIC, row.shard), row.seq, row.body, row.event_id, row.type, row.key,
                tuple(wire.headers(row, source=SOURCE)),
            )
            for row in rows
        )  # fmt: skip


async def compare(owner: AsyncEngine, folder: Path) -> list[Compared]:
    async with owner.connect() as connection:
        return await compared(connection, folder, topic=TOPIC, source=SOURCE)


async def test_an_untouched_log_is_the_archive_and_what_is_newer_is_no_difference(
    enrollment: Alone, owner: AsyncEngine, tmp_path: Path
) -> None:
    await archive_all(owner, tmp_path)
    found = await compare(owner, tmp_path)
    assert [each.differs for each in found] == [None] * SHARDS
    assert sum(each.archived for each in found) == EVENTS
    assert all(each.log_sha256 == each.archive_sha256 for each in found)
    await log(enrollment, 1_001)
    told = log_comparison.told(await compare(owner, tmp_path))
    assert (told["same"], told["events"], told["newer"], told["first"]) == (
        True, EVENTS, EVENTS, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        ("UPDATE event_log SET body = replace(convert_from(body, 'UTF8'), '16800', '16801')::bytea",
         "body"),
        ("UPDATE event_log SET key = 'another'", "key, ce_subject"),
        ("UPDATE event_log SET type = 'enrollment.other.v1'", "ce_type"),
        ("UPDATE event_log SET occurred_at = occurred_at + interval '1 microsecond'", "ce_time"),
        ("UPDATE event_log SET causation_id = gen_random_uuid()", "ce_causationid"),
        ("UPDATE event_log SET event_id = gen_random_uuid()", "event id, ce_id, traceparent"),
        ("DELETE FROM event_log", "missing"),
    ],
)  # fmt: skip
async def test_an_edited_row_is_named_by_its_number(
    owner: AsyncEngine, tmp_path: Path, edit: str, what: str
) -> None:
    await archive_all(owner, tmp_path)
    before = await compare(owner, tmp_path)
    shard = max(before, key=lambda each: each.archived).shard
    async with owner.begin() as connection:
        await connection.execute(text("ALTER TABLE event_log DISABLE TRIGGER USER"))
        await connection.execute(text(f"{edit} WHERE shard = {shard} AND seq = 3"))
    told = log_comparison.told(await compare(owner, tmp_path))
    assert not told["same"]
    assert told["first"] == {"shard": shard, "seq": 3, "what": what}
    assert sum(each["differs"] is not None for each in told["shards"]) == 1


async def test_a_log_that_ends_before_the_archive_does_is_named(
    owner: AsyncEngine, tmp_path: Path
) -> None:
    await archive_all(owner, tmp_path)
    async with owner.begin() as connection:
        await connection.execute(text("DELETE FROM event_log WHERE shard = 5 AND seq >= 2"))
    told = log_comparison.told(await compare(owner, tmp_path))
    assert told["first"] == {"shard": 5, "seq": 2, "what": "missing"}
