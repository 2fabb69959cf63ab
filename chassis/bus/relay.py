"""Keep each partition of a service's topic a copy of its shard of the log."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.bus import partitions, positions, rewinds, sender
from chassis.bus.brokers import Brokers
from chassis.bus.positions import PartitionWentBack, Position
from chassis.bus.rewinds import Rewind
from chassis.failpoints import failpoint
from chassis.state import event_log
from chassis.state.event_log import LogRow

ROWS_MAX = 500
"""How many rows of a shard are read and sent at once."""
BUSY_POLL_S = 0.05
"""A round costs what it costs whatever it sends: commits that follow each other share one."""
IDLE_POLL_S = 0.5
START_AGAIN_S = 1.0
CHECK_ENDS_S = 10.0
CHECKED_RECORDS = 16
CHECK_TIMEOUT_S = 5.0
REQUESTS_MAX = 1_000
REQUESTS_WAIT_MS = 5_000
"""How long Kafka keeps a fetch for requests, of which there are few, ever."""

_TRY_LOCK = text("SELECT pg_try_advisory_lock(:lock)")
_PASSING = (KafkaError, PartitionWentBack, TimeoutError, OSError, DBAPIError, PoolTimeout)
log = logging.getLogger(__name__)


def _nobody() -> None:
    """Nobody listens."""


@dataclass
class Relay:
    """Copies one service's log to its topic. Of several processes of a service one does; the others
    stand by. Two at once would do no harm, only double work."""

    engine: AsyncEngine
    brokers: Brokers
    topic: str
    source: str
    rewinds_topic: str
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after a commit so that its events leave at once."""
    lock: int = 2
    check_ends_s: float = CHECK_ENDS_S
    beat: Callable[[], None] = _nobody
    """Told of every round: the sign of life."""
    places: dict[int, Position] = field(default_factory=dict)
    """Up to which number each partition holds its shard, as far as it is known now."""
    restarts: int = 0
    stopped_by: str | None = None
    """Why it stopped for good; None while it runs."""

    async def run(self) -> None:
        """Copy until cancelled, beginning again from the partitions after whatever passes.

        Raises: RelayDiverged, NumbersBroken.
        """
        while True:
            self.beat()
            try:
                async with self._reading_log() as connection:
                    await self._copy(connection)
            except* _PASSING as group:
                log.warning("relay of %s starts again: %r", self.topic, group.exceptions)
            self.restarts += 1
            await asyncio.sleep(START_AGAIN_S)

    async def _copy(self, connection: AsyncConnection) -> None:
        """From the last records on. All that is known is thrown away when this ends.

        The last record may be an old one, sent twice: the log must hold the highest as well.
        """
        tails = await partitions.tails(self.brokers, self.topic, source=self.source)
        await self._unsent(connection, {shard: tail.highest for shard, tail in tails.items()})
        self.places = _places(tails)
        ends = {shard: tail.end for shard, tail in tails.items()}
        clock = asyncio.get_running_loop().time
        checked_at = clock()
        async with (
            partitions.reading(self.brokers, fetch_wait_ms=REQUESTS_WAIT_MS) as consumer,
            sender.producing(self.brokers) as producer,
        ):
            await self._listen(consumer)
            while True:
                self.beat()
                self.woken.clear()
                requests = await _requests(consumer)
                if requests:  # a place that is moved back proves less of what was sent
                    await self._unsent(connection, self.places)
                places = positions.rewound(self.places, requests, topic=self.topic)
                fresh = await self._unsent(connection, places)
                if fresh:
                    await failpoint("relay.read")
                sent = await sender.send(producer, self.topic, fresh, source=self.source)
                if fresh:
                    await failpoint("relay.sent")
                ends = positions.check_ends(ends, {s: span.first for s, span in sent.items()})
                ends |= {shard: span.end for shard, span in sent.items()}
                self.places = positions.advanced(places, fresh)
                if clock() - checked_at >= self.check_ends_s:
                    ends = await self._look_again(ends)
                    checked_at = clock()
                await self._pause(fresh)

    async def _stand_by(self, connection: AsyncConnection) -> None:
        """Wait while another process sends; how far that is, the topic tells."""
        clock = asyncio.get_running_loop().time
        looked_at = -self.check_ends_s
        while not await connection.scalar(_TRY_LOCK, {"lock": self.lock}):
            self.beat()
            if clock() - looked_at >= self.check_ends_s:
                tails = await partitions.tails(self.brokers, self.topic, source=self.source)
                self.places = _places(tails)
                looked_at = clock()
            await asyncio.sleep(IDLE_POLL_S)

    async def _look_again(self, ends: Mapping[int, int]) -> dict[int, int]:
        """The ends as they are now. Raises: PartitionWentBack, also when what was lost has been
        covered up: by as many records of others, or of an earlier relay.
        """
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            tails = await partitions.tails(
                self.brokers, self.topic, source=self.source, span_records=CHECKED_RECORDS
            )
        positions.check_sent(self.places, {shard: tail.highest for shard, tail in tails.items()})
        return positions.check_ends(ends, {shard: tail.end for shard, tail in tails.items()})

    async def _listen(self, consumer: AIOKafkaConsumer) -> None:
        """Hear requests from now on: readers repeat the ones that were not heard."""
        partition = TopicPartition(self.rewinds_topic, 0)
        consumer.assign([partition])
        async with asyncio.timeout(partitions.LOOK_TIMEOUT_S):
            await consumer.seek_to_end(partition)

    async def _unsent(
        self, connection: AsyncConnection, places: Mapping[int, Position]
    ) -> dict[int, Sequence[LogRow]]:
        rows = await event_log.rows_from(
            connection, {shard: place.seq for shard, place in places.items()}, rows_max=ROWS_MAX + 1
        )
        return positions.to_send(places, rows)

    async def _pause(self, fresh: Mapping[int, Sequence[LogRow]]) -> None:
        """Until a commit, when there was nothing; shortly, when more is to be expected; not at all
        when there is more."""
        if not fresh:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), IDLE_POLL_S)
        elif max(len(rows) for rows in fresh.values()) < ROWS_MAX:
            await asyncio.sleep(BUSY_POLL_S)

    @asynccontextmanager
    async def _reading_log(self) -> AsyncIterator[AsyncConnection]:
        """The connection that reads the log also holds the lock: they are lost together."""
        async with self.engine.connect() as pooled:
            connection = await pooled.execution_options(isolation_level="AUTOCOMMIT")
            try:
                await self._stand_by(connection)
                yield connection
            finally:
                await connection.invalidate()  # closes it, which gives the lock back


def _places(tails: Mapping[int, partitions.Tail]) -> dict[int, Position]:
    return {shard: tail.position for shard, tail in tails.items()}


async def _requests(consumer: AIOKafkaConsumer) -> list[Rewind]:
    arrived = await consumer.getmany(timeout_ms=0, max_records=REQUESTS_MAX)
    read = (rewinds.read(record.value) for records in arrived.values() for record in records)
    return [request for request in read if request is not None]
