"""Stop what aiokafka runs, without being stopped by it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

STOP_TIMEOUT_S = 5.0


async def stopped(stop: Coroutine[Any, Any, None]) -> bool:
    """Run a client's own `stop` to its end; tell whether that came in time.

    While the broker is away it may wait for ever, or raise the cancellation of its inner tasks,
    which whoever awaits it would take for his own.
    """
    stopping = asyncio.create_task(stop)
    await asyncio.wait({stopping}, timeout=STOP_TIMEOUT_S)
    if not stopping.done():
        stopping.cancel()
        return False
    if not stopping.cancelled():
        stopping.exception()  # looked at: it has nothing to tell any more
    return True
