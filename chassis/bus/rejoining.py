"""A reader whose poll failed is thrown away and made anew, until Kafka lets it in again.

aiokafka does not get over a right to its group that was gone for a moment: its heartbeats end, and
every poll raises what they met, for ever, however often FastStream asks. Like the relay's producer
the reader is never mended. Where it goes on is in the database; the group's offsets are hints.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord  # type: ignore[import-untyped]
from aiokafka.errors import ConsumerStoppedError  # type: ignore[import-untyped]
from faststream.kafka.subscriber.usecase import BatchSubscriber

from chassis.bus.stopping import stopped
from chassis.clock import monotonic_s

AGAIN_FIRST_S = 0.5
AGAIN_MAX_S = 30.0
START_TIMEOUT_S = 60.0
"""A start waits for the group, which waits for its other members."""
Poll = Callable[[AIOKafkaConsumer], Awaitable[tuple[ConsumerRecord, ...]]]
log = logging.getLogger(__name__)


@dataclass
class Rejoining:
    """Has a subscriber ask by `poll`, and starts it again after one that failed."""

    subscriber: BatchSubscriber
    poll: Poll
    failure: str | None = None
    """What ended the reading; None while it goes on."""
    restarts: int = 0
    """How often it was started again, or should have been."""
    _tries: int = 0
    _next_try_s: float = 0.0
    _started_s: float = 0.0

    def __post_init__(self) -> None:
        async def watched(consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord, ...]:
            try:
                return await self.poll(consumer)
            except ConsumerStoppedError:
                raise
            except Exception as error:
                self._failed(error)
                raise ConsumerStoppedError from error  # ends FastStream's asking

        self.subscriber.get_msg = watched  # type: ignore[method-assign]

    async def mend(self) -> None:
        """Start the reader again, if a poll failed and it is time to. Never raises what Kafka
        answers: called every second, it is tried again, ever more seldom.
        """
        if self.failure is None or monotonic_s() < self._next_try_s:
            return
        self._tries += 1
        self.restarts += 1
        await self._throw_away()
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                await self.subscriber.start()
        except Exception as error:  # noqa: BLE001 told, and tried again
            self._wait(error)
            return
        self.failure, self._started_s = None, monotonic_s()
        log.warning("%s reads again, at try %d", self._who, self._tries)

    def _failed(self, error: Exception) -> None:
        if monotonic_s() - self._started_s > AGAIN_MAX_S:
            self._tries = 0
        self._wait(error)

    def _wait(self, error: Exception) -> None:
        wait_s = min(AGAIN_MAX_S, AGAIN_FIRST_S * 2 ** min(self._tries, 10))
        self.failure, self._next_try_s = repr(error), monotonic_s() + wait_s
        log.warning(
            "%s does not read: %s; try %d to start it again comes in %.1f s",
            self._who, self.failure, self._tries + 1, wait_s,
        )  # fmt: skip

    @property
    def _who(self) -> str:
        return f"the reader of group {self.subscriber.group_id}"

    async def _throw_away(self) -> None:
        reader = self.subscriber.consumer
        if not await stopped(self.subscriber.stop()) and reader is not None:
            await stopped(_cut_off(reader))


async def _cut_off(reader: AIOKafkaConsumer) -> None:
    """What is left of a reader that waits for an answer: it would go on fetching for nobody."""
    await reader._fetcher.close()  # noqa: SLF001
    await reader._client.close()  # noqa: SLF001
