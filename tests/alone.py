"""One service alone: its HTTP over its own fresh database, with no Kafka and a clock to set.

    async def test_x(alone: MakeAlone) -> None:
        enrollment = await alone("enrollment")                      # an `Alone`
        province = enrollment.client("province", area="53")         # httpx.AsyncClient with a token
        answer = await province.post("/programmes", json=..., headers=key("a"))
        enrollment.clock.set(datetime(2025, 8, 1, tzinfo=UTC))
        heard = await enrollment.hear(InvoicePaid(...))             # as if it came from Kafka
        await enrollment.hear_again()                               # everything, once more
        assert await enrollment.recorded(ContributionPaid) == [...] # from the event log, as classes
        assert await enrollment.rows("SELECT * FROM workers") == [...]
        async with enrollment.units.bulk(area=EVERYWHERE) as unit: ...  # runtime role, set clock
        assert (await enrollment.replay()).same

Jobs do not run by themselves: `await enrollment.work("rosters")` steps one until it rests.
The lifespan never starts, so the service reaches no broker. Redis is the session's; callers are
named after the test's database, so rate limits of two tests never meet.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from chassis import clock
from chassis.bus.admission import Admission, Record, Stream
from chassis.bus.reading import event_of
from chassis.ids import new_id
from chassis.service import Running, Service, application
from chassis.state.database import owner_engine
from chassis.state.event_log import shard_of
from chassis.state.replay import Cut, Portion, Read, Report, replay
from chassis.state.unit import EVERYWHERE, Units
from contracts.catalogue import EVENTS
from contracts.event import Event
from tameng.environment import RAIL, SERVICES, Surroundings, of_service
from tameng.keys import Keys
from tameng.provision.bus import open_bus
from tameng.stack.parts import ADMIN, Part, Stack
from tests.databases import MakeDatabase, Urls
from tests.tokens import Issuer

START = datetime(2025, 7, 7, 1, 0, tzinfo=UTC)
"""A Monday morning in Kupang."""
STEPS_MAX = 200
E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class SetClock:
    """The service's clock: stands still until it is set."""

    file: Path

    def set(self, at: datetime) -> None:
        """Show this instant from now on."""
        clock.move(self.file, at)

    def now(self) -> datetime:
        """What it shows."""
        return clock.simulated(self.file)()


