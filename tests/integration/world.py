"""Two services on the bus, with nothing but the chassis in them: enrollment logs, banking listens
and answers, enrollment listens. Each notes the events it applied, in order.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import stamina
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus.admission import Admission
from chassis.bus.consumer import Consumer
from chassis.bus.handlers import Handlers
from chassis.bus.relay import Relay
from chassis.bus.store import Database
from chassis.bus.subscription import Subscription, connect
from chassis.bus.topics import Topics
from chassis.faults import is_passing
from chassis.state.database import owner_engine, runtime_engine
from chassis.state.event_log import shard_of
from chassis.state.projections import Projections
from chassis.state.unit import EVERYWHERE, Unit, Units
from contracts.banking import AccountOpened, ParkedEventDropped
from contracts.enrollment import ContributionBilled
from contracts.event import Event, derived_id
from contracts.types import AccountId, InvoiceId, ProgrammeId, WorkerId
from tameng.provision.bus import open_bus
from tameng.stack.parts import ADMIN, Part
from tests.databases import MakeDatabase, Urls

NOW = datetime(2025, 7, 21, tzinfo=UTC)
PROGRAMME = ProgrammeId(UUID(int=1))
INVOICE = InvoiceId(UUID(int=2))
WORKERS = 10**6
BATCH = 100
IDLE_S = 0.3
_TABLE = (
    "CREATE TABLE applied (n bigserial PRIMARY KEY, event_id uuid NOT NULL, key text NOT NULL)",
    "GRANT ALL ON applied, applied_n_seq TO PUBLIC",
)
_NOTE = text(
    "INSERT INTO applied (event_id, key) SELECT event_id, key FROM unnest(cast(:ids AS uuid[]), "
    "cast(:keys AS text[])) WITH ORDINALITY AS given(event_id, key, place) ORDER BY place"
)


def billed(number: int) -> ContributionBilled:
    """A month of the worker with this number; one of the same worker every `WORKERS` numbers."""
    worker_id = WorkerId(UUID(int=number % WORKERS))
    return ContributionBilled(
        event_id=UUID(int=number), occurred_at=NOW, causation_id=UUID(int=0),
        correlation_id=UUID(int=0), worker_id=worker_id, programme_id=PROGRAMME,
        invoice_id=INVOICE, month="2025-07", amount=16_800,
    )  # fmt: skip


def opened(cause: ContributionBilled) -> AccountOpened:
    """What the bank answers."""
    return AccountOpened(
        **cause.cause.stamp("open", at=NOW), holder_id=cause.worker_id, holder="member",
        account_id=AccountId(derived_id(cause.worker_id, "account")),
    )  # fmt: skip


class Node:
    """One of the two services: its log, its relays, its consumers."""

    def __init__(self, name: str, *, other: str, urls: Urls, kafka: Part, topics: Topics) -> None:
        self.name, self.other, self.urls = name, other, urls
        self.brokers, self.admin = kafka.brokers(name), kafka.brokers(ADMIN)
        self.topics = topics
        self.engine = runtime_engine(urls.runtime, application=urls.database)
        projections = Projections()
        projections.changes_nothing(ContributionBilled, AccountOpened, ParkedEventDropped)
        self.units = Units(self.engine, projections, lambda: NOW)
        self.handlers = Handlers(Projections())
        self.handlers.on(AccountOpened)(self._note)
        self.handlers.on(ContributionBilled)(self.note_and_answer)
        self.answers = True
        self.bad_keys: set[str] = set()
        self.heard: list[Admission] = []
        self.foreign = 0
        self.looks = 0
        self.idle_s = IDLE_S
        self.relays: dict[int, Relay] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def topic(self) -> str:
        return self.topics.of(self.name)

    @property
    def duplicates(self) -> int:
        """How many records were dropped because they had been applied before."""
        return sum(len(admission.duplicates) for admission in self.heard)

    async def _note(self, unit: Unit, events: Sequence[Event]) -> None:
        ids, keys = [e.event_id for e in events], [e.key for e in events]
        await unit.session.execute(_NOTE, {"ids": ids, "keys": keys})
        if self.bad_keys.intersection(keys):
            raise ArithmeticError("a rule that nobody expected to fail")

    async def note_and_answer(self, unit: Unit, events: Sequence[ContributionBilled]) -> None:
        if self.answers:
            await unit.record(map(opened, events))
        await self._note(unit, events)

    async def record(self, numbers: Iterable[int]) -> None:
        """Log an event for each number, a batch a transaction."""
        chosen = list(numbers)
        for first in range(0, len(chosen), BATCH):
            async with self.units.bulk(area=EVERYWHERE) as unit:
                await unit.record([billed(n) for n in chosen[first : first + BATCH]])

    def start_relay(self, lock: int = 2) -> "asyncio.Task[None]":
        """One relay a lock: two locks are two relays."""
        relay = Relay(
            self.engine, self.brokers, self.topic, self.name, self.topics.rewinds,
            woken=self.units.recorded, lock=lock, check_ends_s=0.5,
        )  # fmt: skip
        self.relays[lock] = relay
        self._tasks[f"relay {lock}"] = task = asyncio.create_task(relay.run())
        return task

    async def stop_relay(self, lock: int = 2) -> None:
        await self._stop(f"relay {lock}")
        del self.relays[lock]

    async def start_consumer(self, name: str = "first", *, group: str = "") -> Subscription:
        """A member of the service's group, or of one of its own."""
        consumer = Consumer(
            Database(self.units, self.handlers), self.topics.sources([self.other]),
            self.topics.rewinds, idle_s=self.idle_s, heard=self._hear,
        )  # fmt: skip
        subscription = Subscription(
            connect(self.brokers), consumer, self.group(group),
            session_timeout_ms=6_000, heartbeat_interval_ms=300,
        )  # fmt: skip
        await subscription.start(self._look)
        self.subscriptions[name] = subscription
        await until(subscription.assigned)
        return subscription

    async def stop_consumer(self, name: str = "first") -> None:
        async with asyncio.timeout(30):
            await self.subscriptions.pop(name).stop()

    def group(self, name: str = "") -> str:
        own = f"{self.topics.prefix}{self.name}"
        return f"{own}.{name}" if name else own

    def _hear(self, admission: Admission, foreign: int) -> None:
        self.heard.append(admission)
        self.foreign += foreign

    def _look(self) -> None:
        self.looks += 1

    async def _stop(self, name: str) -> None:
        task = self._tasks.pop(name)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def check_alive(self) -> None:
        """Raise what ended one of the relays or look-outs."""
        for task in self._tasks.values():
            if task.done():
                task.result()

    async def stop(self) -> None:
        for name in list(self.subscriptions):
            await self.stop_consumer(name)
        for name in list(self._tasks):
            with suppress(Exception):  # a relay that a test made fail
                await self._stop(name)
        await self.engine.dispose()

    @stamina.retry(on=is_passing, attempts=10, wait_initial=0.02)
    async def all(self, query: str) -> list[tuple[Any, ...]]:
        """What the query finds; a test may have ended the pool's connections just before."""
        async with AsyncSession(self.engine) as session:
            return [tuple(row) for row in await session.execute(text(query))]

    async def as_owner(self, *statements: str) -> None:
        """What no service may do: change its log, set it back."""
        engine = owner_engine(self.urls.owner, application="test")
        async with engine.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))
        await engine.dispose()

    async def heads(self) -> dict[int, int]:
        """The log's head of each shard that has any."""
        found = await self.all("SELECT shard, seq FROM shard_head WHERE seq > 0")
        return dict(found)

    async def marks(self) -> dict[int, int]:
        """How far the other's shards were applied."""
        found = await self.all("SELECT shard, seq FROM watermark WHERE seq > 0")
        return dict(found)

    async def applied(self) -> list[UUID]:
        return [row[0] for row in await self.all("SELECT event_id FROM applied ORDER BY n")]


