"""Everything on one machine: the stack, the databases, the rail and the four services."""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter

from chassis import clock
from chassis.bus.brokers import Brokers
from chassis.bus.topics import Topics
from chassis.clock import real_now
from tameng import environment, steps, tokens
from tameng import state as state_folder
from tameng.environment import RAIL, SERVICES, Surroundings
from tameng.keys import Keys
from tameng.ports import LOCALHOST
from tameng.problems import Problem
from tameng.provision.bus import open_bus
from tameng.stack import databases, sockets
from tameng.stack.local import local_stack
from tameng.stack.parts import ADMIN, Stack
from tameng.state import KEYS_FOLDER, Say, StateFolder
from tameng.steps import Step
from tameng.supervisor import Program, Supervisor

RUNNING_FILE = "running.json"
CLOCK_FILE = "clock"
KEPT_PRIVATE = 0o600
PROGRAMME_AREA = "53"
PROGRAM_ROLES = {"banking": "bank", "claims": "branch"}
PROGRAM_TOKEN_LIFETIME = timedelta(days=365)
STOP_TIMEOUT_S = 30.0
RAIL_VARIABLE = "TAMENG_RAIL"
"""In the environment: the address of another rail than the simulator. It signs with the secret in
`keys/rail.secret` of the state folder, as docs/banking/rail.md says."""
Prepare = Callable[[Surroundings], Awaitable[None]]

TRACES_VARIABLE = "TAMENG_TRACES"
"""In the environment: where traces go, `http://collector:4318/v1/traces` or an existing folder."""


@dataclass(frozen=True, kw_only=True)
class Described:
    """What another command must know of a machine that runs."""

    pid: int
    """Of the tameng that holds the state folder."""
    urls: dict[str, str]
    """Of each service and the rail."""
    environments: dict[str, dict[str, str]]
    """Of each service, passwords included."""
    origins: dict[str, str]
    """Where Kafka, Postgres and Redis came from."""
    kafka: Brokers
    """As its administrator is let in."""
    topic_prefix: str
    clock_file: str | None
    """Of the simulated clock that the services follow; None on real time."""
    keys_folder: str
    kept: dict[str, str]
    """What it keeps beside its databases: where, by the name it has in a state folder."""

    @property
    def keys(self) -> Keys:
        """Its keys and passwords, the operators' among them."""
        return Keys(Path(self.keys_folder))


_DESCRIBED = TypeAdapter(Described)


@dataclass(frozen=True, kw_only=True)
class Running:
    """A machine that is up."""

    described: Described
    stack: Stack
    keys: Keys
    supervisor: Supervisor

    @property
    def urls(self) -> dict[str, str]:
        """The address of each service and of the rail."""
        return self.described.urls

    @property
    def pids(self) -> dict[str, int]:
        """The process of each program that is supervised, by its name, as of now."""
        return self.supervisor.pids

    async def failure(self) -> str:
        """Waits until a program has died too often, and answers with the line that says so."""
        return await self.supervisor.failure()


@asynccontextmanager
async def machine(
    *,
    state: Path,
    fresh: bool,
    say: Say,
    begins_at: datetime | None = None,
    services: Sequence[str] = SERVICES,
    prepare: Prepare | None = None,
) -> AsyncIterator[Running]:
    """Start everything, each part ready, and stop it at the end.

    `fresh` forgets what the state folder holds. With `begins_at` the services follow a simulated
    clock, which begins there; a folder that is resumed keeps the clock it had. All services have
    their databases and topics; those in `services` run. `prepare` is called when the databases are
    there and nothing was migrated yet. `say` is told in lines what happens. Raises `Problem`.
    """
    with state_folder.opened(state, fresh=fresh, say=say) as folder:
        keys = Keys(folder.path / KEYS_FOLDER)
        running_file = folder.path / RUNNING_FILE
        running_file.unlink(missing_ok=True)
        clock_file = folder.path / CLOCK_FILE
        if begins_at is not None:
            clock.move(clock_file, begins_at)
        async with (
            Supervisor(say=say) as supervisor,
            local_stack(state=folder, keys=keys, supervisor=supervisor, say=say) as stack,
        ):
            for kind, origin in stack.origins.items():
                say(f"{kind}: {origin}")
            around = _surroundings(folder, keys, stack, clock_file if clock_file.exists() else None)
            if around.rail_url is not None:
                say(f"{RAIL}: {around.rail_url}")
            await _make_ready(around, folder, prepare)
            await _start_services(around, folder, supervisor, services)
            described = describe_surroundings(around)
            _write_private(running_file, _DESCRIBED.dump_json(described, indent=1).decode())
            yield Running(described=described, stack=stack, keys=keys, supervisor=supervisor)


def describe_here(state: Path) -> Described:
    """The machine that runs on a state folder. Raises `Problem` when none does."""
    if state_folder.is_held(state) and (state / RUNNING_FILE).exists():
        return _DESCRIBED.validate_json((state / RUNNING_FILE).read_bytes())
    raise Problem(f"nothing is running in {state}: start it with `tameng up --state {state}`")


