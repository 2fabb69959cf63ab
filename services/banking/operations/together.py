"""Many that run at once ask the database for the same thing: one transaction answers them all."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

LINGER_S = 0.005
"""How long the first waits for others to come along."""
TOGETHER_MAX = 64
Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Together(Generic[Item, Answer]):
    """Collects what is asked, and has it done in one go; who asks waits until it is committed."""

    def __init__(
        self,
        do: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]],
        *,
        spawn: Callable[[Any], asyncio.Task[None]],
    ) -> None:
        """`do` answers each item, in order; `spawn` starts the task that calls it."""
        self._do = do
        self._spawn = spawn
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._is_doing = False

    async def __call__(self, item: Item) -> Answer:
        """The answer to one item. Raises: what `do` raises, for all of a batch."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if not self._is_doing:
            self._is_doing = True
            self._spawn(self._do_all())
        return await answer

    async def _do_all(self) -> None:
        try:
            await asyncio.sleep(LINGER_S)
            while self._waiting:
                batch = self._waiting[:TOGETHER_MAX]
                del self._waiting[:TOGETHER_MAX]
                await self._do_batch(batch)
        finally:
            self._is_doing = False

    async def _do_batch(self, batch: Sequence[tuple[Item, "asyncio.Future[Answer]"]]) -> None:
        try:
            answers = await self._do([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001  (it is raised where it was asked for)
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():  # who asked may have given up
                future.set_result(answer)
