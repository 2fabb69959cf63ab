"""The topics of the bus: one a service, and one on which readers ask for what they miss."""

from collections.abc import Iterable
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic  # type: ignore[import-untyped]
from aiokafka.errors import (  # type: ignore[import-untyped]
    KafkaError,
    TopicAlreadyExistsError,
    for_code,
)

from chassis.bus.brokers import Brokers
from chassis.state.event_log import SHARDS

RECORD_BYTES_MAX = 1_048_576
EVENT_TOPIC = {
    "retention.ms": "-1",
    "cleanup.policy": "delete",
    "message.timestamp.type": "LogAppendTime",
    "max.message.bytes": str(RECORD_BYTES_MAX),
}
"""Nothing expires, and no record is refused or dropped for the date of its business."""
REWIND_TOPIC = {"retention.ms": "3600000"}
REPLICAS_MAX = 3
"""As many copies as there are brokers, up to this."""


@dataclass(frozen=True)
class Topics:
    """Names of topics. A prefix keeps several installations on one broker apart."""

    prefix: str = ""

    @property
    def rewinds(self) -> str:
        """Where readers ask a topic's owner to send again."""
        return f"{self.prefix}rewinds"

    def of(self, owner: str) -> str:
        """The topic that a service's log is copied to."""
        return f"{self.prefix}{owner}.events"

    def sources(self, owners: Iterable[str]) -> dict[str, str]:
        """The owner of each topic."""
        return {self.of(owner): owner for owner in owners}


async def create_topics(brokers: Brokers, topics: Topics, *, owners: Iterable[str]) -> list[str]:
    """Create the topics of these services and the one for rewinds, where they are missing.

    Returns the names of those that were. Raises: KafkaError, with the topic's name in it.
    """
    admin = AIOKafkaAdminClient(**brokers.arguments())
    try:
        await admin.start()
        replicas = min(REPLICAS_MAX, len((await admin.describe_cluster())["brokers"]))
        wanted = [
            NewTopic(topics.of(o), SHARDS, replicas, topic_configs=EVENT_TOPIC) for o in owners
        ]
        wanted.append(NewTopic(topics.rewinds, 1, replicas, topic_configs=REWIND_TOPIC))
        answer = await admin.create_topics(wanted)
    finally:
        await admin.close()
    for topic, code, *message in answer.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise KafkaError(f"{topic}: {for_code(code).__name__} {message}")
    return [topic for topic, code, *_ in answer.topic_errors if code == 0]
