"""Commands of one transaction in step: what they ask is asked at once, what they record is applied
at once.

Each operation is written for one command. It runs until it asks or records something; there it
waits until all of them wait, each question goes out once for all who ask it, and when nobody asks
any more all events are applied. So a transaction has as many statements as there are kinds of
commands in it. They run one at a time, in the order given: whoever uses the session by hand has it
to itself.

They are to be about different things, so that each holds other locks: as they could run in
transactions of their own, beside each other, they run here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextvars import Context
from itertools import zip_longest
from typing import Any, Generic, NamedTuple, NoReturn, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.projections import Projections
from chassis.state.unit import NO_KEYS, Question, Unit
from contracts.event import Event
from contracts.refusal import Refused

A = TypeVar("A")
V = TypeVar("V")


class Operation(NamedTuple, Generic[A]):
    """What one command does, and where it comes from: its log lines and events name that."""

    run: Callable[[Unit], Awaitable[A]]
    context: Context


async def in_step(unit: Unit, operations: Sequence[Operation[A]]) -> list[A | Refused]:
    """Do the operations; what each answers, or refuses without having changed anything.

    Raises: what an operation raises else; then nothing of the transaction may be kept.
    """
    turns = [_Turn(unit, each) for each in operations]
    try:
        for turn in turns:
            await turn.go_on()
        while waiting := [turn for turn in turns if not turn.is_done]:
            asking = [turn for turn in waiting if turn.asked is not None]
            await (_answer(unit, asking) if asking else _apply(unit, waiting))
            for turn in asking or waiting:
                await turn.go_on()
        return [turn.outcome() for turn in turns]
    finally:
        await asyncio.gather(*(turn.stop() for turn in turns))


class _Asked(NamedTuple):
    question: Question[Any]
    key: Any
    same: tuple[tuple[str, Any], ...]


class _Turn(Unit, Generic[A]):
    """What one operation sees of the transaction, and how far it is."""

    def __init__(self, shared: Unit, operation: Operation[A]) -> None:
        super().__init__(shared.session, Projections(), now=shared.now, tools=shared.tools)
        self.asked: _Asked | None = None
        self.answer: Any = None
        self.events: list[Event] = []
        self.keys: Mapping[UUID, bytes] = NO_KEYS
        self._operation = operation
        self._task: asyncio.Task[A] | None = None
        self._halted = asyncio.Event()
        self._goes_on = asyncio.Event()
        self._has_changed = False

    @property
    def session(self) -> AsyncSession:
        """Whoever has it may change anything."""
        self._has_changed = True
        return super().session

    @property
    def is_done(self) -> bool:
        """Whether the operation has ended."""
        return self._task is not None and self._task.done()

    async def ask(self, question: Question[V], key: object, **same: object) -> V | None:
        """Wait for the answer to all who ask the same."""
        self.asked = _Asked(question, key, tuple(same.items()))
        await self._halt()
        self.asked = None
        found: V | None = self.answer
        return found

    async def record(
        self, events: Iterable[Event], *, keys: Mapping[UUID, bytes] = NO_KEYS
    ) -> None:
        """Wait until all events are applied."""
        self.events, self.keys = list(events), keys
        if self.events or self.keys:
            self._has_changed = True
            await self._halt()
            self.events, self.keys = [], NO_KEYS

    def savepoint(self) -> NoReturn:
        """What others record would be in it. Raises: TypeError."""
        raise TypeError("commands in step have no savepoints: give it to `command.run`")

    async def work_in(self, area: str) -> None:  # noqa: ARG002  (as in Unit)
        """Others would work there too. Raises: TypeError."""
        raise TypeError("commands in step have one area: give it to `command.run`")

    async def go_on(self) -> None:
        """Run it until it waits again or has ended. Raises: what it raises, but a refusal that
        changed nothing."""
        self._halted.clear()
        if self._task is None:
            running = self._operation.run(self)
            self._task = asyncio.create_task(_of(running), context=self._operation.context)
            self._task.add_done_callback(lambda _: self._halted.set())
        else:
            self._goes_on.set()
        await self._halted.wait()
        if self.is_done:
            self.outcome()

    def outcome(self) -> A | Refused:
        """The answer, or the refusal."""
        assert self._task is not None  # noqa: S101
        try:
            return self._task.result()
        except Refused as refused:
            if self._has_changed:
                raise
            return refused

    async def stop(self) -> None:
        """End what still waits."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _halt(self) -> None:
        self._goes_on.clear()
        self._halted.set()
        await self._goes_on.wait()


async def _of(running: Awaitable[A]) -> A:
    return await running


async def _answer(unit: Unit, asking: Sequence[_Turn[Any]]) -> None:
    groups: dict[Any, list[_Turn[Any]]] = {}
    for turn in asking:
        assert turn.asked is not None  # noqa: S101
        groups.setdefault((turn.asked.question, turn.asked.same), []).append(turn)
    for (question, same), group in groups.items():
        keys = list(dict.fromkeys(turn.asked.key for turn in group if turn.asked))
        found = await question(unit.session, keys, **dict(same))
        for turn in group:
            turn.answer = found.get(turn.asked.key) if turn.asked else None


async def _apply(unit: Unit, recording: Sequence[_Turn[Any]]) -> None:
    """The first events of all, the second, and so on, of one type beside each other, so that they
    make few runs. Between commands is no order."""
    by_type = sorted(recording, key=lambda turn: turn.events[0].type if turn.events else "")
    columns = zip_longest(*(turn.events for turn in by_type))
    await unit.record(
        [event for column in columns for event in column if event is not None],
        keys={subject: key for turn in by_type for subject, key in turn.keys.items()},
    )
