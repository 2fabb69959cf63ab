"""One transaction of a service on a real Postgres: its numbers, its savepoints, its connections."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text

from chassis import failpoints
from chassis.bus.admission import Record, Stream
from chassis.bus.handlers import Handlers
from chassis.bus.store import Database
from chassis.faults import is_passing
from chassis.state.event_log import BODY_BYTES_MAX, EventTooLarge, shard_of
from chassis.state.projections import Projections
from chassis.state.tables import RowsMissing, update_rows
from chassis.state.unit import EVERYWHERE, Closed, Unit, Units
from contracts.banking import AccountOpened
from contracts.enrollment import RosterProcessed, WorkerEnrolled
from contracts.types import AccountId, ProgrammeId, RosterId
from services.enrollment.models import Worker
from tests.alone import Alone, MakeAlone
from tests.integration.test_poison import enrolled

AT = datetime(2025, 7, 21, tzinfo=UTC)
NOBODY = UUID(int=0)


@pytest.fixture
async def enrollment(alone: MakeAlone) -> Alone:
    return await alone("enrollment")


@pytest.fixture
def units(enrollment: Alone) -> Units:
    return enrollment.units


async def enroll(units: Units, *numbers: int) -> None:
    async with units.bulk(area=EVERYWHERE) as unit:
        await unit.record(map(enrolled, numbers))


async def test_numbers_are_dense_in_every_shard_whatever_rolls_back(
    enrollment: Alone, units: Units
) -> None:
    async def batch(first: int, *, fails: bool, bulk: bool) -> None:
        async with units.bulk(area=EVERYWHERE) if bulk else units.single(area=EVERYWHERE) as unit:
            await unit.record(map(enrolled, range(first, first + 20)))
            if fails:
                raise ArithmeticError

    tries = [batch(i * 20, fails=i % 3 == 0, bulk=i % 2 == 0) for i in range(24)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, ArithmeticError) for result in results) == 8
    assert sum(result is None for result in results) == 16
    rows = await enrollment.rows(
        "SELECT shard, min(seq) AS low, max(seq) AS high, count(*) AS n FROM event_log GROUP BY 1"
    )
    assert sum(row["n"] for row in rows) == 320
    assert all((row["low"], row["high"]) == (1, row["n"]) for row in rows)
    heads = await enrollment.rows("SELECT shard, seq FROM shard_head WHERE seq > 0")
    assert {r["shard"]: r["seq"] for r in heads} == {r["shard"]: r["n"] for r in rows}
    logged = await enrollment.rows("SELECT shard, key FROM event_log")
    assert all(shard_of(row["key"]) == row["shard"] for row in logged)


async def test_the_order_of_numbers_is_the_order_of_commits(
    enrollment: Alone, units: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that began first and records last has the higher number."""
    order: list[int] = []

    async def slow() -> None:
        async with units.single(area=EVERYWHERE) as unit:
            await unit.record([enrolled(1)])
            await quick()
            order.append(1)

    async def quick() -> None:
        async with units.single(area=EVERYWHERE) as unit:
            await unit.record([enrolled(2).model_copy(update={"worker_id": UUID(int=1)})])
        order.append(2)

    monkeypatch.setattr(units, "projections", nothing(WorkerEnrolled))
    await slow()
    rows = await enrollment.rows("SELECT event_id FROM event_log ORDER BY seq")
    assert [row["event_id"].int for row in rows] == order == [2, 1]


def nothing(*event_types: type) -> Projections:
    projections = Projections()
    projections.changes_nothing(*event_types)
    return projections


async def test_a_savepoint_takes_back_the_events_recorded_in_it(
    enrollment: Alone, units: Units
) -> None:
    async with units.bulk(area=EVERYWHERE) as unit:
        await unit.record([enrolled(1)])
        with suppress(ArithmeticError):
            async with unit.savepoint():
                await unit.record([enrolled(2)])
                async with unit.savepoint():
                    await unit.record([enrolled(3)])
                raise ArithmeticError
        async with unit.savepoint():
            await unit.record([enrolled(4)])
    for table, column in (("event_log", "event_id"), ("workers", "worker_id")):
        rows = await enrollment.rows(f"SELECT {column} AS found FROM {table} ORDER BY 1")
        assert [row["found"].int for row in rows] == [1, 4]


async def test_an_event_is_logged_once_and_what_came_with_it_is_undone(
    enrollment: Alone, units: Units
) -> None:
    await enroll(units, 1)
    with pytest.raises(Exception, match="event_log_event_id_key"):
        async with units.bulk(area=EVERYWHERE) as unit:
            await unit.record([enrolled(2), enrolled(1).model_copy(update={"worker_id": NOBODY})])
    assert len(await enrollment.rows("SELECT 1 FROM workers")) == 1


async def test_an_update_that_misses_a_row_is_an_error(units: Units) -> None:
    await enroll(units, 1, 2)
    rows = [{"worker_id": UUID(int=n), "account_id": NOBODY} for n in (1, 2, 3)]
    async with units.bulk(area=EVERYWHERE) as unit:
        with pytest.raises(RowsMissing, match="workers: 2 of 3"):
            async with unit.savepoint():
                await update_rows(unit.session, Worker, rows, keys=("worker_id",))
        await update_rows(unit.session, Worker, rows[:2], keys=("worker_id",))


