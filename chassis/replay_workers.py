"""The processes of a replay: forked before anything is opened, each applies its share of shards."""

import asyncio
import gc
import multiprocessing
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Any

from chassis.state.replay import Done, Found, Part, ReplayImpossible
from chassis.state.replay.applying import Tell

STOP_S = 10
_FORK = multiprocessing.get_context("fork")
Work = Callable[[Part, Tell], Coroutine[Any, Any, Found]]


@dataclass(frozen=True)
class Processes:
    """The workers of one replay."""

    connections: tuple[Connection, ...]

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.connections)

    async def apply(self, part: Part, *, number: int, tell: Tell) -> Found:
        """Have a process apply a part. Raises: ReplayImpossible."""
        connection = self.connections[number]
        connection.send(part)
        while True:
            heard = await asyncio.to_thread(_received, connection)
            if isinstance(heard, Found):
                return heard
            tell(heard)


def _received(connection: Connection) -> Done | Found:
    try:
        found: Done | Found | str = connection.recv()
    except (EOFError, OSError):
        raise ReplayImpossible("a process of the replay was ended from outside") from None
    if isinstance(found, str):
        raise ReplayImpossible(found)
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
    """What a process does: part after part. It ends with the process that forked it: nobody else
    holds the other end of its pipe."""
    for number, (others, ours) in enumerate(pairs):
        others.close()
        if number != place:
            ours.close()
    gc.disable()  # looking for cycles among a portion's many events took half of the time
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        asyncio.run(_work(pairs[place][1], work))


async def _work(connection: Connection, work: Work) -> None:
    while True:
        part: Part = await asyncio.to_thread(connection.recv)
        try:
            connection.send(await work(part, connection.send))
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  (told to the one who waits, who raises it)
            told = str(error) if isinstance(error, RuntimeError | ValueError) else repr(error)
            connection.send(told or repr(error))


def _stop(started: list[ForkProcess]) -> None:
    for each in started:
        each.terminate()
    for each in started:
        each.join(STOP_S)
