"""The same bytes of the same three hops through COPY and Kafka, with no logic at all.

Each hop is a process of its own, as the services are: it takes a portion (the first from memory,
the others from Kafka), writes as many of the rows that its service wrote with COPY (the log's, and
those of the tables that the pipeline filled beside it), commits, and sends the same bytes with the
same headers to its topic. `log_only` leaves the other tables out: the log and Kafka alone.
"""

import asyncio
import pickle
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import asyncpg  # type: ignore[import-untyped]
from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]
from sqlalchemy import make_url

from chassis.bus import sender
from chassis.bus.brokers import Brokers
from chassis.bus.topics import Topics, create_topics
from chassis.state.event_log import LogRow
from tameng.machine import Described

PORTION_ROWS = 1_000
POLL_MS = 100
HOPS = (
    (
        "enrollment",
        "enrollment.worker-enrolled.v1",
        ("workers", "memberships", "person_lookup", "subject_key"),
    ),
    ("banking", "banking.account-%", ("accounts", "deferrals")),
    ("enrollment", "enrollment.account-linked.v1", ()),
)
_COLUMNS = ", ".join(LogRow._fields)
_READ = f"SELECT {_COLUMNS} FROM event_log WHERE type LIKE $1 ORDER BY shard, seq"  # noqa: S608


class Hop(NamedTuple):
    """One hop: where it takes from, what it writes, where it sends."""

    number: int
    postgres: str
    kafka: Brokers
    source: str | None
    sink: str
    arriving: int
    rows: Sequence[tuple[object, ...]]
    tables: Mapping[str, Sequence[tuple[object, ...]]]
    """What its service wrote beside the log."""


async def seconds(machine: Described, *, log_only: bool) -> float:
    """From the first row written until the last row of the last hop is in Kafka."""
    hops = await _hops(machine, log_only=log_only)
    with TemporaryDirectory(prefix="tameng-raw-") as folder:
        processes = []
        for hop in reversed(hops):  # readers first
            file = Path(folder) / str(hop.number)
            file.write_bytes(pickle.dumps(hop))  # our own bytes, for our own process
            processes.append(
                await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "benchmarks.raw_limit", str(file),
                    stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                )
            )  # fmt: skip
        for process in processes:
            await _line(process)  # it is connected
        began = time.perf_counter()
        for process in processes:
            assert process.stdin is not None  # noqa: S101  (asked for above)
            process.stdin.write(b"go\n")
        for process in processes:
            await process.wait()
        return time.perf_counter() - began


async def _line(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None  # noqa: S101  (asked for above)
    if not await process.stdout.readline():
        raise RuntimeError("a hop of the raw limit did not start")


async def _hops(machine: Described, *, log_only: bool) -> list[Hop]:
    topics = Topics(f"{machine.topic_prefix}raw-{'log-' if log_only else ''}")
    await create_topics(machine.kafka, topics, owners=[str(n) for n in range(len(HOPS))])
    hops: list[Hop] = []
    for number, (service, pattern, tables) in enumerate(HOPS):
        url = _plain(machine.environments[service][f"{service.upper()}_OWNER_DATABASE_URL"])
        connection = await asyncpg.connect(url)
        rows = [tuple(row) for row in await connection.fetch(_READ, pattern)]
        written = {
            table: [tuple(row) for row in await connection.fetch(f"SELECT * FROM {table}")]  # noqa: S608
            for table in (() if log_only else tables)
        }
        for table in ("event_log", *written):
            await connection.execute(f"DROP TABLE IF EXISTS raw_{number}_{table}")
            await connection.execute(
                f"CREATE TABLE raw_{number}_{table} (LIKE {table} INCLUDING ALL)"
            )
        await connection.close()
        before = hops[-1] if hops else None
        hops.append(
            Hop(
                number=number,
                postgres=url,
                kafka=machine.kafka,
                source=before.sink if before else None,
                sink=topics.of(str(number)),
                arriving=len(before.rows) if before else len(rows),
                rows=rows,
                tables=written,
            )
        )
    return hops


def _plain(url: str) -> str:
    found = make_url(url).set(drivername="postgresql")
    return found.render_as_string(hide_password=False)


async def _run(hop: Hop) -> None:
    connection = await asyncpg.connect(hop.postgres)
    consumer = AIOKafkaConsumer(
        *([hop.source] if hop.source else []),
        **hop.kafka.arguments(),
        auto_offset_reset="earliest",
    )
    async with sender.producing(hop.kafka) as producer:
        await consumer.start()
        sys.stdout.write("connected\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        arrived, written = 0, 0
        while arrived < hop.arriving:
            if hop.source is None:
                arrived = min(hop.arriving, arrived + PORTION_ROWS)
            else:
                got = await consumer.getmany(timeout_ms=POLL_MS, max_records=PORTION_ROWS)
                arrived += sum(map(len, got.values()))
            due = len(hop.rows) * arrived // hop.arriving
            if due > written:
                portion = [LogRow._make(row) for row in hop.rows[written:due]]
                await _write(connection, hop, portion, part=(written, due))
                await sender.send(producer, hop.sink, _by_shard(portion), source="raw")
                written = due
        await consumer.stop()
    await connection.close()


async def _write(
    connection: asyncpg.Connection, hop: Hop, rows: Sequence[LogRow], *, part: tuple[int, int]
) -> None:
    """In one transaction: these log rows, and the same part of each other table."""
    async with connection.transaction():
        await connection.copy_records_to_table(
            f"raw_{hop.number}_event_log",
            records=[(*row, row.occurred_at) for row in rows],
            columns=(*LogRow._fields, "recorded_at"),
        )
        for table, held in hop.tables.items():
            first, last = (len(held) * place // len(hop.rows) for place in part)
            await connection.copy_records_to_table(
                f"raw_{hop.number}_{table}", records=held[first:last]
            )


def _by_shard(rows: Sequence[LogRow]) -> dict[int, list[LogRow]]:
    split: dict[int, list[LogRow]] = {}
    for row in rows:
        split.setdefault(row.shard, []).append(row)
    return split


if __name__ == "__main__":
    asyncio.run(_run(pickle.loads(Path(sys.argv[1]).read_bytes())))  # noqa: S301  (see above)
