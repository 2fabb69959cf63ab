"""Questions beside the transactions: what arrives while one is asked is asked together next."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import Context
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

V = TypeVar("V")
Question = Callable[[AsyncSession, Sequence[Any]], Awaitable[Mapping[Any, V]]]


class Readings:
    """What waits to be read, by area: PostgreSQL keeps each reading to its own."""

    def __init__(self, reading: Callable[[str], AsyncSession]) -> None:
        self._reading = reading
        self._waiting: dict[tuple[Question[Any], str], dict[Any, asyncio.Future[Any]]] = {}
        self._doing: asyncio.Task[None] | None = None

    async def ask(self, question: Question[V], key: object, *, area: str) -> V | None:
        """What the question answers about the key. Raises: what it raises for any of the keys."""
        waiting = self._waiting.setdefault((question, area), {})
        answer = waiting.setdefault(key, asyncio.get_running_loop().create_future())
        if self._doing is None:
            self._doing = asyncio.create_task(self._ask_all(), context=Context())
        found: V | None = await asyncio.shield(answer)  # another may wait for the same
        return found

    async def _ask_all(self) -> None:
        try:
            while self._waiting:
                question, area = name = next(iter(self._waiting))
                await self._ask(question, area, self._waiting.pop(name))
        finally:
            self._doing = None

    async def _ask(
        self, question: Question[Any], area: str, waiting: Mapping[Any, "asyncio.Future[Any]"]
    ) -> None:
        try:
            async with self._reading(area) as session:
                found = await question(session, list(waiting))
        except Exception as error:  # noqa: BLE001  (whoever asked meets it)
            for answer in waiting.values():
                answer.set_exception(error)
        except BaseException:
            for answer in waiting.values():
                answer.cancel()
            raise
        else:
            for key, answer in waiting.items():
                answer.set_result(found.get(key))
