"""One transaction of a service: what it reads, decides and records, and for which area.

The database is told the area and keeps to it by the policies of `chassis/state/areas.py`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.event import listens_for
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from chassis.clock import Clock, monotonic_s
from chassis.failpoints import failpoint
from chassis.faults import Passing
from chassis.meanwhile import meanwhile
from chassis.state import event_log
from chassis.state.projections import Projections
from chassis.state.readings import Readings
from chassis.subject_keys import keep_keys
from contracts.event import Event

V = TypeVar("V")
Question = Callable[..., Awaitable[Mapping[Any, V]]]
"""Asks a session about many keys at once; what it does not answer is not there."""
NO_KEYS: Mapping[UUID, bytes] = MappingProxyType({})
MANY = 200
"""Events whose bodies are worth making while the tables are changed."""
EVERYWHERE = "*"
"""The area of who works for all of them: jobs, consumers, operators."""
NOWHERE = ""
"""The area of who named none: nothing is seen and nothing written of what has an area."""
AREA_SETTING = "tameng.area"

# Local to the transaction: the next one on the same connection begins with none.
_SET_AREA = f"set_config('{AREA_SETTING}', :area, true)"
_TELL_AREA = text(f"SELECT {_SET_AREA}")
# Over a few rows every plan is the same; made anew for each it takes a fifth of Postgres's time. A
# plan that is kept uses the indexes: one of when a table was empty would read all of it ever after.
_KEEP_PLANS = (
    "set_config('plan_cache_mode', 'force_generic_plan', true), "
    "set_config('enable_seqscan', 'off', true)"
)
_OPEN_SINGLE = text(f"SELECT {_SET_AREA}, {_KEEP_PLANS}")
_AREA = text(f"SELECT current_setting('{AREA_SETTING}')")
_OPEN_BULK = text(f"SELECT pg_advisory_xact_lock(1), {_SET_AREA}")


class Kept(NamedTuple):
    """A transaction that is committed, for whoever measures. Seconds of real time."""

    events: Mapping[int, Sequence[Event]]
    """That it recorded, by shard."""
    handled_s: Mapping[str, float]
    """What handling events of others took, by their type."""
    took_s: float
    commit_s: float
    """Of that, from numbering its events on: so long their shards were locked."""


def _unmeasured(_kept: Kept) -> None:
    """Nobody measures."""


class Unit:
    """A transaction that changes state only by recording events."""

    def __init__(
        self,
        session: AsyncSession,
        projections: Projections,
        *,
        now: datetime,
        tools: Any = None,  # noqa: ANN401  (each service has its own)
    ) -> None:
        self._session = session
        self.now = now
        self.tools = tools
        """What the service uses beside its database, for handlers: routes are given it."""
        self.handled_s: dict[str, float] = {}
        """What handling events took so far, by type."""
        self._projections = projections
        self._recorded: dict[int, list[Event]] = {}

    @property
    def session(self) -> AsyncSession:
        """The transaction itself, for what is asked and done by hand."""
        return self._session

    async def ask(self, question: Question[V], key: object, **same: object) -> V | None:
        """What the question answers about one key. Commands of one transaction ask together
        (`chassis/state/in_step.py`), so what may be asked for each of them is asked by this."""
        return (await question(self.session, [key], **same)).get(key)

    async def record(
        self, events: Iterable[Event], *, keys: Mapping[UUID, bytes] = NO_KEYS
    ) -> None:
        """Apply the events to the tables now and log them at the end of the transaction. `keys`
        are the wrapped keys of those whom the events seal."""
        await keep_keys(self.session, keys, at=self.now)
        fresh = event_log.by_shard(events)
        applied = self._projections.apply(self.session, fresh)
        if sum(map(len, fresh.values())) < MANY:
            await applied
        else:
            every = chain.from_iterable(fresh.values())
            await meanwhile(applied, (event.body for event in every))
        for shard, shard_events in fresh.items():
            self._recorded.setdefault(shard, []).extend(shard_events)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo what fails inside: the rows, and the events recorded with them."""
        recorded = {shard: list(events) for shard, events in self._recorded.items()}
        try:
            async with self.session.begin_nested():
                yield
        except BaseException:
            self._recorded = recorded
            raise

    @asynccontextmanager
    async def everywhere(self) -> AsyncIterator[None]:
        """Inside, rows of every area are seen: for what concerns everybody, such as whether a
        person is known at all. When it fails the transaction is to fail too."""
        area = await self.session.scalar(_AREA)
        await self.work_in(EVERYWHERE)
        yield
        await self.work_in(area)

    async def work_in(self, area: str) -> None:
        """See and write rows of this area from now on."""
        await self.session.execute(_TELL_AREA, {"area": area})

    async def log(self) -> Mapping[int, Sequence[Event]]:
        """Write the log rows, the last thing before the commit; return their events by shard."""
        await event_log.append(self.session, self._recorded, now=self.now)
        return self._recorded


class Closed(Passing):
    """Nothing may be decided here until somebody has repaired the database."""


@dataclass
class Units:
    """Where the transactions of one service come from."""

    engine: AsyncEngine
    projections: Projections
    clock: Clock
    tools: Any = None
    """Handed to each unit."""
    makes: type[Unit] = Unit
    """What kind of transaction."""
    recorded: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after a commit that logged something: the relay waits for it."""
    commits: int = 0
    """How many transactions logged something."""
    measured: Callable[[Kept], None] = _unmeasured
    """Told of every commit."""
    readings: Readings = field(init=False)
    """For questions that many requests ask at the same time."""
    _closed: str | None = None

    def __post_init__(self) -> None:
        self.readings = Readings(lambda area: self.reading(area=area))

    def close(self, reason: str) -> None:
        """Refuse every transaction from now on: the log is not the one that was sent."""
        self._closed = reason

    def bulk(self, *, area: str = NOWHERE) -> AbstractAsyncContextManager[Unit]:
        """A transaction over many keys. One at a time a service, so that two never deadlock."""
        return self._unit(_OPEN_BULK, area)

    def single(self, *, area: str = NOWHERE) -> AbstractAsyncContextManager[Unit]:
        """A transaction over a few rows, which it locks in a fixed order. It may meet a deadlock
        with a bulk one: whoever opens it tries again on what `faults.is_passing`.
        """
        return self._unit(_OPEN_SINGLE, area)

    def reading(self, *, area: str = NOWHERE) -> AsyncSession:
        """A session that nobody commits."""
        return AsyncSession(self.engine, sync_session_class=_ForArea, info={AREA_SETTING: area})

    @asynccontextmanager
    async def _unit(self, opening: TextClause, area: str) -> AsyncIterator[Unit]:
        if self._closed is not None:
            raise Closed(self._closed)
        began_s = monotonic_s()
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            async with session.begin():
                await session.execute(opening, {"area": area})
                unit = self.makes(session, self.projections, now=self.clock(), tools=self.tools)
                yield unit
                decided_s = monotonic_s()
                logged = await unit.log()
                if logged:
                    await failpoint("unit.logged")
            if logged:
                await failpoint("unit.committed")
                self.commits += 1
                self.recorded.set()
            ended_s = monotonic_s()
            self.measured(Kept(logged, unit.handled_s, ended_s - began_s, ended_s - decided_s))


class _ForArea(Session):
    """A session each transaction of which begins by telling its area."""


@listens_for(_ForArea, "after_begin")
def _tell_area(session: Session, _began: SessionTransaction, connection: Connection) -> None:
    connection.execute(_TELL_AREA, {"area": session.info[AREA_SETTING]})
