"""From a backup, or from the archive alone, to a state folder that can be started."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chassis.bus.topics import Topics
from tameng import state as state_folder
from tameng.environment import SERVICES, Surroundings, of_service
from tameng.machine import machine
from tameng.problems import Problem
from tameng.repair import dumps, folders
from tameng.repair.asking import asked
from tameng.repair.backup import BESIDE, PERSONAL, SECRETS, dump_of, wrapped_of
from tameng.state import KEYS_FOLDER, Say

ARCHIVE = "archive"


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What a state folder is made of."""

    beside: Mapping[str, Path]
    """By the name that it has in a state folder: the archive, its checkpoints, scans, the clock."""
    keys: Path
    """A backup of keys."""
    databases: Path | None = None
    """The backup with dumps; None: every table comes from the archive."""
    topic_prefix: str | None = None
    """Which the backup's topics had; None: whichever this machine gives."""


def of_backup(folder: Path, *, keys: Path) -> Sources:
    """A backup and the keys. Raises: Problem, unless both are whole."""
    folders.check_apart(folder, keys)
    manifest = folders.checked(folder, kind=folders.DATA)
    folders.checked(keys, kind=folders.KEYS)
    beside = {name: folder / name for name in BESIDE}
    return Sources(
        beside=beside, keys=keys, databases=folder, topic_prefix=manifest["topic_prefix"]
    )


def of_archive(archive: Path, *, keys: Path, blobs: Path | None, clock: Path | None) -> Sources:
    """The archive as audit kept it, its checkpoints beside it, and the keys. Raises: Problem."""
    if not any(archive.glob("*/[0-9][0-9]/*.segment*")):
        raise Problem(f"{archive} is no archive: name the folder that holds the topics")
    folders.check_apart(archive, keys)
    folders.checked(keys, kind=folders.KEYS)
    beside = {ARCHIVE: archive, f"{ARCHIVE}.checkpoints": Path(f"{archive}.checkpoints")}
    given = {"blobs": blobs, "clock": clock}
    return Sources(beside=beside | {n: path for n, path in given.items() if path}, keys=keys)


def lay_out(sources: Sources, state: Path, *, say: Say) -> None:
    """Make a state folder with the files of a backup in it. Raises: Problem."""
    if state.exists() and any(state.iterdir()):
        raise Problem(f"{state} is not empty: name a fresh folder with --state")
    with state_folder.opened(state, fresh=False, say=say):
        folders.copy(sources.keys / SECRETS, state / KEYS_FOLDER)
        for name, path in sources.beside.items():
            folders.copy(path, state / name)


async def brought_up(sources: Sources, state: Path, *, say: Say) -> dict[str, Any]:
    """Bring every log and table of a fresh state folder as far as its archive goes; what each
    service's own commands told. It is started with `tameng up`. Raises: Problem."""

    async def load(around: Surroundings) -> None:
        _check_topics(sources, around)
        if sources.databases is not None:
            for service in SERVICES:
                url = of_service(around, service)[f"{service.upper()}_OWNER_DATABASE_URL"]
                await dumps.load(url, dump_of(sources.databases, service))

    async with machine(state=state, fresh=False, say=say, services=(), prepare=load) as running:
        environments = running.described.environments
        return await _brought_forward(environments, sources, state / ARCHIVE, say=say)


async def _brought_forward(
    environments: Mapping[str, Mapping[str, str]], sources: Sources, archive: Path, *, say: Say
) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for service in SERVICES:
        done = await asked(environments, service, "recover", "--archive", str(archive))
        say(
            f"{service}: {done['brought']:,} events brought back, {done['handled_again']:,} of "
            "others handled again"
        )
        told[service] = done
    for service in PERSONAL:
        file = str(wrapped_of(sources.keys, service))
        done = await asked(environments, service, "keys", "restore", file)
        say(
            f"{service}: {done['restored']:,} keys of persons restored, {done['withheld']:,} "
            f"withheld, for they were erased; made at {done['made_at']}"
        )
        told[service]["keys"] = done
    return told


def _check_topics(sources: Sources, around: Surroundings) -> None:
    """Names of topics are in the archive, in watermarks and in what auditors signed."""
    topic = Topics(around.prefix).of(SERVICES[0])
    given = sources.topic_prefix
    if given not in (None, around.prefix) or not (sources.beside[ARCHIVE] / topic).is_dir():
        raise Problem(
            f"the backup's topics have another prefix than {topic}: restore it where Kafka serves "
            "this machine alone"
        )
