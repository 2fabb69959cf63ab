"""Work of this process while it waits for another one.

In a bulk transaction this process waits for the database and the database for this process, in
turn. What does not need the answer is done meanwhile, piece by piece: the answer is taken as soon
as it is there.
"""

import asyncio
from collections.abc import Awaitable, Iterable
from itertools import islice
from typing import TypeVar

A = TypeVar("A")
T = TypeVar("T")
PIECE = 100
"""Items between two looks at what has arrived: about a millisecond of events."""


async def meanwhile(asked: Awaitable[A], work: Iterable[T]) -> tuple[A, list[T]]:
    """The answer, and all items of the work, gone through while it was waited for.

    Raises: what either raises; when there is no answer the work is left.
    """
    done = asyncio.create_task(_in_pieces(work))
    try:
        answer = await asked
    except BaseException:
        done.cancel()
        raise
    return answer, await done


async def _in_pieces(work: Iterable[T]) -> list[T]:
    done: list[T] = []
    left = iter(work)
    while piece := list(islice(left, PIECE)):
        done += piece
        await asyncio.sleep(0)
    return done