@dataclass
class Alone:
    """A service without its neighbors."""

    service: Service[Any]
    running: Running[Any]
    app: FastAPI
    urls: Urls
    clock: SetClock
    issuer: Issuer
    kafka: Part
    records: list[Record] = field(default_factory=list)
    """What it heard so far."""
    _clients: AsyncExitStack = field(default_factory=AsyncExitStack)
    _numbers: dict[Stream, "count[int]"] = field(default_factory=dict)

    @property
    def units(self) -> Units:
        """Transactions of the runtime role, at the set clock."""
        return self.running.units

    def client(self, role: str, *, area: str, name: str | None = None) -> httpx.AsyncClient:
        """A caller of this role and area; closed when the test ends."""
        called = f"{name or role} of {self.urls.database}"
        return self.anonymous(headers=self.issuer.bearer(role=role, area=area, name=called))

    def anonymous(self, *, headers: Mapping[str, str] | None = None) -> httpx.AsyncClient:
        """A caller with these headers only. A crash reaches it as an answer, 500."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        made = httpx.AsyncClient(transport=transport, base_url="http://alone", headers=headers)
        self._clients.push_async_callback(made.aclose)
        return made

    async def hear(self, *events: Event) -> Admission:
        """Take in events of other services in one poll, numbered as Kafka would bring them."""
        fresh = [self._numbered(event) for event in events]
        self.records += fresh
        return await self.running.consumer.store.apply(fresh)

    async def hear_again(self) -> Admission:
        """Take in everything heard so far once more."""
        return await self.running.consumer.store.apply(self.records)

    def heard_before(self, records: Sequence[Record]) -> None:
        """Go on after these records, which its database holds already."""
        self.records = list(records)
        last = {record.stream: record.seq for record in records}
        self._numbers = {stream: count(seq + 1) for stream, seq in last.items()}

    async def handle(self, *events: Event) -> None:
        """Hand events of one type to the handlers past the watermarks: as a new number would."""
        async with self.units.bulk(area=EVERYWHERE) as unit:
            await self.service.handlers.handle_run(unit, events)

    async def work(self, job: str) -> None:
        """Step one of the service's jobs until it finds nothing more to do."""
        (found,) = (each for each in self.service.jobs(self.running) if each.name == job)
        for _ in range(STEPS_MAX):
            if not await found.step():
                return
        raise AssertionError(f"{job} still found work after {STEPS_MAX} steps")

    async def recorded(self, event: type[E]) -> list[E]:
        """The events of this class in the service's log, in the order they were written."""
        bodies = await self.rows(
            "SELECT body FROM event_log WHERE type = :type ORDER BY logged_at, shard, seq",
            type=event.type,
        )
        return [event.model_validate_json(row["body"]) for row in bodies]

    async def rows(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        """What a query answers the runtime role, working for everywhere, as dicts."""
        async with self.units.reading(area=EVERYWHERE) as session:
            found = await session.execute(text(statement), values)
            return [dict(row) for row in found.mappings()]

    async def replay(self) -> Report:
        """Rebuild all state beside the live tables and compare."""
        owner = owner_engine(self.urls.owner, application="replay")
        try:
            return await replay(
                owner,
                tables=self.service.tables,
                projections=self.service.projections,
                replicas=self.service.replicas,
                replica_events=Heard(self),
            )
        finally:
            await owner.dispose()

    async def open_bus(self) -> None:
        """Make the topics and the rights that it needs to run with its lifespan."""
        await open_bus(self.kafka.brokers(ADMIN), self.running.topics)

    async def close(self) -> None:
        """Let go of the database and the tools."""
        await self._clients.aclose()
        if hasattr(self.running.tools, "aclose"):
            await self.running.tools.aclose()
        await self.units.engine.dispose()

    def _numbered(self, event: Event) -> Record:
        owner = event.type.partition(".")[0]
        stream = Stream(self.running.topics.of(owner), shard_of(event.key))
        seq = next(self._numbers.setdefault(stream, count(1)))
        body = event.model_dump_json().encode()
        return Record(stream, seq, body, event.event_id, event.type, event.key)


@dataclass(frozen=True)
class Heard:
    """The records that a service heard and did not park, for its replay."""

    alone: Alone

    async def up_to(self, cut: Cut) -> AsyncIterator[Portion]:
        types = self.alone.service.replicas.event_types
        heard = [r for r in self.alone.records if r.seq <= cut.heard.get(r.stream, 0)]
        found: list[Read] = []
        for record in heard:
            if (record.stream, record.seq) not in cut.parked:
                event = event_of(record, types)
                if event is not None:
                    found.append(Read(record.stream, record.key, event))
        yield Portion(found, len(heard))


MakeAlone = Callable[..., Awaitable[Alone]]


@pytest.fixture
async def alone(
    stack: Stack,
    session_keys: Keys,
    issuer: Issuer,
    service_database: MakeDatabase,
    tmp_path: Path,
) -> AsyncIterator[MakeAlone]:
    """Call with a service's name, and settings to change: `await alone("banking", rail_url=...)`.
    Each call is another installation with a database of its own.
    """
    made: list[Alone] = []

    async def make(name: str, **changed: Any) -> Alone:
        urls = await service_database(name)
        set_clock = SetClock(tmp_path / f"{urls.database}.clock")
        set_clock.set(START)
        service: Service[Any] = import_module(f"services.{name}.app").service
        settings = _settings(name, urls, set_clock.file, stack=stack, keys=session_keys) | changed
        app = application(service, service.settings(**settings))
        one = Alone(service, app.state.running, app, urls, set_clock, issuer, stack.kafka)
        made.append(one)
        return one

    yield make
    for each in made:
        await each.close()


def key(name: str | None = None) -> dict[str, str]:
    """The header of a request that changes something: a key of this name, or one never used."""
    return {"Idempotency-Key": name or str(new_id())}


def read(row: Mapping[str, Any]) -> Event:
    """An event of any kind from its row in the log (columns type and body)."""
    return EVENTS[row["type"]].model_validate_json(row["body"])


def _settings(
    name: str, urls: Urls, clock_file: Path, *, stack: Stack, keys: Keys
) -> dict[str, Any]:
    """The settings of a service as the command line's environment would give them."""
    folder = clock_file.parent
    for asking in ("banking", "claims"):
        (folder / asking).write_text("none")
    around = Surroundings(
        stack=stack,
        keys=keys,
        ports=dict.fromkeys((*SERVICES, RAIL), 9),
        prefix=f"{urls.database}.",
        clock_file=clock_file,
        archive_folder=folder / f"{urls.database}.archive",
        rail_book_file=folder / "rail.book",
        tokens_folder=folder,
        blobs_folder=folder / f"{urls.database}.blobs",
    )
    prefix = f"{name.upper()}_"
    given = {
        variable.removeprefix(prefix).lower(): value
        for variable, value in of_service(around, name).items()
    }
    return given | {"database_url": urls.runtime, "owner_database_url": urls.owner}
