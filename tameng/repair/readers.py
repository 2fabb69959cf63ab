"""Whether readers know more of a service than its log holds now: then nobody may go on with it."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import NamedTuple

import asyncpg  # type: ignore[import-untyped]

from chassis import archive
from tameng.problems import Problem
from tameng.repair.asking import Environments


class Known(NamedTuple):
    """How far a reader has come in one shard."""

    reader: str
    shard: int
    seq: int


async def check(
    environments: Environments, service: str, heads: Mapping[str, int], *, topic: str
) -> None:
    """Every number that a reader has applied is in the log. Raises: Problem."""
    async for known in _known(environments, topic):
        head = heads[str(known.shard)]
        if known.seq > head:
            raise Problem(
                f"{known.reader} has applied {topic} {known.shard} up to {known.seq}, and the log "
                f"of {service} ends at {head}: its numbers would be used twice. Do not start it: "
                "recover it with --archive, or restore everything from one backup"
            )


async def _known(environments: Environments, topic: str) -> AsyncIterator[Known]:
    for reader, environment in environments.items():
        url = environment[f"{reader.upper()}_OWNER_DATABASE_URL"]
        server = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
        try:
            rows = await server.fetch("SELECT shard, seq FROM watermark WHERE topic = $1", topic)
        finally:
            await server.close()
        for shard, seq in rows:
            yield Known(reader, shard, seq)
    folder = Path(environments["audit"]["AUDIT_ARCHIVE_FOLDER"])
    for shard, seq in archive.heads(folder, topic).items():
        yield Known("audit", shard, seq)
