"""Kafka, Postgres and Redis that run elsewhere: their addresses are in the environment."""

import os
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]
from redis.exceptions import RedisError

from tameng.problems import Problem
from tameng.stack import kafka, postgres, redis
from tameng.stack.parts import Kind, Part

SILENCE = (
    OSError,
    ValueError,
    KafkaError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    RedisError,
)
ASK: dict[Kind, Callable[[str], Awaitable[None]]] = {
    "kafka": kafka.ask,
    "postgres": postgres.ask,
    "redis": redis.ask,
}


def variable(kind: Kind) -> str:
    """The environment variable that gives the address of a part."""
    return f"TAMENG_{kind.upper()}"


def is_given(kind: Kind) -> bool:
    """Whether the environment names a server for this part."""
    return bool(os.environ.get(variable(kind)))


async def part(kind: Kind) -> Part:
    """The part that the environment names. Raises `Problem` when it does not answer."""
    address = os.environ[variable(kind)]
    try:
        await ASK[kind](address)
    except SILENCE as error:
        raise Problem(
            f"{variable(kind)} is set, but nothing that is {kind} answers at {_public(address)} "
            f"({type(error).__name__}: {error}): start it there, or unset the variable"
        ) from error
    return Part(kind=kind, origin="address", address=address)


def _public(address: str) -> str:
    """The address without its password."""
    return urlsplit(address).netloc.rpartition("@")[2] or address
