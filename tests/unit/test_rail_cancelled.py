"""A question to the rail that is cancelled, at whatever instant, leaves no connection open."""

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID

import pytest

from services.banking.adapters.breaker import Breaker
from services.banking.adapters.rail import Rail
from services.banking.adapters.snap import Partner

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
INSTANTS = 60
"""So many turns of the event loop are more than a question takes."""
PARTNER = Partner(partner_id="BANK", channel_id="95221", secret=b"secret")
PAYOUT_ID = UUID(int=1)
TIMEOUT_S = 5.0


class Answering:
    """A party that answers whatever is asked, and knows who is connected."""

    def __init__(self) -> None:
        self.connected: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connected.add(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                (length,) = (
                    int(line.split(b":")[1])
                    for line in head.lower().splitlines()
                    if line.startswith(b"content-length")
                )
                await reader.readexactly(length)
                writer.write(ANSWER)
        self.connected.discard(writer)
        writer.close()

    def cut(self) -> None:
        """Hang up on everybody."""
        for writer in self.connected:
            writer.close()


@pytest.fixture
def answering() -> Answering:
    """Nobody is connected."""
    return Answering()


@pytest.fixture
async def rail(answering: Answering) -> AsyncIterator[Rail]:
    """The way to the party that answers."""
    server = await asyncio.start_server(answering.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    rail = Rail(
        f"http://127.0.0.1:{port}",
        partner=PARTNER,
        source_account="1",
        timeout_s=TIMEOUT_S,
        breaker=Breaker(failures_max=10 * INSTANTS),
    )
    yield rail
    await rail.close()
    server.close()
    async with asyncio.timeout(TIMEOUT_S):
        while answering.connected:
            await asyncio.sleep(0)


async def ask(rail: Rail) -> None:
    await rail.status(PAYOUT_ID, amount=1, payee=None)


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def cancelled(rail: Rail, after: int, *, again_after: int) -> None:
    """Cancel a question after so many turns of the loop, and once more after some further ones."""
    task = asyncio.create_task(ask(rail))
    for count in (after, again_after):
        await turns(count)
        task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("again_after", [0, 1, 2, 3])
async def test_a_cancelled_question_takes_up_no_room_among_the_connections(
    rail: Rail, answering: Answering, again_after: int
) -> None:
    for after in range(INSTANTS):
        await cancelled(rail, after, again_after=again_after)
    await ask(rail)
    async with asyncio.timeout(TIMEOUT_S):
        while len(answering.connected) > 1:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("again_after", [0, 1, 2, 3])
async def test_connections_that_the_rail_cut_are_closed_though_who_finds_them_is_cancelled(
    rail: Rail, answering: Answering, again_after: int
) -> None:
    gc.collect()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        for after in range(INSTANTS // 2):
            await asyncio.gather(*(ask(rail) for _ in range(4)))
            answering.cut()
            await asyncio.sleep(0.002)
            await cancelled(rail, after, again_after=again_after)
        gc.collect()
    assert [str(each.message) for each in told] == []
