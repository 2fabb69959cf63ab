"""kill -9 of the audit service while records stream in: the archive ends complete and whole."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from chassis.bus import sender
from chassis.bus.topics import Topics, create_topics
from chassis.state.event_log import SHARDS, LogRow
from tameng.environment import RAIL, SERVICES, Surroundings, of_service
from tameng.keys import Keys
from tameng.ports import free_port
from tameng.stack.parts import Stack
from tests.databases import MakeDatabase

REPOSITORY = Path(__file__).parents[2]
NOW = datetime(2025, 7, 21, tzinfo=UTC)
PER_SHARD = 1_500
PORTION = 50
BODY = b'{"padding": "' + 485 * b"x" + b'"}'
PREFIX = "killed."
KILLS = 3
DONE_WITHIN_S = 90.0


def row(shard: int, seq: int) -> LogRow:
    number = UUID(int=shard * 10**9 + seq)
    return LogRow(shard, seq, number, "enrollment.thing.v1", "key", NOW, number, number, BODY)


async def pour(brokers: str) -> None:
    """Send the records of all shards, a portion at a time."""
    async with sender.producing(brokers) as producer:
        for first in range(1, PER_SHARD + 1, PORTION):
            rows: dict[int, Sequence[LogRow]] = {
                shard: [row(shard, seq) for seq in range(first, first + PORTION)]
                for shard in range(SHARDS)
            }
            topic = Topics(PREFIX).of("enrollment")
            await sender.send(producer, topic, rows, source="enrollment")
            await asyncio.sleep(0.05)


@pytest.fixture
async def environment(
    stack: Stack, session_keys: Keys, service_database: MakeDatabase, tmp_path: Path
) -> Mapping[str, str]:
    urls = await service_database("audit")
    await create_topics(stack.kafka.address, Topics(PREFIX), owners=SERVICES)
    around = Surroundings(
        stack=stack,
        keys=session_keys,
        ports={each: free_port() for each in (*SERVICES, RAIL)},
        prefix=PREFIX,
        clock_file=None,
        archive_folder=tmp_path / "archive",
        rail_book_file=tmp_path / "rail.book",
        banking_token_file=tmp_path / "banking.token",
    )
    return {**os.environ, **of_service(around, "audit"), "AUDIT_DATABASE_URL": urls.runtime}


@asynccontextmanager
async def started(environment: Mapping[str, str]) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.audit", "serve", cwd=REPOSITORY, env=environment,
        stdout=DEVNULL, stderr=DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def archived_bytes(folder: Path, *, above: int) -> int:
    """Wait until the archive is larger than this; answer how large it is."""
    async with asyncio.timeout(DONE_WITHIN_S):
        while (size := sum(each.stat().st_size for each in folder.glob("*/*/*.segment"))) <= above:
            await asyncio.sleep(0.01)
    return size


async def verified(environment: Mapping[str, str]) -> tuple[int | None, dict[str, object]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.audit", "verify", cwd=REPOSITORY, env=environment,
        stdout=PIPE,
    )  # fmt: skip
    told, _ = await process.communicate()
    return process.returncode, json.loads(told)


async def test_an_archive_survives_kills_in_mid_load(
    kafka_address: str, environment: Mapping[str, str]
) -> None:
    folder, size = Path(environment["AUDIT_ARCHIVE_FOLDER"]), 0
    pouring = asyncio.create_task(pour(kafka_address))
    import time
    for _ in range(KILLS):
        t=time.time()
        async with started(environment) as process:
            size = await archived_bytes(folder, above=size + 200_000)
            print('grew after', time.time()-t)
            process.kill()
    async with started(environment):
        await pouring
        async with asyncio.timeout(DONE_WITHIN_S):
            while (await verified(environment))[1]["events"] != SHARDS * PER_SHARD:
                await asyncio.sleep(0.2)
        print('done', time.time()-t)
        status, told = await verified(environment)  # while it runs
    assert (status, told["verified"]) == (0, True)
    assert told["events_by_topic"] == {f"{PREFIX}enrollment.events": SHARDS * PER_SHARD}
