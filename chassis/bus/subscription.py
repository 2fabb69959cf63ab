"""The FastStream side of a consumer: settings under which nothing is lost."""

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, ConsumerRecord  # type: ignore[import-untyped]
from aiokafka.coordinator.assignors.sticky.sticky_assignor import (  # type: ignore[import-untyped]
    StickyPartitionAssignor,
)
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage, Topic
from faststream.security import SASLPlaintext

from chassis.bus import tolerance
from chassis.bus.brokers import Brokers
from chassis.bus.consumer import Consumer
from chassis.bus.rejoining import Rejoining
from chassis.clock import monotonic_s

Batch = tuple[ConsumerRecord, ...]
Original = Callable[[Batch], Awaitable[KafkaMessage]]
RECORDS_MAX = 4_000
POLL_MS = 1_000
"""How long a poll waits for the first record. FastStream sleeps as long again after one in vain:
what arrives meanwhile waits, and short polls take time (`python -m benchmarks idle`)."""
LOOK_AROUND_S = 1.0
METADATA_MAX_AGE_MS = 10_000
"""A group that joined while its topics were missing owns nothing until it looks again."""
GRACEFUL_TIMEOUT_S = 25.0
log = logging.getLogger(__name__)


class Pace(NamedTuple):
    """A poll costs a transaction and a commit of offsets whatever it brings. So while there is work
    but no backlog, polls begin so far apart; one that comes after a silence waits for nothing."""

    apart_s: float = 0.1
    backlog_records: int = 250
    """So many in a poll are a backlog."""


STEADY = Pace()


def connect(brokers: Brokers) -> KafkaBroker:
    """FastStream's broker as the bus needs it."""
    tolerance.install()
    return KafkaBroker(
        brokers.addresses,
        security=_security(brokers),
        metadata_max_age_ms=METADATA_MAX_AGE_MS,
        graceful_timeout=GRACEFUL_TIMEOUT_S,
        logger=log,
        log_level=logging.DEBUG,  # of two lines a poll
    )


def _security(brokers: Brokers) -> SASLPlaintext | None:
    if brokers.security == "plaintext":
        return None
    return SASLPlaintext(brokers.user, brokers.password(), ssl_context=brokers.tls())


@dataclass
class Subscription:
    """A consumer in a group, running between `start` and `stop`."""

    broker: KafkaBroker
    consumer: Consumer
    group_id: str
    pace: Pace = STEADY
    instance: str | None = None
    """Static membership: a process that died is its successor at once, not after the session."""
    session_timeout_ms: int = 45_000
    heartbeat_interval_ms: int = 3_000

    def __post_init__(self) -> None:
        self.subscriber = self.broker.subscriber(
            *(Topic(name, declare=False) for name in self.consumer.sources),  # made beforehand
            group_id=self.group_id,
            group_instance_id=self.instance,
            batch=True,
            ack_policy=AckPolicy.MANUAL,
            parser=_tolerant_parser,
            decoder=_no_decoder,
            no_reply=True,
            auto_offset_reset="earliest",
            session_timeout_ms=self.session_timeout_ms,
            heartbeat_interval_ms=self.heartbeat_interval_ms,
            rebalance_timeout_ms=60_000,
            max_poll_interval_ms=300_000,
            partition_assignment_strategy=(_own_assignor(),),
        )
        self.subscriber(self._on_batch)
        self.rejoining = Rejoining(self.subscriber, _poll)
        self._watch: asyncio.Task[None] | None = None

    async def start(self, beat: Callable[[], None] = lambda: None) -> None:
        """Join the group and read; `beat` is the sign of life. Raises: KafkaError."""
        await self.broker.start()
        self._watch = asyncio.create_task(self._look_around(beat))

    async def stop(self) -> None:
        """Stop reading. The watch first: it may be starting the reader again."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait({self._watch})
        await self.broker.stop()

    async def _on_batch(self, message: KafkaMessage) -> None:
        reader = self.subscriber.consumer
        if reader is None:
            return
        began_s = monotonic_s()
        await self.consumer.poll(reader, message.raw_message)
        if len(message.raw_message) < self.pace.backlog_records:
            await asyncio.sleep(self.pace.apart_s - (monotonic_s() - began_s))

    def assigned(self) -> bool:
        """Whether the group has given this member partitions."""
        reader = self.subscriber.consumer
        return reader is not None and bool(reader.assignment())

    def trouble(self) -> str | None:
        """Why nothing is read now; None while all is well."""
        if self.rejoining.failure is not None:
            return f"Kafka turned the reader away, it is started again: {self.rejoining.failure}"
        return None if self.assigned() else "no partitions assigned yet"

    async def _look_around(self, beat: Callable[[], None]) -> None:
        """Watch over the polls, over holes and silent partitions, until cancelled."""
        while True:
            beat()
            await asyncio.sleep(LOOK_AROUND_S)
            await self.rejoining.mend()
            reader = self.subscriber.consumer
            if reader is None or self.rejoining.failure is not None:
                continue
            try:
                await self.consumer.look_around(reader, self.broker)
            except Exception:
                log.exception("looking around failed; it is tried again")


def _own_assignor() -> type[StickyPartitionAssignor]:
    """aiokafka keeps a member's assignment on the assignor's class: give each member its own."""
    return type("OwnStickyAssignor", (StickyPartitionAssignor,), {})


async def _poll(reader: AIOKafkaConsumer) -> Batch:
    arrived = await reader.getmany(timeout_ms=POLL_MS, max_records=RECORDS_MAX)
    return tuple(chain.from_iterable(arrived.values()))


async def _tolerant_parser(batch: Batch, original: Original) -> KafkaMessage:
    """FastStream decodes every header and fails on a null or binary one: show it none."""
    message = await original((dataclasses.replace(batch[0], headers=()),))
    message.raw_message = batch
    return message


async def _no_decoder(_message: KafkaMessage) -> None:
    """Bodies are read record by record, so that one bad body does not spoil its batch."""
