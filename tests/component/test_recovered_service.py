"""A recovered service: what no event holds is lost, and nothing is done twice."""

from collections.abc import AsyncIterator, Mapping, Sequence

from sqlalchemy import text

from chassis.bus import wire
from chassis.bus.admission import Record, Stream
from chassis.recovery.again import OnceOnly
from chassis.recovery.own_log import bring_forward
from chassis.state.database import owner_engine
from chassis.state.event_log import LogRow
from chassis.state.unit import EVERYWHERE, Units
from contracts.enrollment import RosterProcessed, WorkerEnrolled
from tests.alone import Alone, key
from tests.component.enrollment_office import PROGRAMME, Office, office
from tests.databases import Templates
from tests.rosters import rows

__all__ = ["office"]
ROWS = 40


class Sent:
    """What was sent of a log, as it would come from its topic."""

    def __init__(self, topic: str, log: Sequence[LogRow]) -> None:
        self.sent = [_record(topic, row) for row in log]

    async def records(self, after: Mapping[Stream, int]) -> AsyncIterator[list[Record]]:
        yield [record for record in self.sent if record.seq > after[record.stream]]


def _record(topic: str, row: LogRow) -> Record:
    headers = tuple(wire.headers(row, source="enrollment"))
    stream = Stream(topic, row.shard)
    return Record(stream, row.seq, row.body, row.event_id, row.type, row.key, headers)


async def log_of(one: Alone) -> list[LogRow]:
    columns = ", ".join(LogRow._fields)
    found = await one.rows(f"SELECT {columns} FROM event_log ORDER BY shard, seq")
    return [LogRow(**row) for row in found]


async def forget(one: Alone, table: str) -> None:
    async with one.units.bulk(area=EVERYWHERE) as unit:
        await unit.session.execute(text(f"DELETE FROM {table}"))


async def test_a_request_whose_answer_was_lost_is_not_done_again(office: Office) -> None:
    headers = key("once")
    first = await office.province.post("/programmes", json=PROGRAMME, headers=headers)
    assert first.status_code == 201
    before = await log_of(office.alone)
    await forget(office.alone, "idempotency_key")
    again = await office.province.post("/programmes", json=PROGRAMME, headers=headers)
    assert (again.status_code, again.json()["slug"]) == (409, "done-before")
    assert await log_of(office.alone) == before


async def test_rows_that_are_members_by_the_log_are_not_taken_in_again(
    office: Office, templates: Templates
) -> None:
    """The backup was taken while the roster waited for its turn. Of what came then the end was
    never sent: some of the members, and that the roster was done."""
    one = office.alone
    programme_id = await office.open()
    roster = await office.validated(programme_id, rows(1, ROWS))
    assert (await office.approve(roster["roster_id"])).is_success
    await one.units.engine.dispose()
    kept = await templates.keep(one.urls.database, "enrollment")
    await one.work("rosters")
    log = await log_of(one)
    sent = [row for row in log if row.type != RosterProcessed.type and not _unsent(row, log)]
    await one.units.engine.dispose()
    await templates.restore(one.urls.database, "enrollment", kept=kept)
    templates.end(kept)
    engine = owner_engine(one.urls.owner, application="recover")
    units = Units(engine, one.units.projections, one.units.clock, makes=OnceOnly)
    topic = one.running.topics.of("enrollment")
    brought = await bring_forward(units, topic=topic, source=Sent(topic, sent))
    await engine.dispose()
    assert 0 < brought < ROWS
    await one.work("rosters")
    members = await one.recorded(WorkerEnrolled)
    assert len({each.worker_id for each in members}) == len(members) == ROWS
    (processed,) = await one.recorded(RosterProcessed)
    assert processed.enrolled == ROWS
    kept_rows = {row.event_id: row for row in sent}
    assert {r.event_id: r for r in await log_of(one) if r.event_id in kept_rows} == kept_rows
    assert (await one.replay()).same


def _unsent(row: LogRow, log: Sequence[LogRow]) -> bool:
    """The last member of each shard."""
    last = max(each.seq for each in log if each.shard == row.shard)
    return row.seq == last and row.type == WorkerEnrolled.type
