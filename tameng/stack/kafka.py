"""An embedded Apache Kafka: one broker, its own controller (KRaft), on 127.0.0.1."""

import asyncio
import base64
import logging
import shutil
import uuid
from functools import partial
from pathlib import Path
from typing import NamedTuple

from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

from chassis.bus.brokers import Brokers
from tameng import launcher, steps
from tameng.keys import Keys
from tameng.ports import LOCALHOST
from tameng.problems import Problem, log_tail
from tameng.stack import jars, kafka_users, sockets
from tameng.stack.kafka_users import Users
from tameng.stack.parts import ADMIN, Part
from tameng.steps import Step
from tameng.supervisor import Program

# What its client has to say it raises too; behind Docker's open port it would say it for each try.
logging.getLogger("aiokafka").addHandler(logging.NullHandler())
ANSWER_TIMEOUT_S = 5.0
RECORD_TIMEOUT_S = 60.0
SETTINGS_FOR_ONE_BROKER = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    # Topics are made by the administrator, with their partitions and retention.
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    # A broker that was killed waits for its own old registration to expire: 2 s instead of 9.
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "400",
    # The index files of a partition are made at this size, not 10 MiB, before they are trimmed.
    "log.index.size.max.bytes": "1048576",
}


def in_image(advertised: str, keys: Keys) -> dict[str, str]:
    """The settings of one broker in the image of Apache Kafka, reached at host:port, with the
    users' passwords in them: the image's user may not read our files."""
    users = kafka_users.settings(
        lambda user: keys.password(f"kafka-{user}"), security="sasl_plaintext"
    )
    port = advertised.rpartition(":")[2]
    return (
        SETTINGS_FOR_ONE_BROKER
        | users
        | {
            "controller.quorum.voters": "1@localhost:9093",
            # The port it is reached at from outside: it calls itself by the same address.
            "listeners": f"{kafka_users.LISTENER}://:{port},CONTROLLER://:9093",
            "advertised.listeners": f"{kafka_users.LISTENER}://{advertised}",
            "log.dirs": "/var/lib/kafka/data",
        }
    )


class Ports(NamedTuple):
    """Of one broker, all on 127.0.0.1."""

    clients: int
    controller: int


async def program(
    *,
    folder: Path,
    log_file: Path,
    ports: Ports,
    users: Users,
) -> Program:
    """The broker that keeps its records in `folder`, formatted first when it is new."""
    settings = _write_settings(folder, ports, users)
    await _format(folder, settings, log_file)
    return Program(
        name="Kafka",
        argv=jars.java("kafka.Kafka", str(settings)),
        log_file=log_file,
        is_ready=partial(answers, part(ports, users).brokers(ADMIN)),
    )


def part(ports: Ports, users: Users) -> Part:
    """The embedded broker as the others see it."""
    address = f"{LOCALHOST}:{ports.clients}"
    return Part(kind="kafka", origin="embedded", address=address, access=users.access)


async def ask(brokers: Brokers) -> None:
    """Have the brokers name themselves. Raises OSError or KafkaError when they do not."""
    # A bare connection first: it costs less than the client, which comes to the same end.
    await sockets.connect(brokers.addresses.partition(",")[0])
    admin = AIOKafkaAdminClient(**brokers.arguments())
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            await admin.start()
            if not (await admin.describe_cluster())["brokers"]:
                raise ConnectionRefusedError("no broker serves there yet")
    finally:
        await admin.close()


async def answers(brokers: Brokers) -> bool:
    """Whether a broker serves there and knows the user."""
    try:
        await ask(brokers)
    except (KafkaError, OSError):  # a TimeoutError is an OSError
        return False
    return True


async def record_startup(*, folder: Path, ports: Ports) -> None:
    """Start a broker once and stop it, so that Java writes down how to start it faster."""
    log_file = folder / "kafka.log"
    users = kafka_users.users(Keys(folder / "keys"))
    settings = _write_settings(folder, ports, users)
    await _format(folder, settings, log_file)
    with log_file.open("ab") as log:
        running = await asyncio.create_subprocess_exec(
            *launcher.command(jars.java_recording("kafka.Kafka", str(settings))),
            stdout=log,
            stderr=log,
        )
    try:
        async with asyncio.timeout(RECORD_TIMEOUT_S):
            await sockets.until(partial(answers, part(ports, users).brokers(ADMIN)))
            running.terminate()
            await running.wait()
    except TimeoutError:
        running.kill()
        await running.wait()
    if not jars.startup_cache_file().exists():
        raise Problem(f"Kafka did not start (exit code {running.returncode}):{log_tail(log_file)}")


def _write_settings(folder: Path, ports: Ports, users: Users) -> Path:
    listener = f"{kafka_users.LISTENER}://{LOCALHOST}:{ports.clients}"
    settings = SETTINGS_FOR_ONE_BROKER | {
        "controller.quorum.voters": f"1@{LOCALHOST}:{ports.controller}",
        "listeners": f"{listener},CONTROLLER://{LOCALHOST}:{ports.controller}",
        "advertised.listeners": listener,
        "log.dirs": str(folder / "records"),
        **users.settings(),
    }
    file = folder / "server.properties"
    file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    return file


async def _format(folder: Path, settings: Path, log_file: Path) -> None:
    records = folder / "records"
    if (records / "meta.properties").exists():
        return
    # A format that was cut off leaves a folder without that file.
    shutil.rmtree(records, ignore_errors=True)
    cluster_id = base64.urlsafe_b64encode(uuid.uuid1().bytes).rstrip(b"=").decode()
    tool = ("kafka.tools.StorageTool", "format", f"--cluster-id={cluster_id}", "-c", str(settings))
    await steps.run(Step(name="Kafka's format", argv=jars.java(*tool), log_file=log_file))
