"""The embedded Kafka, Postgres and Redis: killed, resumed, misconfigured."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import psutil
import pytest
import redis.asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer  # type: ignore[import-untyped]
from aiokafka.admin import AIOKafkaAdminClient, NewTopic  # type: ignore[import-untyped]

from chassis.bus.brokers import Brokers
from tameng import state
from tameng.keys import Keys
from tameng.problems import Problem
from tameng.stack import (
    addresses,
    containers,
    databases,
    engine,
    jars,
    kafka,
    kafka_users,
    postgres,
    sockets,
)
from tameng.stack.databases import Database, Role, with_database
from tameng.stack.local import local_stack
from tameng.stack.parts import ADMIN, KINDS, Stack
from tameng.supervisor import Supervisor

HEALED_WITHIN_S = 30


@dataclass
class Up:
    stack: Stack
    supervisor: Supervisor
    lines: list[str] = field(default_factory=list)


@pytest.fixture(autouse=True)
def no_addresses_and_no_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about the embedded servers."""
    for kind in KINDS:
        monkeypatch.delenv(f"TAMENG_{kind.upper()}", raising=False)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere")


@asynccontextmanager
async def stack_in(folder: Path, *, fresh: bool) -> AsyncIterator[Up]:
    lines: list[str] = []
    with state.opened(folder, fresh=fresh, say=lines.append) as held:
        async with (
            Supervisor(say=lines.append) as supervisor,
            local_stack(
                state=held, keys=Keys(folder / "keys"), supervisor=supervisor, say=lines.append
            ) as stack,
        ):
            yield Up(stack, supervisor, lines)


async def write_everywhere(stack: Stack) -> None:
    admitted = stack.kafka.brokers(ADMIN).arguments()
    admin = AIOKafkaAdminClient(**admitted)
    await admin.start()
    await admin.create_topics([NewTopic("facts", 1, 1)])
    await admin.close()
    producer = AIOKafkaProducer(**admitted, enable_idempotence=True, acks="all")
    await producer.start()
    await producer.send_and_wait("facts", b"in Kafka")
    await producer.stop()
    connection = await asyncpg.connect(stack.postgres.address)
    await connection.execute("CREATE TABLE facts AS SELECT 'in Postgres' AS fact")
    await connection.close()
    client = redis.asyncio.from_url(stack.redis.address)
    await client.set("fact", "in Redis")
    await client.aclose()


async def read_everywhere(stack: Stack) -> list[str]:
    admitted = stack.kafka.brokers(ADMIN).arguments()
    consumer = AIOKafkaConsumer("facts", **admitted, auto_offset_reset="earliest")
    await consumer.start()
    async with asyncio.timeout(20):
        record = await consumer.getone()
    await consumer.stop()
    connection = await asyncpg.connect(stack.postgres.address)
    fact = await connection.fetchval("SELECT fact FROM facts")
    await connection.close()
    client = redis.asyncio.from_url(stack.redis.address, decode_responses=True)
    key = await client.get("fact")
    await client.aclose()
    return [record.value.decode(), fact, str(key)]


async def test_servers_that_are_killed_come_back_with_what_they_held(tmp_path: Path) -> None:
    facts = ["in Kafka", "in Postgres", "in Redis"]
    async with stack_in(tmp_path / "state", fresh=True) as up:
        assert up.stack.origins == dict.fromkeys(KINDS, "embedded")
        await write_everywhere(up.stack)
        await asyncio.sleep(1.1)  # Redis writes to the disk every second
        killed = up.supervisor.pids
        for pid in killed.values():
            os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(HEALED_WITHIN_S):
            while sum("is back after" in line for line in up.lines) < len(killed):
                await asyncio.sleep(0.1)
        assert "Postgres died (signal 9), started again in 0.5 s" in up.lines
        assert await read_everywhere(up.stack) == facts
        reached = (up.stack.kafka.address, up.stack.postgres.address, up.stack.redis.address)
    for address in reached:
        with pytest.raises(OSError):  # noqa: PT011 (any: nobody listens there)
            await sockets.connect(address.rpartition("@")[2].partition("/")[0])

    async with stack_in(tmp_path / "state", fresh=False) as up:
        assert up.stack.kafka.address == reached[0]
        assert await read_everywhere(up.stack) == facts


