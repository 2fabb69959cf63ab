"""From a backup, or from the archive alone, to a state folder that can be started."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tameng import state as state_folder
from tameng.environment import SERVICES, Surroundings, of_service, run_of
from tameng.machine import machine
from tameng.problems import Problem
from tameng.repair import dumps, folders, readers
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
    databases: Mapping[str, Path] = field(default_factory=dict)
    """The dump of each service; of one without a dump every table comes from the archive."""

    @property
    def prefix(self) -> str:
        """Of the names of topics, databases and roles, as the archive has it. Raises: Problem."""
        archive = self.beside[ARCHIVE]
        for topic in sorted(archive.glob(f"*{SERVICES[0]}.events")):
            return topic.name.removesuffix(f"{SERVICES[0]}.events")
        raise Problem(f"{archive} is no archive: name the folder that holds the topics")


def of_backup(folder: Path, *, keys: Path) -> Sources:
    """A backup and the keys. Raises: Problem, unless both are whole."""
    folders.check_apart(folder, keys)
    folders.checked(folder, kind=folders.DATA)
    folders.checked(keys, kind=folders.KEYS)
    beside = {name: folder / name for name in BESIDE}
    dumped = {service: dump_of(folder, service) for service in SERVICES}
    return Sources(beside=beside, keys=keys, databases=dumped)


def of_archive(archive: Path, *, keys: Path, blobs: Path | None) -> Sources:
    """The archive as audit kept it, its checkpoints beside it, and the keys. Raises: Problem."""
    folders.check_apart(archive, keys)
    folders.checked(keys, kind=folders.KEYS)
    beside = {ARCHIVE: archive, f"{ARCHIVE}.checkpoints": Path(f"{archive}.checkpoints")}
    return Sources(beside=beside | ({"blobs": blobs} if blobs else {}), keys=keys)


def lay_out(sources: Sources, state: Path, *, say: Say) -> None:
    """Make a state folder with the files of a backup in it. Raises: Problem."""
    if state.exists() and any(state.iterdir()):
        raise Problem(f"{state} is not empty: name a fresh folder with --state")
    run = run_of(sources.prefix)
    with state_folder.opened(state, fresh=False, say=say) as folder:
        if run is not None:
            folder.go_on_as(run)
        folders.copy(sources.keys / SECRETS, state / KEYS_FOLDER)
        for name, path in sources.beside.items():
            folders.copy(path, state / name)


async def brought_up(sources: Sources, state: Path, *, say: Say) -> dict[str, Any]:
    """Bring every log and table of a fresh state folder as far as its archive goes; what each
    service's own commands told. It is started with `tameng up`. Raises: Problem."""

    async def load(around: Surroundings) -> None:
        if around.prefix != sources.prefix:  # topics are named in watermarks and in what was signed
            raise Problem(
                f"the topics were called {sources.prefix}… and would be {around.prefix}… here: "
                "restore on servers of the same kind, own or shared"
            )
        for service, file in sources.databases.items():
            url = of_service(around, service)[f"{service.upper()}_OWNER_DATABASE_URL"]
            await dumps.load(url, file)

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
    for service, done in told.items():
        topic = f"{sources.prefix}{service}.events"
        await readers.check(environments, service, done["heads"], topic=topic)
    for service in PERSONAL:
        file = str(wrapped_of(sources.keys, service))
        done = await asked(environments, service, "keys", "restore", file)
        say(
            f"{service}: {done['restored']:,} keys of persons restored, {done['withheld']:,} "
            f"withheld, for they were erased; made at {done['made_at']}"
        )
        told[service]["keys"] = done
    return told
