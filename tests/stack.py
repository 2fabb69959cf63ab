"""One Kafka, Postgres and Redis for the whole test run: real ones, from `tameng.stack`.

Take these fixtures with `pytest_plugins = ["tests.stack"]`. Every test makes databases and a topic
prefix of its own on them; a test that kills a server starts one of its own.

The first of pytest's processes to need them starts them, and stops them when the others have
ended: each holds the file `in-use` until then.
"""

import asyncio
import fcntl
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]
import pytest
import pytest_asyncio
from pydantic import TypeAdapter

from chassis.bus.brokers import Brokers
from tameng import state
from tameng.keys import Keys
from tameng.stack.local import local_stack
from tameng.stack.parts import ADMIN, Stack
from tameng.supervisor import Supervisor

_STACK = TypeAdapter(Stack)
MEMORY = Path("/dev/shm")
MEMORY_BYTES_MIN = 4 * 1024**3
HURRY = ("fsync = off", "full_page_writes = off", "scram_iterations = 1")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What pytest's processes share in this run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session", autouse=True)
def in_use(run_folder: Path) -> Iterator[TextIO]:
    """Held from the first test of each process to its last: the servers may be needed."""
    with (run_folder / "in-use").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        yield held


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(run_folder: Path, in_use: TextIO) -> AsyncIterator[Stack]:
    told = run_folder / "stack.json"
    async with AsyncExitStack() as ours:
        with locked(run_folder / "starting"):
            if not told.exists():
                folder = ours.enter_context(_fast_folder(run_folder))
                started = await ours.enter_async_context(_started(folder))
                told.write_bytes(_STACK.dump_json(started))
                # Runs before they are stopped: not before every other process has ended.
                ours.push_async_callback(asyncio.to_thread, fcntl.flock, in_use, fcntl.LOCK_EX)
        yield _STACK.validate_json(told.read_bytes())


@contextmanager
def _fast_folder(run_folder: Path) -> Iterator[Path]:
    """Where the servers keep their files: in memory, when there is room. A database is 300 files,
    and every test makes one or two."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES_MIN:
        with TemporaryDirectory(prefix="tameng-tests-", dir=MEMORY) as folder:
            Path(folder).chmod(0o755)  # Postgres runs as somebody else
            yield Path(folder) / "stack"
    else:
        yield run_folder / "stack"


@asynccontextmanager
async def _started(folder: Path) -> AsyncIterator[Stack]:
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


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the lock of a file; wait for whoever does, in whichever process."""
    with file.open("w") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield


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
def kafka_admin(stack: Stack) -> Brokers:
    """Kafka, as its administrator is let in."""
    return stack.kafka.brokers(ADMIN)


@pytest.fixture(scope="session")
def postgres_superuser_url(stack: Stack) -> str:
    """postgresql://superuser:password@host:port/postgres"""
    return stack.postgres.address


@pytest.fixture(scope="session")
def redis_url(stack: Stack) -> str:
    """redis://:password@host:port/0"""
    return stack.redis.address
