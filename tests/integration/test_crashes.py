"""A real process of enrollment, killed as by kill -9 between steps that must not come apart."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from chassis.bus import partitions
from chassis.bus.topics import create_topics
from chassis.state.unit import EVERYWHERE
from contracts.enrollment import AccountLinked, ProgrammeOpened
from tameng import launcher
from tameng.ports import free_port
from tests.alone import Alone, MakeAlone, key
from tests.integration.strangers import send_raw
from tests.integration.test_poison import Planted, enrolled
from tests.integration.test_set_back import PROGRAMME
from tests.integration.world import until

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL
BACK_WITHIN_S = 25
"""A process that was killed leaves a member in its group: nobody may wait for its session."""
OWNERS = ("enrollment", "banking", "claims")


@dataclass
class Installation:
    """A database and topics, and processes of the service on them, one after the other."""

    alone: Alone
    port: int
    log_file: Path

    @property
    def topic(self) -> str:
        return self.alone.running.topics.of("enrollment")

    @property
    def kafka(self) -> str:
        return str(self.alone.running.settings.kafka)

    def environment(self) -> dict[str, str]:
        settings = dict(self.alone.running.settings) | {"port": self.port}
        given = {name: value for name, value in settings.items() if value is not None}
        return {f"ENROLLMENT_{name.upper()}": _plain(value) for name, value in given.items()}

    @asynccontextmanager
    async def serving(self, failpoints: str = "") -> AsyncIterator[asyncio.subprocess.Process]:
        """A process that fails at these points; killed at the end, if it still runs."""
        command = launcher.command((sys.executable, "-m", "services.enrollment", "serve"))
        added = self.environment() | {"FAILPOINTS": failpoints, "PYTHONPATH": str(ROOT)}
        with self.log_file.open("ab") as log:
            running = await asyncio.create_subprocess_exec(
                *command, env=os.environ | added, stdout=log, stderr=log
            )
        try:
            yield running
        finally:
            if running.returncode is None:
                running.kill()
                await running.wait()

    async def dies(self, failpoints: str) -> None:
        """Start a process that comes to one of these points by itself."""
        async with self.serving(failpoints) as running, asyncio.timeout(BACK_WITHIN_S):
            assert await running.wait() == KILLED, self.log_file.read_text()[-2_000:]

    async def open_programme(self) -> httpx.Response:
        token = self.alone.issuer.bearer(role="province", area="53", name="gov")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}") as client:
            await until(lambda: _is_ready(client), limit_s=BACK_WITHIN_S)
            return await client.post("/programmes", json=PROGRAMME, headers=token | key("opened"))

    async def sent(self) -> int:
        """How many records the topic holds."""
        tails = await partitions.tails(self.kafka, self.topic, source="enrollment")
        return sum(tail.end for tail in tails.values())


def _plain(value: Any) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


@pytest.fixture
async def installation(alone: MakeAlone, tmp_path: Path) -> Installation:
    enrollment = await alone("enrollment")
    running = enrollment.running
    await create_topics(running.settings.kafka, running.topics, owners=OWNERS)
    return Installation(enrollment, free_port(), tmp_path / "enrollment.log")


async def test_what_was_committed_is_published_once_whenever_the_process_dies(
    installation: Installation,
) -> None:
    async with installation.serving("unit.logged:kill") as running:
        with pytest.raises(httpx.TransportError):
            await installation.open_programme()
        assert await running.wait() == KILLED
    assert not await installation.alone.recorded(ProgrammeOpened)

    async with installation.serving("unit.committed:kill relay.read:kill") as running:
        with pytest.raises(httpx.TransportError):
            await installation.open_programme()
        assert await running.wait() == KILLED
    (opened,) = await installation.alone.recorded(ProgrammeOpened)
    assert await installation.sent() == 0
    await installation.dies("relay.read:kill")
    assert await installation.sent() == 0
    await installation.dies("relay.sent:kill")
    assert await installation.sent() == 1

    async with installation.serving():
        answer = await installation.open_programme()
    assert answer.json() == {"programme_id": str(opened.programme_id)}
    assert answer.headers["idempotent-replayed"] == "true"
    assert await installation.alone.recorded(ProgrammeOpened) == [opened]
    assert await installation.sent() == 1


async def test_what_was_heard_is_applied_once_whenever_the_process_dies(
    installation: Installation,
) -> None:
    enrollment = installation.alone
    heard = Planted()
    heard.neighbor(shard=0)
    heard.neighbor(shard=5)
    async with enrollment.units.bulk(area=EVERYWHERE) as unit:
        await unit.record(enrolled(worker_id.int) for worker_id in heard.good)
    topic = enrollment.running.topics.of("banking")
    await send_raw(installation.kafka, topic, heard.records)

    await installation.dies("store.handled:kill")
    assert not await enrollment.recorded(AccountLinked)
    await installation.dies("consumer.applied:kill")
    linked = {event.worker_id for event in await enrollment.recorded(AccountLinked)}
    assert linked & set(heard.good)  # one poll brings one shard or both
    async with installation.serving():
        await until(lambda: _linked(enrollment, len(heard.good)), limit_s=BACK_WITHIN_S)
        answered = await installation.open_programme()
        assert answered.status_code == httpx.codes.CREATED
    assert len(await enrollment.recorded(AccountLinked)) == len(heard.good)


async def _linked(enrollment: Alone, number: int) -> bool:
    return len(await enrollment.recorded(AccountLinked)) >= number
