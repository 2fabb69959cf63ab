"""Commands that wait together are committed together: one transaction, one commit.

While one transaction runs, the commands that arrive wait for the next. What a transaction costs
whatever it does (its beginning, its commit, keys, numbers of the log) is shared by all of them; a
command that comes alone waits for nobody. They go in step (`chassis/state/in_step.py`), those about
the same thing one after the other, so a command for this waits for the database only.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextvars import Context, copy_context
from functools import partial
from typing import NamedTuple
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel

from chassis.state.in_step import Operation as InStep
from chassis.state.in_step import in_step
from chassis.state.unit import Unit, Units
from chassis.web.idempotency import Keyed, Operation, once
from contracts.refusal import Refused

TOGETHER_MAX = 32
"""Commands of one transaction: what they lock they hold until its end."""


class _Waiting(NamedTuple):
    """A command, where it comes from, and who waits for its answer."""

    request: Keyed
    operation: Operation
    area: str
    about: UUID
    context: Context
    """The operation runs in it: log lines and events name the request they belong to."""
    answer: "asyncio.Future[Response | None]"


class Together:
    """What waits for the transactions of one service."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._waiting: list[_Waiting] = []
        self._doing: asyncio.Task[None] | None = None

    async def answer(
        self, request: Keyed, operation: Operation, *, area: str, about: UUID
    ) -> Response | None:
        """The answer, committed; None: what it was done with failed, nothing was kept, and the
        caller does it alone. Commands about the same thing meet each other's effects.

        Raises: RequestInFlight, IdempotencyKeyReused, and what the operation refuses.
        """
        answer = asyncio.get_running_loop().create_future()
        context = copy_context()
        self._waiting.append(_Waiting(request, operation, area, about, context, answer))
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
        """The first to wait, each key once."""
        taken: dict[tuple[str, str], _Waiting] = {}
        left: list[_Waiting] = []
        for each in self._waiting:
            name = (each.request.principal, each.request.key)
            if name in taken or len(taken) == TOGETHER_MAX:
                left.append(each)
            else:
                taken[name] = each
        self._waiting = left
        return list(taken.values())

    async def _do(self, batch: Sequence[_Waiting]) -> None:
        try:
            async with self._units.single(area=batch[0].area) as unit:
                requests = [each.request for each in batch]
                answers = await once(unit, requests, partial(_in_waves, unit, batch))
        except Exception:  # noqa: BLE001  (whoever caused it meets it again when alone)
            _tell(batch, [None] * len(batch))
        except BaseException:
            for each in batch:
                each.answer.cancel()
            raise
        else:
            _tell(batch, answers)


async def _in_waves(
    unit: Unit, batch: Sequence[_Waiting], places: Sequence[int]
) -> list[BaseModel | Refused]:
    done: dict[int, BaseModel | Refused] = {}
    area = batch[0].area
    for wave in _waves(batch, places):
        if batch[wave[0]].area != area:
            area = batch[wave[0]].area
            await unit.work_in(area)
        steps = [InStep(batch[place].operation, batch[place].context) for place in wave]
        found = await in_step(unit, steps)
        done |= zip(wave, found, strict=True)
    return [done[place] for place in places]


def _waves(batch: Sequence[_Waiting], places: Sequence[int]) -> list[list[int]]:
    """Who may go in step: of one area, and each about something else; in the order they came."""
    waves: dict[tuple[str, int], list[int]] = {}
    before: Counter[tuple[str, UUID]] = Counter()
    for place in places:
        each = batch[place]
        waves.setdefault((each.area, before[each.area, each.about]), []).append(place)
        before[each.area, each.about] += 1
    return [waves[name] for name in sorted(waves)]


def _tell(batch: Sequence[_Waiting], answers: Sequence[Response | Refused | None]) -> None:
    for each, answer in zip(batch, answers, strict=True):
        if each.answer.done():  # who asked has gone
            continue
        if isinstance(answer, Refused):
            each.answer.set_exception(answer)
        else:
            each.answer.set_result(answer)
