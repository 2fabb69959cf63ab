"""The rail calls back: the outcome of a transfer, signed, posted to the partner."""

import asyncio
import logging
from datetime import datetime
from typing import Final

import httpx

from simulators.rail.signing import signature, string_to_sign

ATTEMPTS_MAX: Final = 3
ATTEMPT_TIMEOUT_S: Final = 5.0
RETRY_DELAY_S: Final = 0.5

logger = logging.getLogger("uvicorn.error")


async def call_back(url: str, *, body: bytes, secret: bytes, now: datetime) -> None:
    """Post the outcome, up to three times; then give up with a line in the log, as a rail does."""
    target = httpx.URL(url)
    timestamp = now.isoformat()
    text = string_to_sign(method="POST", path=target.path, body=body, timestamp=timestamp)
    headers = {
        "Content-Type": "application/json",
        "X-TIMESTAMP": timestamp,
        "X-SIGNATURE": signature(text, secret=secret),
    }
    async with httpx.AsyncClient(timeout=ATTEMPT_TIMEOUT_S) as client:
        for attempt in range(ATTEMPTS_MAX):
            await asyncio.sleep(attempt * RETRY_DELAY_S)
            try:
                (await client.post(target, content=body, headers=headers)).raise_for_status()
            except httpx.HTTPError as error:
                logger.warning("call back to %s failed: %r", target.host, error)
            else:
                return
