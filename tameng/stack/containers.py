"""Kafka, Postgres and Redis in containers, when a Docker engine runs on this machine.

They listen on 127.0.0.1 only, keep what they hold in named volumes, and are removed with the
program that started them (by itself, or by testcontainers' reaper when it was killed).
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import docker  # type: ignore[import-untyped]
from docker.errors import DockerException  # type: ignore[import-untyped]
from testcontainers.core.container import DockerContainer

from tameng.keys import Keys
from tameng.ports import LOCALHOST
from tameng.stack import addresses, kafka, kafka_users, postgres, redis, sockets
from tameng.stack.parts import Kind, Part

READY_TIMEOUT_S = 60
RESTARTS_MAX = 10
BROKEN = (DockerException, OSError, RuntimeError)
NOT_IN_A_CONTAINER = {"listen_addresses", "unix_socket_directories"}


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to run one part."""

    image: str
    port: int
    folder: str
    env: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str] = ()


@asynccontextmanager
async def part(kind: Kind, *, port: int, volume: str, keys: Keys) -> AsyncIterator[Part]:
    """The part in a container with that host port and that named volume, ready to be used.

    Raises one of `BROKEN` when the engine cannot run it, for one because it cannot get the image.
    """
    container = _container(recipe(kind, port=port, keys=keys), port=port, volume=volume)
    try:
        await asyncio.to_thread(container.start)
        started = _started(kind, port=port, keys=keys)
        await _wait_for(started)
        yield started
    finally:
        await asyncio.to_thread(container.stop)


def remove_volumes(*, prefix: str, besides: str) -> None:
    """Remove the volumes whose names start with one prefix but not with the other."""
    engine = docker.from_env()
    try:
        for volume in engine.volumes.list(filters={"name": prefix}):
            if volume.name.startswith(prefix) and not volume.name.startswith(besides):
                volume.remove()
    finally:
        engine.close()


def _container(recipe: Recipe, *, port: int, volume: str) -> DockerContainer:
    container = DockerContainer(recipe.image).with_envs(**recipe.env)
    # testcontainers' own method publishes on every address of the machine; Docker takes a pair.
    container.ports[f"{recipe.port}/tcp"] = cast("int", (LOCALHOST, port))
    container.with_volume_mapping(volume, recipe.folder, "rw")
    if recipe.command:
        container.with_command(list(recipe.command))
    return container.with_kwargs(
        restart_policy={"Name": "on-failure", "MaximumRetryCount": RESTARTS_MAX}
    )


async def _wait_for(started: Part) -> None:
    async with asyncio.timeout(READY_TIMEOUT_S):
        await sockets.until(partial(addresses.answers, started))


def _started(kind: Kind, *, port: int, keys: Keys) -> Part:
    if kind == "kafka":
        address, access = f"{LOCALHOST}:{port}", kafka_users.users(keys).access
        return Part(kind=kind, origin="container", address=address, access=access)
    url = postgres.url if kind == "postgres" else redis.url
    address = url(port=port, password=keys.password(kind))
    return Part(kind=kind, origin="container", address=address)


def recipe(kind: Kind, *, port: int, keys: Keys) -> Recipe:
    """What runs the part so that it is reached at that port of this machine."""
    if kind == "kafka":
        return _kafka(port, keys)
    password = keys.password(kind)
    return _postgres(password) if kind == "postgres" else _redis(password)


def _kafka(port: int, keys: Keys) -> Recipe:
    settings = kafka.in_image(f"{LOCALHOST}:{port}", keys)
    env = {f"KAFKA_{name.upper().replace('.', '_')}": value for name, value in settings.items()}
    return Recipe(image="apache/kafka:4.1.1", port=port, folder="/var/lib/kafka/data", env=env)


def _postgres(password: str) -> Recipe:
    options = [
        part
        for name, value in postgres.SETTINGS.items()
        if name not in NOT_IN_A_CONTAINER
        for part in ("-c", f"{name}={value}")
    ]
    return Recipe(
        image="postgres:18.6",
        port=5432,
        folder="/var/lib/postgresql",
        env={"POSTGRES_PASSWORD": password},
        command=("postgres", *options),
    )


def _redis(password: str) -> Recipe:
    return Recipe(
        image="valkey/valkey:9.1.2",
        port=6379,
        folder="/data",
        command=("valkey-server", "--requirepass", password, "--appendonly", "yes"),
    )
