"""One Kafka, Postgres and Redis for the whole test run: real ones, from `tameng.stack`.

Take these fixtures with `pytest_plugins = ["tests.stack"]`. Every test makes databases and a topic
prefix of its own on them; a test that kills a server starts one of its own.
"""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]
import pytest
import pytest_asyncio

from tameng import state
from tameng.keys import Keys
from tameng.stack.local import local_stack
from tameng.stack.parts import Stack
from tameng.supervisor import Supervisor

HURRY = ("fsync = off", "full_page_writes = off", "scram_iterations = 1")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    with state.opened(folder, fresh=True, say=print) as held:
        async with (
            Supervisor(say=print) as supervisor,
            local_stack(
                state=held, keys=Keys(folder / "keys"), supervisor=supervisor, say=print
            ) as started,
        ):
            if started.postgres.origin != "address":
                await _hurry(started.postgres.address)
            yield started


async def _hurry(superuser_url: str) -> None:
    """Let this Postgres forget what it has committed if the machine dies, which no test lets
    happen: a killed service or server loses nothing. And let logins cost little.
    """
    server = await asyncpg.connect(superuser_url)
    try:
        for setting in HURRY:
            await server.execute(f"ALTER SYSTEM SET {setting}")
        await server.execute("SELECT pg_reload_conf()")
        await server.execute("SET scram_iterations = 1")
        address = urlsplit(superuser_url)
        await server.execute(f"ALTER ROLE {address.username} PASSWORD '{address.password}'")
    finally:
        await server.close()


@pytest.fixture(scope="session")
def kafka_address(stack: Stack) -> str:
    """host:port"""
    return stack.kafka.address


@pytest.fixture(scope="session")
def postgres_superuser_url(stack: Stack) -> str:
    """postgresql://superuser:password@host:port/postgres"""
    return stack.postgres.address


@pytest.fixture(scope="session")
def redis_url(stack: Stack) -> str:
    """redis://:password@host:port/0"""
    return stack.redis.address
