"""An embedded Apache Kafka: one broker, its own controller (KRaft), on 127.0.0.1."""

import asyncio
import base64
import shutil
import uuid
from functools import partial
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

from tameng import launcher, steps
from tameng.ports import LOCALHOST
from tameng.problems import Problem, log_tail
from tameng.stack import jars, sockets
from tameng.steps import Step
from tameng.supervisor import Program

ANSWER_TIMEOUT_S = 5.0
RECORD_TIMEOUT_S = 60.0
SETTINGS_FOR_ONE_BROKER = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    # Topics are made by the services' migrations, with their partitions and retention.
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


async def program(*, folder: Path, log_file: Path, port: int, controller_port: int) -> Program:
    """The broker that keeps its records in `folder`, formatted first when it is new."""
    settings = _write_settings(folder, port=port, controller_port=controller_port)
    await _format(folder, settings, log_file)
    return Program(
        name="Kafka",
        argv=jars.java("kafka.Kafka", str(settings)),
        log_file=log_file,
        is_ready=partial(answers, f"{LOCALHOST}:{port}"),
    )


async def ask(address: str) -> None:
    """Have the broker at host:port name itself. Raises OSError or KafkaError when it does not."""
    # A bare connection first, because the client logs an error for every vain one.
    await sockets.connect(address)
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            await admin.start()
            if not (await admin.describe_cluster())["brokers"]:
                raise ConnectionRefusedError("no broker serves there yet")
    finally:
        await admin.close()


async def answers(address: str) -> bool:
    """Whether a broker serves at host:port."""
    try:
        await ask(address)
    except (KafkaError, OSError):  # a TimeoutError is an OSError
        return False
    return True


async def record_startup(*, folder: Path, port: int, controller_port: int) -> None:
    """Start a broker once and stop it, so that Java writes down how to start it faster."""
    log_file = folder / "kafka.log"
    settings = _write_settings(folder, port=port, controller_port=controller_port)
    await _format(folder, settings, log_file)
    with log_file.open("ab") as log:
        running = await asyncio.create_subprocess_exec(
            *launcher.command(jars.java_recording("kafka.Kafka", str(settings))),
            stdout=log,
            stderr=log,
        )
    try:
        async with asyncio.timeout(RECORD_TIMEOUT_S):
            await sockets.until(partial(answers, f"{LOCALHOST}:{port}"))
            running.terminate()
            await running.wait()
    except TimeoutError:
        running.kill()
        await running.wait()
    if not jars.startup_cache_file().exists():
        raise Problem(f"Kafka did not start (exit code {running.returncode}):{log_tail(log_file)}")


def _write_settings(folder: Path, *, port: int, controller_port: int) -> Path:
    listener = f"PLAINTEXT://{LOCALHOST}:{port}"
    settings = SETTINGS_FOR_ONE_BROKER | {
        "controller.quorum.voters": f"1@{LOCALHOST}:{controller_port}",
        "listeners": f"{listener},CONTROLLER://{LOCALHOST}:{controller_port}",
        "advertised.listeners": listener,
        "log.dirs": str(folder / "records"),
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
