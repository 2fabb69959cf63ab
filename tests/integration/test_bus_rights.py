"""Who may do what on the bus: each forbidden act is tried with a user's own client, and refused."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import trustme
from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from aiokafka.client import AIOKafkaClient  # type: ignore[import-untyped]
from aiokafka.errors import (  # type: ignore[import-untyped]
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    TopicAuthorizationFailedError,
)
from aiokafka.protocol.fetch import FetchRequest  # type: ignore[import-untyped]
from confluent_kafka import KafkaException, Producer
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)
from cryptography.hazmat.primitives import serialization

from chassis.bus import sender
from chassis.bus.brokers import Brokers
from chassis.bus.topics import Topics
from tameng.environment import SERVICES
from tameng.keys import Keys
from tameng.provision import acls, rights
from tameng.provision.bus import open_bus
from tameng.provision.rights import Right
from tameng.stack import kafka, kafka_users
from tameng.stack.parts import ADMIN, Part, Stack
from tests.alone import MakeAlone
from tests.integration.world import until
from tests.kafka import Broker

TOPICS = Topics("rights.")
WRITES = {service: {f"rights.{service}.events", "rights.rewinds"} for service in SERVICES}
READS = {
    "enrollment": {"enrollment.events", "banking.events", "claims.events", "rewinds"},
    "banking": {"banking.events", "enrollment.events", "claims.events", "rewinds"},
    "claims": {"claims.events", "enrollment.events", "banking.events", "rewinds"},
    "audit": {"audit.events", "enrollment.events", "banking.events", "claims.events", "rewinds"},
}
EVERY_TOPIC = ("rights.rewinds", *map(TOPICS.of, SERVICES))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bus(stack: Stack) -> AsyncIterator[Part]:
    """A Kafka on which an installation of this file's own was opened."""
    await open_bus(stack.kafka.brokers(ADMIN), TOPICS)
    yield stack.kafka


async def writes(brokers: Brokers, topic: str) -> None:
    """As a relay does."""
    async with sender.producing(brokers) as producer:
        await producer.send_and_wait(topic, b"forged", partition=0)


async def readable(brokers: Brokers, topics: Iterable[str]) -> set[str]:
    """Of which of these the broker gives the user records. Asked by hand: a consumer asks only for
    what it was shown, and waits for the rest."""
    client = AIOKafkaClient(**brokers.arguments())
    try:
        await client.bootstrap()
        wanted = [(topic, [(0, 0, 1_000)]) for topic in topics]
        answer = await client.send(
            client.get_random_node(), FetchRequest(100, 1, 10_000, 0, wanted)
        )
    finally:
        await client.close()
    codes = {topic: code for topic, [(_partition, code, *_)] in answer.topics}
    assert set(codes.values()) <= {0, TopicAuthorizationFailedError.errno}
    return {topic for topic, code in codes.items() if code == 0}


async def uses_group(brokers: Brokers, group: str) -> None:
    """Move the group's offsets, as if the records up to there had been read."""
    consumer = AIOKafkaConsumer(**brokers.arguments(), group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        partition = TopicPartition(TOPICS.of(brokers.user), 0)
        consumer.assign([partition])
        await consumer.commit({partition: 0})
    finally:
        await consumer.stop()


async def allowed(act: Callable[..., Any], brokers: Brokers, names: Iterable[str]) -> set[str]:
    """On which of these the user may do it."""
    found = set()
    for name in names:
        try:
            await act(brokers, name)
        except (TopicAuthorizationFailedError, GroupAuthorizationFailedError):
            continue
        found.add(name)
    return found


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_writes_reads_and_joins_what_is_its_own_and_no_more(
    bus: Part, service: str
) -> None:
    brokers = bus.brokers(service)
    assert set(rights.listens_to(service)) == set(
        import_module(f"services.{service}.app").service.listens_to
    )
    assert await allowed(writes, brokers, EVERY_TOPIC) == WRITES[service]
    may_read = {f"rights.{name}" for name in READS[service]}
    assert await readable(brokers, EVERY_TOPIC) == may_read
    own = {f"rights.{service}", f"rights.{service}.rebuild"}
    groups = {*own, f"rights.{service}s", service, *(f"rights.{each}" for each in SERVICES)}
    assert await allowed(uses_group, brokers, groups) == own


def config(topic: str) -> ConfigResource:
    entry = ConfigEntry("retention.ms", "1", incremental_operation=AlterConfigOpType.SET)
    return ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])