async def test_the_runtime_role_cannot_change_its_log(units: Units) -> None:
    await enroll(units, 1)
    for statement in (
        "UPDATE event_log SET seq = 9",
        "DELETE FROM event_log",
        "TRUNCATE event_log",
    ):
        with pytest.raises(Exception, match="permission denied"):
            async with units.bulk(area=EVERYWHERE) as unit:
                await unit.session.execute(text(statement))


async def test_over_a_few_rows_the_plan_that_is_kept_is_one_for_many(units: Units) -> None:
    """Planned while the table is empty, and still right when it has grown."""
    ten = "array_fill(CAST('a' AS text), ARRAY[10])"
    asked = f"unnest({ten}, {ten}) AS asked(principal, key)"
    question = text(f"EXPLAIN SELECT FROM idempotency_key JOIN {asked} USING (principal, key)")
    async with units.single(area=EVERYWHERE) as unit:
        plan = (await unit.session.scalars(question)).all()
    assert any("Index" in line for line in plan), plan
    assert not any("Seq Scan" in line for line in plan), plan


async def test_a_closed_service_decides_nothing(enrollment: Alone, units: Units) -> None:
    units.close("its database was set back")
    with pytest.raises(Closed, match="set back"):
        await enroll(units, 1)
    assert await enrollment.rows("SELECT 1 FROM event_log") == []


async def test_a_thousand_cancelled_transactions_leave_no_connection(
    enrollment: Alone, units: Units
) -> None:
    """Cancelled wherever they are: waiting for a connection, in a statement, in the commit."""
    started = asyncio.Event()

    async def work(number: int) -> None:
        started.set()
        async with units.single(area=EVERYWHERE) as unit:
            await unit.record([enrolled(number)])
            await unit.session.execute(text("SELECT pg_sleep(0.002)"))

    for first in range(0, 1_000, 50):
        tasks = [asyncio.create_task(work(number)) for number in range(first, first + 50)]
        await started.wait()
        for turn, task in enumerate(tasks):
            if turn % 5 == 0:
                await asyncio.sleep(0.001)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert units.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    async with asyncio.timeout(10):  # a backend needs a moment to see that its client is gone
        while stuck := await enrollment.rows(
            "SELECT state, count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND state <> 'idle' GROUP BY 1"
        ):
            await asyncio.sleep(0.05)
    assert not stuck
    await enroll(units, 5_000)
    rows = await enrollment.rows(
        "SELECT max(seq) = count(*) AS dense FROM event_log GROUP BY shard"
    )
    assert all(row["dense"] for row in rows)


@pytest.fixture
def connection_lost_at(enrollment: Alone, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """From now on the service's backends are terminated whenever this failpoint is reached."""

    async def terminate() -> None:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        await enrollment.rows(
            f"{others} WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await asyncio.sleep(0.05)  # for the news to reach the client's socket

    return lambda name: monkeypatch.setitem(failpoints.ARMED, name, terminate)


@pytest.mark.parametrize("name", ["log.numbered", "unit.logged"])
async def test_a_connection_lost_in_the_last_steps_is_a_fault_that_passes(
    enrollment: Alone, units: Units, connection_lost_at: Callable[[str], None], name: str
) -> None:
    connection_lost_at(name)
    with pytest.raises(Exception) as lost:  # noqa: PT011 (whichever the driver raises there)
        await enroll(units, 1)
    assert is_passing(lost.value)
    failpoints.ARMED.clear()
    assert await enrollment.rows("SELECT 1 FROM event_log") == []
    await enroll(units, 1)


async def test_an_event_that_no_record_can_carry_parks_what_led_to_it(
    enrollment: Alone, units: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "projections", nothing(RosterProcessed))
    handlers = Handlers(Projections())

    @handlers.on(AccountOpened)
    async def on_account_opened(unit: Unit, opened: Sequence[AccountOpened]) -> None:
        for event in opened:
            size = BODY_BYTES_MAX if event.holder_id.int == 3 else 1
            await unit.record([processed(event, refused={"x" * size: 1})])

    with pytest.raises(EventTooLarge):
        async with units.bulk(area=EVERYWHERE) as unit:
            await unit.record([processed(opened(1), refused={"x" * BODY_BYTES_MAX: 1})])
    admission = await Database(units, handlers).apply([record(opened(n)) for n in range(1, 8)])
    assert (len(admission.applied), admission.parked, admission.gaps) == (7, 1, {})
    parked = await enrollment.rows("SELECT key, reason FROM parked")
    assert parked == [{"key": str(UUID(int=3)), "reason": "EventTooLarge"}]
    assert len(await enrollment.recorded(RosterProcessed)) == 6


def opened(number: int) -> AccountOpened:
    return AccountOpened(
        event_id=UUID(int=number), occurred_at=AT, causation_id=NOBODY, correlation_id=NOBODY,
        holder_id=UUID(int=number), holder="member", account_id=AccountId(UUID(int=number)),
    )  # fmt: skip


_NUMBERS: dict[int, int] = {}


def record(event: AccountOpened) -> Record:
    shard = shard_of(event.key)
    _NUMBERS[shard] = _NUMBERS.get(shard, 0) + 1
    body = event.model_dump_json().encode()
    return Record(
        Stream("banking.events", shard), _NUMBERS[shard], body, event.event_id, event.type,
        event.key,
    )  # fmt: skip


def processed(cause: AccountOpened, *, refused: dict[str, int]) -> RosterProcessed:
    return RosterProcessed(
        **cause.cause.stamp("process", at=AT), roster_id=RosterId(cause.holder_id),
        programme_id=ProgrammeId(NOBODY), enrolled=0, refused=refused,
    )  # fmt: skip
