"""Commands that wait together are committed together: one transaction, one commit.

While one transaction runs, the commands that arrive wait for the next. What a transaction costs
whatever it does (its beginning, its commit, keys, numbers of the log) is shared by all of them; a
command that comes alone waits for nobody. They are done one after the other, each as if it were
alone, so a command for this shares nothing slow: it waits for the database only.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context, copy_context
from functools import partial
from typing import NamedTuple

from fastapi import Response
from pydantic import BaseModel

from chassis.state.unit import Unit, Units
from chassis.web.idempotency import Keyed, Operation, Task, once
from contracts.refusal import Refused

TOGETHER_MAX = 32
"""Commands of one transaction: what they lock they hold until its end."""


class _Waiting(NamedTuple):
    """A command, where it comes from, and who waits for its answer."""

    request: Keyed
    operation: Operation
    area: str
    context: Context
    """The operation runs in it: log lines and events name the request they belong to."""
    answer: "asyncio.Future[Response | None]"


class Together:
    """What waits for the transactions of one service."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._waiting: list[_Waiting] = []
        self._doing: asyncio.Task[None] | None = None

    async def answer(self, request: Keyed, operation: Operation, *, area: str) -> Response | None:
        """The answer, committed; None: what it was done with failed, nothing was kept, and the
        caller does it alone.

        Raises: RequestInFlight, IdempotencyKeyReused.
        """
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(request, operation, area, copy_context(), answer))
        if self._doing is None:
            self._doing = asyncio.create_task(self._do_all(), context=Context())
        found: Response | None = await answer
        return found

    async def _do_all(self) -> None:
        try:
            while self._waiting:
                await self._do(self._next())
        finally:
            self._doing = None

    def _next(self) -> list[_Waiting]:
        """The first to wait, each key once; of one area together, so that it is told rarely."""
        taken: dict[tuple[str, str], _Waiting] = {}
        left: list[_Waiting] = []
        for each in self._waiting:
            name = (each.request.principal, each.request.key)
            if name in taken or len(taken) == TOGETHER_MAX:
                left.append(each)
            else:
                taken[name] = each
        self._waiting = left
        return sorted(taken.values(), key=lambda each: each.area)

    async def _do(self, batch: Sequence[_Waiting]) -> None:
        try:
            async with self._units.single(area=batch[0].area) as unit:
                answers = await once(unit, _tasks(batch))
        except Exception:  # noqa: BLE001  (whoever caused it meets it again when alone)
            _tell(batch, [None] * len(batch))
        except BaseException:
            for each in batch:
                each.answer.cancel()
            raise
        else:
            _tell(batch, answers)


def _tasks(batch: Sequence[_Waiting]) -> list[Task]:
    before = [batch[0].area, *(each.area for each in batch)]
    return [
        Task(each.request, partial(_in_its_context, each, is_new_area=each.area != area))
        for each, area in zip(batch, before, strict=False)
    ]


async def _in_its_context(waiting: _Waiting, unit: Unit, *, is_new_area: bool) -> BaseModel:
    if is_new_area:
        await unit.work_in(waiting.area)
    return await asyncio.create_task(_of(waiting.operation, unit), context=waiting.context)


async def _of(operation: Callable[[Unit], Awaitable[BaseModel]], unit: Unit) -> BaseModel:
    return await operation(unit)


def _tell(batch: Sequence[_Waiting], answers: Sequence[Response | Refused | None]) -> None:
    for each, answer in zip(batch, answers, strict=True):
        if each.answer.done():  # who asked has gone
            continue
        if isinstance(answer, Refused):
            each.answer.set_exception(answer)
        else:
            each.answer.set_result(answer)