OWN = TOPICS.of("banking")
RIGHT = acls._binding(Right("banking", "WRITE", "TOPIC", TOPICS.of("enrollment")))
ADMINISTERS: dict[str, Callable[[AdminClient], Any]] = {
    "deletes its topic": lambda admin: admin.delete_topics([OWN]),
    "deletes another's topic": lambda admin: admin.delete_topics([TOPICS.of("claims")]),
    "deletes its records": lambda admin: admin.delete_records([Place(OWN, 0, 1)]),
    "has its topic expire": lambda admin: admin.incremental_alter_configs([config(OWN)]),
    "adds partitions": lambda admin: admin.create_partitions([NewPartitions(OWN, 24)]),
    "makes a topic": lambda admin: admin.create_topics([NewTopic("rights.more", 1, 1)]),
    "gives itself a right": lambda admin: admin.create_acls([RIGHT]),
    "takes all rights away": lambda admin: admin.delete_acls([acls._EVERYTHING]),
    "deletes another's group": lambda admin: admin.delete_consumer_groups(["rights.claims"]),
}


@pytest.mark.parametrize("act", ADMINISTERS)
async def test_a_service_administers_nothing(bus: Part, act: str) -> None:
    await uses_group(bus.brokers("claims"), "rights.claims")
    client = AdminClient(acls._settings(bus.brokers("banking")))
    asked = ADMINISTERS[act](client)
    for answer in asked.values():
        with pytest.raises(KafkaException, match="AUTHORIZATION_FAILED"):
            await asyncio.wrap_future(answer)


async def test_a_service_sees_no_rights(bus: Part) -> None:
    client = AdminClient(acls._settings(bus.brokers("banking")))
    assert await asyncio.wrap_future(client.describe_acls(acls._EVERYTHING)) == []


async def test_a_service_opens_no_transaction_and_the_auditor_writes_to_nobody(bus: Part) -> None:
    settings = acls._settings(bus.brokers("banking")) | {"transactional.id": "rights.banking"}
    with pytest.raises(KafkaException, match="TRANSACTIONAL_ID_AUTHORIZATION_FAILED"):
        await asyncio.to_thread(Producer(settings).init_transactions, 10)
    for owner in set(SERVICES) - {"audit"}:
        with pytest.raises(TopicAuthorizationFailedError):
            await writes(bus.brokers("audit"), TOPICS.of(owner))


async def test_nobody_comes_in_without_a_name_and_its_password(bus: Part, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("guessed")
    known = bus.brokers("enrollment")
    for stranger in (
        dataclasses.replace(known, user="mallory"),
        dataclasses.replace(known, password_file=other),
        dataclasses.replace(known, user=ADMIN),
        dataclasses.replace(known, security="plaintext"),
    ):
        with pytest.raises(KafkaConnectionError):
            await kafka.ask(stranger)
    await kafka.ask(known)


async def test_a_right_that_is_not_in_the_table_is_told(bus: Part) -> None:
    admin = bus.brokers(ADMIN)
    assert await open_bus(admin, TOPICS) == ()
    strange = Right("mallory", "READ", "TOPIC", TOPICS.of("claims"))
    acls.grant(admin, [*rights.table(TOPICS), strange])
    (line,) = await open_bus(admin, TOPICS)
    assert "NOT IN THE TABLE" in line
    assert "User:mallory ALLOW READ topic rights.claims.events" in line


async def test_a_service_comes_in_by_tls_and_asks_for_the_brokers_certificate(
    alone: MakeAlone, tmp_path: Path
) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    certificate, ca_file = tmp_path / "broker.pem", tmp_path / "ca.pem"
    issued = authority.issue_cert("127.0.0.1")
    key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None)
    certificate.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + b"".join(each.bytes() for each in issued.cert_chain_pems)
    )
    authority.cert_pem.write_to_path(ca_file)
    stranger.cert_pem.write_to_path(tmp_path / "stranger.pem")
    users = dataclasses.replace(
        kafka_users.users(Keys(tmp_path / "keys")),
        security="sasl_ssl", certificate=certificate, ca_file=ca_file,
    )  # fmt: skip
    broker = Broker(tmp_path, users=users)
    try:
        await broker.start()
        brokers = broker.part.brokers("banking")
        for ca in (None, tmp_path / "stranger.pem"):
            with pytest.raises(KafkaConnectionError):
                await kafka.ask(dataclasses.replace(brokers, ca_file=ca))
        with pytest.raises(KafkaConnectionError):
            await kafka.ask(dataclasses.replace(brokers, security="sasl_plaintext"))
        banking = await alone(
            "banking", kafka=brokers.addresses, kafka_security="sasl_ssl", kafka_ca_file=ca_file,
            kafka_password_file=brokers.password_file,
        )  # fmt: skip
        await open_bus(broker.part.brokers(ADMIN), banking.running.topics)
        async with banking.app.router.lifespan_context(banking.app):
            await until(banking.running.subscription.assigned)
            await until(lambda: len(banking.running.relay.places) > 0)
    finally:
        broker.kill()
