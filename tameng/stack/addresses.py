"""Kafka, Postgres and Redis that run elsewhere: their addresses are in the environment.

`TAMENG_KAFKA` alone is a broker that asks nobody who he is. With `TAMENG_KAFKA_PASSWORDS`, the
folder of its users' passwords (`kafka-admin.password`, `kafka-enrollment.password` and so on), it
is spoken to by `TAMENG_KAFKA_SECURITY` (sasl_ssl, or sasl_plaintext) and `TAMENG_KAFKA_CA_FILE`.
"""

import os
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]
from redis.exceptions import RedisError

from chassis.bus.brokers import Security
from tameng.problems import Problem
from tameng.stack import kafka, postgres, redis
from tameng.stack.parts import ADMIN, Access, Kind, Part

SECURITY = "TAMENG_KAFKA_SECURITY"
FOLDER = "TAMENG_KAFKA_PASSWORDS"
CA_FILE = "TAMENG_KAFKA_CA_FILE"
SILENCE = (
    OSError,
    ValueError,
    KafkaError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    RedisError,
)


def variable(kind: Kind) -> str:
    """The environment variable that gives the address of a part."""
    return f"TAMENG_{kind.upper()}"


def is_given(kind: Kind) -> bool:
    """Whether the environment names a server for this part."""
    return bool(os.environ.get(variable(kind)))


async def part(kind: Kind) -> Part:
    """The part that the environment names. Raises `Problem` when it does not answer."""
    address = os.environ[variable(kind)]
    access = _access() if kind == "kafka" else Access()
    given = Part(kind=kind, origin="address", address=address, access=access)
    try:
        await ask(given)
    except SILENCE as error:
        raise Problem(
            f"{variable(kind)} is set, but nothing that is {kind} answers at {_public(address)} "
            f"({type(error).__name__}: {error}): start it there, or unset the variable"
        ) from error
    return given


async def ask(asked: Part) -> None:
    """Have a part answer. Raises one of `SILENCE` when it does not."""
    if asked.kind == "kafka":
        await kafka.ask(asked.brokers(ADMIN))
    else:
        await (postgres.ask if asked.kind == "postgres" else redis.ask)(asked.address)


async def answers(asked: Part) -> bool:
    """Whether a part answers."""
    try:
        await ask(asked)
    except SILENCE:
        return False
    return True


def _access() -> Access:
    folder = os.environ.get(FOLDER)
    if not folder:
        return Access()
    security: Security
    for security in get_args(Security):
        if security == os.environ.get(SECURITY, "sasl_ssl"):
            ca_file = os.environ.get(CA_FILE)
            return Access(
                security=security,
                passwords=Path(folder).absolute(),
                ca_file=Path(ca_file) if ca_file else None,
            )
    raise Problem(f"{SECURITY} is not one of {', '.join(get_args(Security))}: set it to one")


def _public(address: str) -> str:
    """The address without its password."""
    return urlsplit(address).netloc.rpartition("@")[2] or address