async def make_node(
    name: str, *, other: str, make_database: MakeDatabase, kafka: Part, topics: Topics
) -> Node:
    urls = await make_database("enrollment")
    node = Node(name, other=other, urls=urls, kafka=kafka, topics=topics)
    await node.as_owner(*_TABLE)
    return node


class World:
    """Both services, on topics of their own."""

    def __init__(self, enrollment: Node, banking: Node) -> None:
        self.enrollment, self.banking = enrollment, banking

    async def open_bus(self) -> None:
        node = self.enrollment
        await open_bus(node.admin, node.topics, owners=["enrollment", "banking"])

    async def start(self) -> None:
        self.enrollment.start_relay()
        self.banking.start_relay()
        await asyncio.gather(self.banking.start_consumer(), self.enrollment.start_consumer())

    async def stop(self) -> None:
        await asyncio.gather(self.enrollment.stop(), self.banking.stop())

    async def check(self, *, events: int) -> None:
        """Every event and every answer arrived, once and in order."""
        assert await check_promise(self.banking, self.enrollment) == events
        assert await check_promise(self.enrollment, self.banking) == events


async def until(
    condition: Callable[[], bool | Awaitable[bool]], *, limit_s: float = 45, poll_s: float = 0.03
) -> None:
    """Wait for something that must come."""
    async with asyncio.timeout(limit_s):
        while True:
            answer = condition()
            if answer is True or (not isinstance(answer, bool) and await answer):
                return
            await asyncio.sleep(poll_s)


