"""One transaction of a service: what it reads, decides and records."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.clock import Clock
from chassis.failpoints import failpoint
from chassis.faults import Passing
from chassis.state import event_log
from chassis.state.projections import Projections
from contracts.event import Event

_ONE_WRITER = text("SELECT pg_advisory_xact_lock(1)")


class Unit:
    """A transaction that changes state only by recording events."""

    def __init__(self, session: AsyncSession, projections: Projections, *, now: datetime) -> None:
        self.session = session
        self.now = now
        self._projections = projections
        self._recorded: dict[int, list[Event]] = {}

    async def record(self, events: Iterable[Event]) -> None:
        """Apply the events to the tables now and log them at the end of the transaction."""
        fresh = event_log.by_shard(events)
        await self._projections.apply(self.session, fresh)
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

    async def log(self) -> bool:
        """Write the log rows, the last thing before the commit; tell whether there were any."""
        await event_log.append(self.session, self._recorded, now=self.now)
        return bool(self._recorded)


class Closed(Passing):
    """Nothing may be decided here until somebody has repaired the database."""


@dataclass
class Units:
    """Where the transactions of one service come from."""

    engine: AsyncEngine
    projections: Projections
    clock: Clock
    recorded: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after a commit that logged something: the relay waits for it."""
    _closed: str | None = None

    def close(self, reason: str) -> None:
        """Refuse every transaction from now on: the log is not the one that was sent."""
        self._closed = reason

    def bulk(self) -> AbstractAsyncContextManager[Unit]:
        """A transaction over many keys. One at a time a service, so that two never deadlock."""
        return self._unit(one_writer=True)

    def single(self) -> AbstractAsyncContextManager[Unit]:
        """A transaction over a few rows, which it locks in a fixed order. It may meet a deadlock
        with a bulk one: whoever opens it tries again on what `faults.is_passing`.
        """
        return self._unit(one_writer=False)

    @asynccontextmanager
    async def _unit(self, *, one_writer: bool) -> AsyncIterator[Unit]:
        if self._closed is not None:
            raise Closed(self._closed)
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            async with session.begin():
                if one_writer:
                    await session.execute(_ONE_WRITER)
                unit = Unit(session, self.projections, now=self.clock())
                yield unit
                logged = await unit.log()
                if logged:
                    await failpoint("unit.logged")
            if logged:
                await failpoint("unit.committed")
                self.recorded.set()
