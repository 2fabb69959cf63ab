"""The audit service as a process: killed in mid-load, started twice, its command `verify`."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis import archive
from chassis.bus import sender
from chassis.bus.brokers import Brokers
from chassis.bus.topics import Topics
from chassis.state.event_log import SHARDS, LogRow
from tameng.environment import RAIL, SERVICES, Surroundings, of_service
from tameng.keys import Keys
from tameng.ports import free_port
from tameng.provision.bus import open_bus
from tameng.stack.parts import ADMIN, Stack
from tests.archives import bounds, opened, records, written
from tests.databases import MakeDatabase

REPOSITORY = Path(__file__).parents[2]
NOW = datetime(2025, 7, 21, tzinfo=UTC)
PER_SHARD = 1_500
PORTION = 50
BODY = b'{"padding": "' + 485 * b"x" + b'"}'
PREFIX = "killed."
KILLS = 3
GROWTH_BYTES = 200_000
PATIENCE_S = 30.0
NOTHING = {
    "verified": True,
    "events": 0,
    "events_by_topic": {},
    "root": sha256(b"").hexdigest(),
    "finding": None,
}


def row(shard: int, seq: int) -> LogRow:
    number = UUID(int=shard * 10**9 + seq)
    return LogRow(shard, seq, number, "enrollment.thing.v1", "key", NOW, number, number, BODY)


async def pour(brokers: Brokers) -> None:
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
    await open_bus(stack.kafka.brokers(ADMIN), Topics(PREFIX))
    around = Surroundings(
        stack=stack,
        keys=session_keys,
        ports={each: free_port() for each in (*SERVICES, RAIL)},
        prefix=PREFIX,
        clock_file=None,
        archive_folder=tmp_path / "archive",
        rail_book_file=tmp_path / "rail.book",
        tokens_folder=tmp_path,
        blobs_folder=tmp_path / "blobs",
    )
    return {**os.environ, **of_service(around, "audit"), "AUDIT_DATABASE_URL": urls.runtime}


async def run(environment: Mapping[str, str], command: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.audit", command,
        cwd=REPOSITORY, env=environment, stdout=PIPE, stderr=PIPE,
    )  # fmt: skip


@asynccontextmanager
async def serving(environment: Mapping[str, str]) -> AsyncIterator[Process]:
    process = await run(environment, "serve")
    reading = asyncio.create_task(process.communicate())
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await reading


async def verified(environment: Mapping[str, str]) -> tuple[int | None, dict[str, Any]]:
    """What `verify` says, beside a service that may be running."""
    process = await run(environment, "verify")
    told, _ = await process.communicate()
    return process.returncode, json.loads(told)


def size_of(folder: Path) -> int:
    """The bytes in all segments."""
    return sum(segment.stat().st_size for segment in folder.glob("*/*/*.segment"))


async def archive_above(folder: Path, size_bytes: int) -> None:
    """Wait until the archive is larger than this."""
    async with asyncio.timeout(PATIENCE_S):
        while size_of(folder) <= size_bytes:
            await asyncio.sleep(0.01)


async def test_an_archive_survives_kills_in_mid_load(
    stack: Stack, environment: Mapping[str, str]
) -> None:
    folder = Path(environment["AUDIT_ARCHIVE_FOLDER"])
    topic = f"{PREFIX}enrollment.events"
    pouring = asyncio.create_task(pour(stack.kafka.brokers("enrollment")))
    between = "consumer.applied:kill"  # what is archived, and no offset of it committed
    async with serving({**environment, "FAILPOINTS": between}) as process:
        assert await process.wait() == -signal.SIGKILL
    for _ in range(KILLS):
        async with serving(environment) as process:
            await archive_above(folder, size_of(folder) + GROWTH_BYTES)
            process.kill()
    async with serving(environment):
        await pouring
        async with asyncio.timeout(PATIENCE_S):
            while sum(archive.heads(folder, topic).values()) < SHARDS * PER_SHARD:
                await asyncio.sleep(0.2)
    status, told = await verified(environment)
    assert (status, told["verified"], told["finding"]) == (0, True, None)
    assert told["events_by_topic"][topic] == SHARDS * PER_SHARD
    assert told["events_by_topic"].keys() <= {topic, f"{PREFIX}audit.events"}  # its checkpoints


async def test_a_second_process_says_so_in_one_line_and_ends(
    environment: Mapping[str, str],
) -> None:
    folder = Path(environment["AUDIT_ARCHIVE_FOLDER"])
    with opened(folder):
        second = await run(environment, "serve")
        _, told = await second.communicate()
    assert second.returncode == 1
    assert told.decode() == (
        f"audit: another process writes in the archive {folder}: stop it first\n"
    )
    assert await verified(environment) == (0, NOTHING)


async def test_verify_ends_with_1_and_names_the_place(environment: Mapping[str, str]) -> None:
    segment = written(Path(environment["AUDIT_ARCHIVE_FOLDER"]), records(3))
    content = bytearray(segment.read_bytes())
    start, _ = bounds(bytes(content))[1]
    content[start + 25] ^= 4
    segment.write_bytes(content)
    status, told = await verified(environment)
    assert (status, told["verified"], told["root"]) == (1, False, None)
    finding = told["finding"]
    assert (finding["topic"], finding["shard"], finding["seq"]) == ("banking.events", 3, 2)
    assert (finding["file"], finding["byte"]) == (f"banking.events/03/{segment.name}", start)
