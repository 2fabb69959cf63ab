"""Back up a machine that runs: the data in one folder, the keys in another."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chassis import archive
from chassis.clock import real_now
from chassis.key_backup.tables import PersonalKeys
from services.banking.commands import PERSONAL as BANKING_KEYS
from services.claims.commands import PERSONAL as CLAIMS_KEYS
from services.enrollment.operations.keys import PERSONAL as ENROLLMENT_KEYS
from tameng.environment import RAIL, SERVICES
from tameng.machine import CLOCK_FILE
from tameng.problems import Problem
from tameng.repair import dumps, folders
from tameng.repair.asking import asked
from tameng.repair.dumps import Snapshot
from tameng.state import Say
from tameng.where import describe

PERSONAL: Mapping[str, PersonalKeys] = {
    "enrollment": ENROLLMENT_KEYS,
    "banking": BANKING_KEYS,
    "claims": CLAIMS_KEYS,
}
BESIDE = ("archive", "archive.checkpoints", "blobs", CLOCK_FILE, RAIL)
"""What is backed up as it lies in a state folder."""
SECRETS, WRAPPED = "secrets", "wrapped"
ARCHIVE_PATIENCE_S = 60.0
POLL_S = 0.2


def dump_of(folder: Path, service: str) -> Path:
    """Where a service's database lies in a backup."""
    return folder / "databases" / f"{service}.dump"


def wrapped_of(folder: Path, service: str) -> Path:
    """Where a service's keys lie in a backup of keys."""
    return folder / WRAPPED / f"{service}.keys"


async def back_up_data(state: Path, folder: Path, *, say: Say) -> dict[str, Any]:
    """Write everything but the keys into a fresh folder, while all goes on; its manifest.

    The archive is copied last, when it holds all that the databases had applied: what one of them
    heard and another had not written yet comes back from it. Raises: Problem.
    """
    machine, began = describe(state), real_now()
    folders.made(folder, folders.DATA)
    dump_of(folder, "").parent.mkdir()
    taken: dict[str, Snapshot] = {}
    for service in SERVICES:
        url = machine.environments[service][f"{service.upper()}_OWNER_DATABASE_URL"]
        async with dumps.snapshot(url) as at:
            without = PERSONAL[service].tables if service in PERSONAL else ()
            await dumps.dump(url, dump_of(folder, service), at=at, without=without)
            taken[service] = at
        say(f"{service}: {sum(at.heads.values()):,} events, {_size(dump_of(folder, service))}")
    await _archive_holds(Path(machine.kept["archive"]), taken)
    for name, kept in machine.kept.items():
        await asyncio.to_thread(folders.copy, Path(kept), folder / name)
    told = {
        "began_at": began.isoformat(),
        "made_at": real_now().isoformat(),
        "heads": {service: at.heads for service, at in taken.items()},
    }
    return await asyncio.to_thread(folders.seal, folder, kind=folders.DATA, told=told)


async def back_up_keys(state: Path, folder: Path, *, say: Say) -> dict[str, Any]:
    """Write the keys of persons, wrapped, and the secrets of this machine into a fresh folder; its
    manifest. Raises: Problem."""
    machine = describe(state)
    folders.made(folder, folders.KEYS)
    (folder / WRAPPED).mkdir(mode=0o700)
    destroyed: set[str] = set()
    for service in PERSONAL:
        file = wrapped_of(folder, service)
        told = await asked(machine.environments, service, "keys", "backup", str(file))
        destroyed.add(told["destroy_after"])
        say(f"{service}: {told['keys']:,} keys of persons")
    await asyncio.to_thread(folders.copy, machine.keys.folder, folder / SECRETS)
    told = {"made_at": real_now().isoformat(), "destroy_after": min(destroyed)}
    return await asyncio.to_thread(folders.seal, folder, kind=folders.KEYS, told=told)


async def _archive_holds(folder: Path, taken: Mapping[str, Snapshot]) -> None:
    """Wait until the archive holds all that these databases had applied of others."""
    gives_up_at = time.monotonic() + ARCHIVE_PATIENCE_S
    while behind := await asyncio.to_thread(lambda: list(_behind(folder, taken))):
        if time.monotonic() > gives_up_at:
            raise Problem(
                f"the archive is behind: {behind[0]}; see whether audit runs (`tameng status`) "
                "and back up again into a fresh folder"
            )
        await asyncio.sleep(POLL_S)


def _behind(folder: Path, taken: Mapping[str, Snapshot]) -> Iterator[str]:
    for service, at in taken.items():
        for topic, marks in at.watermarks.items():
            heads = archive.heads(folder, topic)
            for shard, seq in marks.items():
                if heads.get(shard, 0) < seq:
                    yield f"{service} has applied {topic} {shard} up to {seq}"


def _size(file: Path) -> str:
    return f"{file.stat().st_size / 1_000_000:.1f} MB"
