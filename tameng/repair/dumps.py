"""A service's database as a file, by Postgres's own programs."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import asyncpg  # type: ignore[import-untyped]

from tameng.problems import Problem
from tameng.stack.postgres import binaries


class Snapshot(NamedTuple):
    """One instant of a database: what is dumped is what it says."""

    name: str
    heads: dict[int, int]
    """Of the log's shards."""
    watermarks: dict[str, dict[int, int]]
    """By topic and shard."""


@asynccontextmanager
async def snapshot(owner_url: str) -> AsyncIterator[Snapshot]:
    """Hold one instant of a database open while it is dumped."""
    connection = await asyncpg.connect(owner_url.replace("postgresql+asyncpg", "postgresql"))
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            heads = dict(await connection.fetch("SELECT shard, seq FROM shard_head ORDER BY shard"))
            marks: dict[str, dict[int, int]] = {}
            for row in await connection.fetch("SELECT topic, shard, seq FROM watermark"):
                marks.setdefault(row["topic"], {})[row["shard"]] = row["seq"]
            name = await connection.fetchval("SELECT pg_export_snapshot()")
            yield Snapshot(name, heads, marks)
    finally:
        await connection.close()


async def dump(owner_url: str, file: Path, *, at: Snapshot, without: Iterable[str]) -> None:
    """Write the database as it was then, without the rows of these tables. Raises: Problem."""
    left_out = [f"--exclude-table-data=public.{table}" for table in without]
    arguments = ("--format=custom", f"--snapshot={at.name}", f"--file={file}", *left_out)
    await _run("pg_dump", owner_url, *arguments)


async def load(owner_url: str, file: Path) -> None:
    """Read a file into a database that is empty, all or nothing. Raises: Problem."""
    arguments = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    await _run("pg_restore", owner_url, *arguments, str(file))


async def _run(program: str, url: str, *arguments: str) -> None:
    """The password goes by the environment, which other users of the machine do not see."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    plain = urlunsplit(("postgresql", f"{parts.username}@{host}", parts.path, "", ""))
    process = await asyncio.create_subprocess_exec(
        str(binaries() / program),
        f"--dbname={plain}",
        *arguments,
        env={**os.environ, "PGPASSWORD": parts.password or ""},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    if process.returncode != 0:
        last = errors.decode(errors="replace").strip().splitlines()[-1:]
        raise Problem(f"{program} of {parts.path.strip('/')} failed: {' '.join(last)}")
