"""A roster whose rows are worked on, a chunk at a time."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from chassis.local_time import local_day
from chassis.state.unit import Unit
from services.enrollment.adapters import Tools
from services.enrollment.adapters.staging import RosterCipher
from services.enrollment.models import Roster, StagedChunk, StagedRoster
from services.enrollment.operations.rosters.staging import Judged, Judging, cipher_of
from services.enrollment.queries import rosters as queries
from services.enrollment.rules.months import month_of

T = TypeVar("T")
Computing = Coroutine[Any, Any, T]


class _Key(NamedTuple):
    roster_id: UUID
    chunk: int
    today: date


@dataclass
class Ahead(Generic[T]):
    """What is computed of the next chunk while the database works on the one before it: a quarter
    off the time that a roster of 100,000 takes. Only computing, so that it may be thrown away."""

    _key: _Key | None = None
    _task: asyncio.Task[T] | None = None

    async def take(self, key: _Key, compute: Callable[[], Computing[T]]) -> T:
        """What `compute` gives for a chunk: it may have been begun before."""
        task, self._task = self._task, None
        if task is not None and self._key == key:
            return await task
        return await compute()

    def begin(self, key: _Key, compute: Computing[T]) -> None:
        """Compute what comes next."""
        self._key = key
        self._task = asyncio.create_task(compute)


@dataclass(frozen=True)
class Work:
    """What it takes to work on a roster in one transaction."""

    unit: Unit
    roster: Roster
    staged: StagedRoster
    tools: Tools

    @classmethod
    async def on(cls, unit: Unit, roster: Roster, *, tools: Tools) -> "Work":
        """Work on a roster whose rows wait."""
        staged = await queries.staged_roster(unit.session, roster.roster_id)
        return cls(unit, roster, staged, tools)

    @property
    def today(self) -> date:
        """The day on which whoever is decided now is decided."""
        return local_day(self.unit.now)

    @property
    def this_month(self) -> str:
        """The month in which whoever is decided now is decided."""
        return month_of(self.today)

    @cached_property
    def cipher(self) -> RosterCipher:
        """What seals and opens the rows."""
        return cipher_of(self.staged, tools=self.tools)

    @cached_property
    def judging(self) -> Judging:
        """How its rows are judged today."""
        return Judging(
            cipher=self.cipher,
            columns=tuple(self.staged.columns),
            area_code=self.roster.region_code,
            today=self.today,
            tools=self.tools,
        )

    async def judged(self, chunk: StagedChunk) -> Judged:
        """A chunk, each row judged by itself."""
        return await self.judging.chunk(chunk)

    async def ahead(
        self, chunk: StagedChunk, ahead: Ahead[T], compute: Callable[[StagedChunk], Computing[T]]
    ) -> T:
        """What `compute` gives for a chunk; and the one behind it is begun."""
        done = await ahead.take(self._key(chunk.chunk), lambda: compute(chunk))
        following = await queries.chunk_or_none(
            self.unit.session, self.roster.roster_id, chunk.chunk + 1
        )
        if following is not None:
            ahead.begin(self._key(following.chunk), compute(following))
        return done

    def _key(self, chunk: int) -> _Key:
        return _Key(self.roster.roster_id, chunk, self.judging.today)