async def caught_up(reader: Node, owner: Node, *, limit_s: float = 45) -> None:
    """Wait until the reader has applied all that the owner logged."""

    async def reached() -> bool:
        owner.check_alive()
        reader.check_alive()
        return await owner.heads() == await reader.marks()

    await until(reached, limit_s=limit_s)


async def check_promise(reader: Node, owner: Node, *, limit_s: float = 45) -> int:
    """Every logged event was applied once and in the order of its shard; return how many."""
    await caught_up(reader, owner, limit_s=limit_s)
    return await check_applied(reader, owner)


async def check_applied(reader: Node, owner: Node) -> int:
    """As `check_promise`, of things as they are now."""
    log = await owner.all("SELECT event_id, shard, seq FROM event_log ORDER BY shard, seq")
    place = {event_id: (shard, seq) for event_id, shard, seq in log}
    applied = await reader.applied()
    twice = [event_id for event_id, n in Counter(applied).items() if n > 1]
    assert not twice, f"{len(twice)} events applied more than once"
    in_order = sorted((place[event_id] for event_id in applied), key=lambda at: at[0])
    assert in_order == sorted(place.values()), "not all, or not in order"
    assert not await reader.all("SELECT * FROM parked")
    return len(applied)


async def quiet(reader: Node, owner: Node, *, looks: int = 12) -> None:
    """Wait until the relay has sent all and the reader has read all, and then looked around so
    often that whatever it could notice it has noticed.
    """

    async def at_the_end() -> bool:
        heads = await owner.heads()
        sent = {s: place.seq for s, place in owner.relays[2].places.items() if place.seq > 0}
        consumer = reader.subscriptions["first"].subscriber.consumer
        assert consumer is not None
        read = [await consumer.position(p) >= (consumer.highwater(p) or 0)
                for p in consumer.assignment()]  # fmt: skip
        return sent == heads and len(read) > 0 and all(read)

    await until(at_the_end)
    seen = reader.looks
    await until(lambda: reader.looks >= seen + looks)
    await until(at_the_end)


def numbers_in(shards: Iterable[int], *, each: int, first: int = 0) -> list[int]:
    """Numbers of workers, so many for each of these shards."""
    wanted, chosen, number = dict.fromkeys(shards, each), [], first
    while any(wanted.values()):
        shard = shard_of(billed(number).key)
        if wanted.get(shard, 0) > 0:
            wanted[shard] -= 1
            chosen.append(number)
        number += 1
    return chosen
