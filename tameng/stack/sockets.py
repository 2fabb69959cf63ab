"""Asking servers whether they are there."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

CONNECT_TIMEOUT_S = 2.0
POLL_S = 0.1
ANSWER_TIMEOUT_S = 5.0
STATUS_LINE_BYTES_MAX = 1024


async def connect(address: str) -> None:
    """Open a connection to host:port and close it. Raises OSError when nobody takes it."""
    host, _, port = address.rpartition(":")
    async with asyncio.timeout(CONNECT_TIMEOUT_S):
        _, writer = await asyncio.open_connection(host, int(port))
    await _close(writer)


async def until(answers: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again, until the answer is yes. The caller sets the time limit."""
    while not await answers():  # noqa: ASYNC110 (nobody here is told when a server is ready)
        await asyncio.sleep(POLL_S)


async def serves_http(*, host: str, port: int, path: str) -> bool:
    """Whether GET answers 200. A few lines of its own: it is asked often while others start."""
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
                writer.write(request.encode())
                status_line = (await reader.readline())[:STATUS_LINE_BYTES_MAX]
            finally:
                await _close(writer)
    except OSError:
        return False
    return status_line.split()[1:2] == [b"200"]


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
