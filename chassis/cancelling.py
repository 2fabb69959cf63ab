"""Cancel a call to another party so that its connection is closed.

Cancelled in anyio's way, httpx still closes what it has to close. Cancelled by `Task.cancel` it
does not: a connection that was just made keeps its place in the pool for ever, and those that were
just taken out of the pool to be closed are never closed. So the call has a task of its own, which
is cancelled in anyio's way only.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

T = TypeVar("T")


async def let_go_cleanly(call: Callable[[], Awaitable[T]], *, timeout_s: float) -> T:
    """What the call answers. It is over when this returns or raises, cancelled or not.

    Raises: TimeoutError, and what the call does.
    """
    scope = anyio.CancelScope()
    task = asyncio.create_task(_within(scope, call, timeout_s=timeout_s))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        scope.cancel()
        await _over(task)
        raise


async def _within(
    scope: anyio.CancelScope, call: Callable[[], Awaitable[T]], *, timeout_s: float
) -> T:
    with scope, anyio.fail_after(timeout_s):
        return await call()
    raise asyncio.CancelledError


async def _over(task: asyncio.Task[T]) -> None:
    """Wait until the task is done, however often who waits is cancelled; drop what it came to."""
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            continue
    if not task.cancelled():
        task.exception()
