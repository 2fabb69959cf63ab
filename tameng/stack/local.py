"""Kafka, Postgres and Redis for one machine: each by the first way that works."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from tameng import steps
from tameng.keys import Keys
from tameng.problems import Problem
from tameng.stack import addresses, engine, kafka, kafka_users, postgres, redis
from tameng.stack.parts import KINDS, Kind, Origin, Part, Stack
from tameng.state import Say, StateFolder
from tameng.supervisor import Program, Supervisor


@asynccontextmanager
async def local_stack(
    *, state: StateFolder, keys: Keys, supervisor: Supervisor, say: Say
) -> AsyncIterator[Stack]:
    """The three servers, ready. What is embedded runs under the supervisor.

    Each is the address in the environment if one is given, else a container if a Docker engine
    answers and can run it, else embedded. A state folder that is resumed keeps its ways.
    """
    async with AsyncExitStack() as running:
        source = _Source(state=state, keys=keys, supervisor=supervisor, say=say, running=running)
        await source.look_for_docker()
        found = await steps.together(*(source.part(kind) for kind in KINDS))
        try:
            yield Stack(**{part.kind: part for part in found})
        finally:
            # What runs on a container stops before it.
            await supervisor.stop()


class _Source:
    """Where the parts of one state folder come from."""

    def __init__(
        self,
        *,
        state: StateFolder,
        keys: Keys,
        supervisor: Supervisor,
        say: Say,
        running: AsyncExitStack,
    ) -> None:
        self._state = state
        self._keys = keys
        self._supervisor = supervisor
        self._say = say
        self._running = running
        self._has_docker = False

    async def look_for_docker(self) -> None:
        """See whether an engine answers, and clear away what former days left there."""
        self._has_docker = await asyncio.to_thread(engine.has_engine)
        if self._has_docker:
            # Docker's client takes longer to load than most commands to run.
            from tameng.stack import containers  # noqa: PLC0415

            prefix = f"tameng-{self._state.identity}-"
            await asyncio.to_thread(
                containers.remove_volumes, prefix=prefix, besides=f"{prefix}{self._state.run}"
            )

    async def part(self, kind: Kind) -> Part:
        """The part of that kind, ready."""
        former = self._state.origin(kind)
        given = addresses.is_given(kind)
        if former is not None and (former == "address") != given:
            raise Problem(_moved(kind, former))
        part = await self._found(kind, former)
        self._state.remember_origin(kind, part.origin)
        return part

    async def _found(self, kind: Kind, former: Origin | None) -> Part:
        if addresses.is_given(kind):
            return await addresses.part(kind)
        if former != "embedded" and self._has_docker:
            container = await self._container(kind)
            if container is not None:
                return container
        if former == "container":
            raise Problem(_moved(kind, former))
        return await self._embedded(kind)

    async def _container(self, kind: Kind) -> Part | None:
        from tameng.stack import containers  # noqa: PLC0415

        container = containers.part(
            kind,
            port=self._state.port(kind),
            volume=f"tameng-{self._state.identity}-{self._state.run}-{kind}",
            keys=self._keys,
        )
        try:
            return await self._running.enter_async_context(container)
        except containers.BROKEN as error:
            self._say(f"Docker answers, but cannot run {kind} ({error})")
            return None

    async def _embedded(self, kind: Kind) -> Part:
        program, part = await {
            "kafka": self._kafka,
            "postgres": self._postgres,
            "redis": self._redis,
        }[kind]()
        await self._supervisor.start(program)
        return part

    async def _kafka(self) -> tuple[Program, Part]:
        ports = kafka.Ports(self._state.port("kafka"), self._state.port("kafka-controller"))
        users = kafka_users.users(self._keys)
        program = await kafka.program(
            folder=self._state.folder("kafka"),
            log_file=self._state.log_file("kafka"),
            ports=ports,
            users=users,
        )
        return program, kafka.part(ports, users)

    async def _postgres(self) -> tuple[Program, Part]:
        port = self._state.port("postgres")
        program = await postgres.program(
            folder=self._state.folder("postgres"),
            log_file=self._state.log_file("postgres"),
            port=port,
            password_file=self._keys.password_file("postgres"),
        )
        address = postgres.url(port=port, password=self._keys.password("postgres"))
        return program, Part(kind="postgres", origin="embedded", address=address)

    async def _redis(self) -> tuple[Program, Part]:
        port, password = self._state.port("redis"), self._keys.password("redis")
        program = redis.program(
            folder=self._state.folder("redis"),
            log_file=self._state.log_file("redis"),
            port=port,
            password=password,
        )
        address = redis.url(port=port, password=password)
        return program, Part(kind="redis", origin="embedded", address=address)


def _moved(kind: Kind, former: Origin) -> str:
    """A day that was begun on one server cannot go on without it."""
    way_back = {
        "address": f"set {addresses.variable(kind)} as it was",
        "container": "start the Docker engine",
        "embedded": f"unset {addresses.variable(kind)}",
    }[former]
    return (
        f"this state folder's {kind} was {former} so far: {way_back}, "
        "start afresh, or choose another folder with --state"
    )