async def test_the_runtime_role_may_connect_but_not_create(postgres_superuser_url: str) -> None:
    made = [
        Database(
            name=name,
            owner=Role(name=f"{name}_owner", password="owner's"),
            runtime=Role(name=f"{name}_runtime", password="runtime's"),
        )
        for name in ("rights_a", "rights_b")
    ]
    await databases.create(postgres_superuser_url, *made)
    await databases.create(postgres_superuser_url, *made)

    async def session(role: Role, database: str) -> asyncpg.Connection:
        url = with_database(postgres_superuser_url, database)
        return await asyncpg.connect(url, user=role.name, password=role.password)

    owner = await session(made[0].owner, "rights_a")
    await owner.execute("CREATE TABLE notes (note text)")
    await owner.close()
    runtime = await session(made[0].runtime, "rights_a")
    for statement in ("CREATE TABLE mine ()", "CREATE TEMP TABLE mine ()", "SELECT * FROM notes"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await runtime.execute(statement)
    await runtime.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await session(made[1].runtime, "rights_a")


@pytest.mark.parametrize("kind", KINDS)
async def test_an_address_that_does_not_answer_is_named(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = {
        "kafka": "127.0.0.1:1",
        "postgres": "postgresql://postgres:hidden@127.0.0.1:1/postgres",
        "redis": "redis://:hidden@127.0.0.1:1/0",
    }
    monkeypatch.setenv(f"TAMENG_{kind.upper()}", elsewhere[kind])
    with pytest.raises(
        Problem, match=f"TAMENG_{kind.upper()} is set, but.*127.0.0.1:1 "
    ) as problem:
        async with stack_in(tmp_path / "state", fresh=True):
            pass
    assert "hidden" not in str(problem.value)


async def test_a_docker_engine_is_known_by_its_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readline()
        writer.write(b"HTTP/1.0 200 OK\r\n\r\nOK" if b"/_ping" in asked else b"what?")
        writer.close()

    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    assert not engine.has_engine()
    async with await asyncio.start_unix_server(answer, tmp_path / "docker.sock"):
        assert await asyncio.to_thread(engine.has_engine)
    monkeypatch.setenv("DOCKER_HOST", "tcp://elsewhere:2375")
    assert not engine.has_engine()


def test_kafka_in_a_container_has_the_settings_of_the_embedded_one(tmp_path: Path) -> None:
    """By the image's guide: KAFKA_, and in a name _ for a dot, __ for _, ___ for a hyphen."""
    keys = Keys(tmp_path / "keys")
    env = dict(containers.recipe("kafka", port=8, keys=keys).env)
    assert not [name for name in env if "__" in name or not name.startswith("KAFKA_")]
    given = {name.removeprefix("KAFKA_").lower().replace("_", "."): env[name] for name in env}
    users = kafka_users.users(keys)
    file = kafka._write_settings(tmp_path, kafka.Ports(9, 10), users)
    embedded = dict(line.split("=", 1) for line in file.read_text().splitlines())
    differs = {name for name in embedded if given.get(name) != embedded[name]}
    addresses = {"listeners", "advertised.listeners", "controller.quorum.voters", "log.dirs"}
    logins = {name for name in embedded if name.endswith("plain.sasl.jaas.config")}
    assert differs == addresses | logins | {
        "config.providers", "config.providers.directory.class",
    }  # fmt: skip
    assert given.keys() == embedded.keys() - {
        "config.providers", "config.providers.directory.class",
    }  # fmt: skip
    for name in logins:
        for user in kafka_users.USERS:
            assert f'user_{user}="{keys.password(f"kafka-{user}")}"' in given[name]
            assert keys.password(f"kafka-{user}") not in embedded[name]
    # It calls itself by its own address, for one to end transactions: inside as outside.
    assert given["listeners"].startswith(f"{kafka_users.LISTENER}://:8,")
    assert given["advertised.listeners"] == f"{kafka_users.LISTENER}://127.0.0.1:8"
    # The image's start asks for files of its own when it sees these in the name of a listener.
    assert "SASL" not in given["advertised.listeners"]
    assert "SSL" not in given["advertised.listeners"]


async def test_the_servers_of_the_test_run_answer(
    stack: Stack, kafka_admin: Brokers, postgres_superuser_url: str, redis_url: str
) -> None:
    for part in (stack.kafka, stack.postgres, stack.redis):
        await addresses.ask(part)
    server = await asyncpg.connect(postgres_superuser_url)
    assert await server.fetchval("SELECT 40 + 2") == 42
    await server.close()
    async with redis.asyncio.from_url(redis_url) as store:
        assert await store.echo("heard") == b"heard"
    admin = AIOKafkaAdminClient(**kafka_admin.arguments())
    await admin.start()
    assert (await admin.describe_cluster())["controller_id"] >= 0
    await admin.close()


async def test_postgres_that_cannot_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    async with stack_in(tmp_path / "state", fresh=True):
        pass
    (tmp_path / "state" / "postgres" / "databases" / "PG_VERSION").write_text("12\n")
    with pytest.raises(Problem, match=r"(?s)Postgres did not start .*initialized by PostgreSQL"):
        async with stack_in(tmp_path / "state", fresh=False):
            pass


def test_a_dead_server_that_nobody_collected_does_not_keep_the_next_from_starting(
    tmp_path: Path,
) -> None:
    pid_file = tmp_path / "postmaster.pid"
    dead = subprocess.Popen([postgres.binaries() / "postgres", "--version"])
    while psutil.Process(dead.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    pid_file.write_text(f"{dead.pid}\n")
    postgres.forget_stale_pid(tmp_path)
    assert not pid_file.exists()
    dead.wait()


def test_the_number_of_a_dead_server_that_another_program_has_now_is_forgotten(
    tmp_path: Path,
) -> None:
    pid_file = tmp_path / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n")
    postgres.forget_stale_pid(tmp_path)
    assert not pid_file.exists()


def test_jars_that_are_missing_or_changed_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jars, "folder", lambda: tmp_path)
    jars.verified.cache_clear()
    try:
        with pytest.raises(Problem, match="is missing: run `make setup`"):
            jars.verified()
        first = jars.locked()[0]
        first.path.parent.mkdir(parents=True)
        first.path.write_bytes(b"something else")
        with pytest.raises(Problem, match="is not the file that was locked"):
            jars.verified()
    finally:
        jars.verified.cache_clear()
