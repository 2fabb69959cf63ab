"""The processes of a replay: forked before anything is opened, each applies its share of shards."""

import asyncio
import gc
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Any

from chassis.state.replay import Part
from chassis.state.replay.applying import Tell

EVENTS_A_PROCESS = 5_000
"""What is less to do than that is done by fewer."""
STOP_S = 10
_FORK = multiprocessing.get_context("fork")
Work = Callable[[Part, Tell], Any]


class WorkerFailed(RuntimeError):
    """A process of the replay ended without having done its part."""


@dataclass(frozen=True)
class Processes:
    """The workers of one replay."""

    connections: tuple[Connection, ...]

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.connections)

    async def apply(self, part: Part, *, number: int, tell: Tell) -> None:
        """Have a process apply a part. Raises: WorkerFailed."""
        connection = self.connections[number]
        connection.send(part)
        while (heard := await asyncio.to_thread(_received, connection)) is not None:
            tell(heard)


def _received(connection: Connection) -> int | None:
    try:
        found: int | str | None = connection.recv()
    except EOFError:
        raise WorkerFailed("a process of the replay was killed") from None
    if isinstance(found, str):
        raise WorkerFailed(found)
    return found


@contextmanager
def processes(number: int, work: Work) -> Iterator[Processes]:
    """So many processes that wait for a part. They are forked, not started anew: what takes 4 s of
    CPU to import is there already. Call it before any thread, loop or connection is made.
    """
    pairs = [_FORK.Pipe() for _ in range(number)]
    started = [
        _FORK.Process(target=_serve, args=(pairs, place, work), daemon=True)
        for place in range(number)
    ]
    for each in started:
        each.start()
    for _, theirs in pairs:
        theirs.close()
    try:
        yield Processes(tuple(ours for ours, _ in pairs))
    finally:
        _stop(started)


def _serve(pairs: list[tuple[Connection, Connection]], place: int, work: Work) -> None:
    """What a process does: one part. It ends with the process that forked it: no other holds the
    other end of its pipe."""
    for number, (others, ours) in enumerate(pairs):
        others.close()
        if number != place:
            ours.close()
    connection = pairs[place][1]
    gc.disable()  # looking for cycles among a portion's many events took half of the time
    try:
        part: Part = connection.recv()
        asyncio.run(work(part, connection.send))
        connection.send(None)
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
    except Exception as error:  # noqa: BLE001  (told to the one who waits, who raises it)
        connection.send(f"{type(error).__name__}: {error}")


def _stop(started: list[ForkProcess]) -> None:
    for each in started:
        each.terminate()
    for each in started:
        each.join(STOP_S)
