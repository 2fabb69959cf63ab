"""Bytes that the events of a machine take, by where they are kept."""

from pathlib import Path

import asyncpg  # type: ignore[import-untyped]

from tameng.machine import Described

DRIVER = "+asyncpg"
_SIZES = (
    "SELECT pg_total_relation_size('event_log') AS log, pg_database_size(current_database()) AS db"
)


async def bytes_kept(machine: Described, state: Path) -> dict[str, int]:
    """Of the logs, of all databases with the logs, of the archive, of Kafka, of the scans."""
    logs = databases = 0
    for service, environment in machine.environments.items():
        url = environment[f"{service.upper()}_OWNER_DATABASE_URL"].replace(DRIVER, "")
        owner = await asyncpg.connect(url)
        try:
            row = await owner.fetchrow(_SIZES)
        finally:
            await owner.close()
        logs, databases = logs + row["log"], databases + row["db"]
    return {
        "log bytes per worker": logs,
        "database bytes per worker": databases,
        **{
            f"{name} bytes per worker": _in_folder(folder)
            for name, folder in _folders(state).items()
        },
    }


def _folders(state: Path) -> dict[str, Path]:
    return {name: state / name for name in ("archive", "kafka", "blobs")}


def _in_folder(folder: Path) -> int:
    """Blocks that its files take: a file that is preallocated takes no more than it holds."""
    return sum(each.stat().st_blocks * 512 for each in folder.rglob("*") if each.is_file())
