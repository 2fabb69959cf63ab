"""A real process of a service, killed as by kill -9 between steps that must not come apart."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx
from pydantic import SecretStr

from chassis.bus import partitions
from chassis.bus.brokers import Brokers
from tameng import launcher
from tameng.demo.day import PROVINCE
from tameng.ports import free_port
from tests.alone import Alone, key
from tests.integration.world import until

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL
BACK_WITHIN_S = 25
"""A process that was killed leaves a member in its group: nobody may wait for its session."""


@dataclass
class Installation:
    """A database and topics, and processes of the service on them, one after the other."""

    alone: Alone
    port: int
    log_file: Path
    code: Path = ROOT
    """The folder that it is run from."""

    @property
    def name(self) -> str:
        return self.alone.service.name

    @property
    def topic(self) -> str:
        return self.alone.running.topics.of(self.name)

    @property
    def kafka(self) -> Brokers:
        """As the service is let in."""
        brokers: Brokers = self.alone.running.settings.brokers()
        return brokers

    def environment(self) -> dict[str, str]:
        settings = dict(self.alone.running.settings) | {"port": self.port}
        given = {name: value for name, value in settings.items() if value is not None}
        return {f"{self.name}_{name}".upper(): _plain(value) for name, value in given.items()}

    @asynccontextmanager
    async def serving(self, failpoints: str = "") -> AsyncIterator[asyncio.subprocess.Process]:
        """A process that fails at these points; killed at the end, if it still runs."""
        with self.log_file.open("ab") as log:
            running = await self._start("serve", out=log, failpoints=failpoints)
        try:
            yield running
        finally:
            if running.returncode is None:
                running.kill()
                await running.wait()

    async def run(self, *command: str) -> tuple[int, str]:
        """How a command of the service ended, and what it said."""
        running = await self._start(*command, out=asyncio.subprocess.PIPE)
        said, _ = await running.communicate()
        assert running.returncode is not None
        return running.returncode, said.decode()

    async def _start(
        self, *words: str, out: IO[bytes] | int, failpoints: str = ""
    ) -> asyncio.subprocess.Process:
        command = launcher.command((sys.executable, "-m", f"services.{self.name}", *words))
        added = self.environment() | {"FAILPOINTS": failpoints, "PYTHONPATH": str(self.code)}
        return await asyncio.create_subprocess_exec(
            *command, cwd=self.code, env=os.environ | added, stdout=out, stderr=out
        )

    async def dies(self, failpoints: str) -> None:
        """Start a process that comes to one of these points by itself."""
        async with self.serving(failpoints) as running, asyncio.timeout(BACK_WITHIN_S):
            assert await running.wait() == KILLED, self.log_file.read_text()[-2_000:]

    async def ready(self, *, limit_s: float = BACK_WITHIN_S) -> None:
        """Wait until the process serves."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}") as client:
            await until(lambda: _is_ready(client), limit_s=limit_s)

    async def post(
        self, path: str, body: dict[str, Any], *, name: str, role: str
    ) -> httpx.Response:
        """Ask the process for a change, when it is ready; `name` is the idempotency key."""
        token = self.alone.issuer.bearer(role=role, area=PROVINCE, name=f"{role} at work")
        await self.ready()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}") as client:
            return await client.post(path, json=body, headers=token | key(name))

    async def sent(self) -> int:
        """How many records the topic holds."""
        tails = await partitions.tails(self.kafka, self.topic, source=self.name)
        return sum(tail.end for tail in tails.values())


async def install(alone: Alone, folder: Path) -> Installation:
    """An installation of a service on the database of this one, and the bus for it."""
    await alone.open_bus()
    return Installation(alone, free_port(), folder / f"{alone.service.name}.log")


def _plain(value: Any) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
