"""Opening accounts in bulk: banking alone, with the enrollments of 100,000 workers before it.

The topic of enrollment is filled beforehand with the records that its relay would have written;
then banking is started. Timed is from the first accounts in its database to the last, so that the
start of a process and of its group in Kafka do not count. Meanwhile its own relay sends what it
decided, on the same two cores as Kafka and Postgres.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import psutil
from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.machines import BEGINS_AT, Bench, bench
from chassis.bus.sender import producing, send
from chassis.bus.topics import Topics
from chassis.ids import new_id
from chassis.sealing import new_keys, seal_json
from chassis.state.database import owner_engine
from chassis.state.event_log import LogRow, shard_of
from contracts.enrollment import WorkerEnrolled
from contracts.event import Cause, Event
from contracts.types import ProgrammeId, RosterId, WorkerId
from tameng.environment import OF_PROCESSES
from tameng.machine import service_command

WORKERS = 100_000
SEND_ROWS = 20_000
POLL_S = 0.05
STOP_S = 30
MICROSECONDS = 1_000_000
PERSON = (
    b'{"name":"Marselina Ndun","nik":"5371044107700001","kk":"5371040101850001",'
    b'"born_on":"1985-01-01","mother":"Yuliana Bere","sex":"F","occupation":"penjual ikan",'
    b'"phone":"081200000000","address":"Jalan Frans Seda 1"}'
)
_HEARD = text("SELECT coalesce(sum(seq), 0)::bigint FROM watermark")
_DECIDED = text("SELECT (SELECT count(*) FROM accounts) + (SELECT count(*) FROM deferrals)")


async def accounts_per_s(*, workers: int = WORKERS) -> float:
    """Accounts opened a second by banking, all of them members with both papers."""
    return (await measure(workers=workers))["accounts/s"]


async def measure(*, workers: int = WORKERS) -> dict[str, float]:
    """Open so many; accounts a second, and the CPU that banking used for each, its start left
    out."""
    async with bench(services=()) as running:
        await fill(running, workers)
        async with banking(running) as process:
            return await _watched(running, process, workers=workers)


async def fill(running: Bench, workers: int) -> None:
    """Write the enrollments to the topic as enrollment's relay would."""
    described = running.running.described
    topic = Topics(described.topic_prefix).of("enrollment")
    numbers: dict[int, int] = {}
    async with producing(described.kafka) as producer:
        for portion in _portions(workers):
            rows: dict[int, list[LogRow]] = {}
            for event in portion:
                shard = shard_of(event.key)
                numbers[shard] = numbers.get(shard, 0) + 1
                rows.setdefault(shard, []).append(_row(event, shard, numbers[shard]))
            await send(producer, topic, rows, source="enrollment")


def _portions(workers: int) -> Iterator[list[WorkerEnrolled]]:
    programme_id, roster_id = ProgrammeId(new_id()), RosterId(new_id())
    for first in range(0, workers, SEND_ROWS):
        count = min(SEND_ROWS, workers - first)
        yield [
            _enrolled(first + place, programme_id, roster_id, key=key)
            for place, key in enumerate(new_keys(count))
        ]


def _enrolled(
    number: int, programme_id: ProgrammeId, roster_id: RosterId, *, key: bytes
) -> WorkerEnrolled:
    worker_id = WorkerId(new_id())
    return WorkerEnrolled(
        **Cause(roster_id, roster_id).stamp(f"enroll row {number}", at=BEGINS_AT),
        worker_id=worker_id,
        programme_id=programme_id,
        roster_id=roster_id,
        village_code=f"53.71.{number % 6 + 1:02}.{1000 + number % 50}",
        first_month="2025-07",
        last_month="2025-12",
        reserved=100_800,
        has_ktp=True,
        has_kk=True,
        identity=seal_json(
            PERSON, subject=worker_id, holder="enrollment", kind="worker-identity", version=1,
            key=key,
        ),
    )  # fmt: skip


def _row(event: Event, shard: int, seq: int) -> LogRow:
    return LogRow(
        shard, seq, event.event_id, event.type, event.key, event.occurred_at, event.causation_id,
        event.correlation_id, to_json(event),
    )  # fmt: skip


@asynccontextmanager
async def banking(running: Bench) -> AsyncIterator[psutil.Process]:
    """The service, started now and stopped at the end."""
    environment = running.running.described.environments["banking"]
    started = await asyncio.create_subprocess_exec(
        *service_command("banking", "serve"),
        env={**os.environ, **OF_PROCESSES, **environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=sys.stderr,
    )
    try:
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await started.wait()
        except TimeoutError:
            started.kill()
            await started.wait()


async def _watched(running: Bench, process: psutil.Process, *, workers: int) -> dict[str, float]:
    url = running.running.described.environments["banking"]["BANKING_OWNER_DATABASE_URL"]
    engine = owner_engine(url, application="benchmark")
    try:
        first = await _heard(engine, at_least=1)
        began, cpu_before_s = time.perf_counter(), _cpu_s(process)
        await _heard(engine, at_least=workers)
        took_s, cpu_s = time.perf_counter() - began, _cpu_s(process) - cpu_before_s
        async with engine.connect() as connection:
            decided = await connection.scalar(_DECIDED)
    finally:
        await engine.dispose()
    assert decided == workers, decided  # noqa: S101  (else nothing is measured)
    opened = workers - first
    return {
        "workers": workers,
        "accounts/s": round(opened / took_s),
        "cpu us/account": round(cpu_s / opened * MICROSECONDS),
        "rss MB": round(process.memory_info().rss / 1_000_000),
    }


def _cpu_s(process: psutil.Process) -> float:
    times: Sequence[float] = process.cpu_times()[:2]
    return sum(times)


async def _heard(engine: AsyncEngine, *, at_least: int) -> int:
    """How many enrollments banking has applied, once there are so many."""
    while True:
        async with engine.connect() as connection:
            heard = int(await connection.scalar(_HEARD) or 0)
        if heard >= at_least:
            return heard
        await asyncio.sleep(POLL_S)