def service_command(service: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs a service's own command: serve, migrate, replay, parked."""
    return (sys.executable, "-m", f"services.{service}", *arguments)


def _surroundings(
    folder: StateFolder, keys: Keys, stack: Stack, clock_file: Path | None
) -> Surroundings:
    shared = "address" in stack.origins.values()
    tokens_folder = folder.folder("tokens")
    for service, token in program_tokens(keys).items():
        _write_private(tokens_folder / service, token)
    return Surroundings(
        stack=stack,
        keys=keys,
        ports={name: folder.port(name) for name in (*SERVICES, RAIL)},
        # A server that others use too: our names must not meet theirs, nor an earlier day's.
        prefix=environment.prefix_of(folder.run) if shared else "",
        clock_file=clock_file.absolute() if clock_file else None,
        archive_folder=folder.folder("archive"),
        rail_book_file=folder.folder(RAIL) / "book",
        tokens_folder=tokens_folder,
        blobs_folder=folder.folder("blobs").absolute(),
        rail_url=os.environ.get(RAIL_VARIABLE) or None,
        traces=os.environ.get(TRACES_VARIABLE) or None,
    )


def program_tokens(keys: Keys) -> dict[str, str]:
    """The own tokens of the services that ask others for the keys of persons, by service."""
    return {
        service: tokens.mint(
            key=keys.issuer_key(),
            role=role,
            area=PROGRAMME_AREA,
            name=service,
            now=real_now(),
            lifetime=PROGRAM_TOKEN_LIFETIME,
        )
        for service, role in PROGRAM_ROLES.items()
    }


async def _make_ready(around: Surroundings, folder: StateFolder, prepare: Prepare | None) -> None:
    made = [environment.database(around, service) for service in SERVICES]
    await steps.together(
        databases.create(around.stack.postgres.address, *made),
        open_bus(around.stack.kafka.brokers(ADMIN), Topics(around.prefix)),
    )
    if prepare is not None:
        await prepare(around)
    await steps.together(*(_migrate(around, folder, service) for service in SERVICES))


async def _start_services(
    around: Surroundings, folder: StateFolder, supervisor: Supervisor, services: Sequence[str]
) -> None:
    if around.rail_url is None:
        await supervisor.start(_rail(around, folder))
    await supervisor.start(*(_service(around, folder, service) for service in services))


async def _migrate(around: Surroundings, folder: StateFolder, service: str) -> None:
    await steps.run(
        Step(
            name=f"the migration of {service}",
            argv=service_command(service, "migrate"),
            log_file=folder.log_file(f"{service}-migrate"),
            env=environment.of_service(around, service),
        )
    )


def _service(around: Surroundings, folder: StateFolder, service: str) -> Program:
    return Program(
        name=service,
        argv=service_command(service, "serve"),
        log_file=folder.log_file(service),
        is_ready=_serves(around.ports[service], "/readyz"),
        env=environment.OF_PROCESSES | environment.of_service(around, service),
        stop_timeout_s=STOP_TIMEOUT_S,
    )


def _rail(around: Surroundings, folder: StateFolder) -> Program:
    return Program(
        name=RAIL,
        argv=(sys.executable, "-m", "simulators.rail"),
        log_file=folder.log_file(RAIL),
        is_ready=_serves(around.ports[RAIL], "/livez"),
        env=environment.of_rail(around),
    )


def _serves(port: int, path: str) -> Callable[[], Awaitable[bool]]:
    return partial(sockets.serves_http, host=LOCALHOST, port=port, path=path)


def describe_surroundings(around: Surroundings) -> Described:
    """The machine whose programs have this around them."""
    return Described(
        pid=os.getpid(),
        urls={name: around.url(name) for name in (*SERVICES, RAIL)},
        environments={service: environment.of_service(around, service) for service in SERVICES},
        origins={str(kind): origin for kind, origin in around.stack.origins.items()},
        kafka=around.stack.kafka.brokers(ADMIN),
        topic_prefix=around.prefix,
        clock_file=str(around.clock_file) if around.clock_file else None,
        keys_folder=str(around.keys.folder.absolute()),
        kept={name: str(path.absolute()) for name, path in _kept(around).items()},
    )


def _kept(around: Surroundings) -> dict[str, Path]:
    archive = around.archive_folder
    kept = {
        "archive": archive,
        "archive.checkpoints": archive.with_name(f"{archive.name}.checkpoints"),
        "blobs": around.blobs_folder,
        RAIL: around.rail_book_file.parent,
    }
    return kept | ({CLOCK_FILE: around.clock_file} if around.clock_file else {})


def _write_private(file: Path, text: str) -> None:
    file.touch(mode=KEPT_PRIVATE)
    file.write_text(text)
