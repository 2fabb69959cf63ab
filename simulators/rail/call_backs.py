"""The rail calls back: the outcome of a transfer, signed, posted to the partner, unasked."""

import asyncio
import json
import logging
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import httpx

from simulators.rail import answers, gate, rules
from simulators.rail.bad_day import BadDay, CallBackTrouble
from simulators.rail.rules import Entry
from simulators.rail.signing import signature, string_to_sign

ATTEMPTS_MAX: Final = 3
ATTEMPT_TIMEOUT_S: Final = 5.0
RETRY_DELAY_S: Final = 0.5
AGAIN_AFTER_S: Final = 0.05
SERVER_ERRORS_FROM: Final = 500
CONNECTIONS_MAX: Final = 16

logger = logging.getLogger("uvicorn.error")


@dataclass(frozen=True, slots=True)
class CallBack:
    """One message to the partner."""

    latest: str
    amount: int
    after_s: float = 0.0
    """Seconds after the outcome holds."""
    signed: bool = True
    """Whether the signature is the right one."""


def planned(entry: Entry, day: BadDay | None) -> list[CallBack]:
    """What the partner is told of a transfer, and when: from the seed and the reference alone."""
    final = CallBack(answers.latest(entry, entry.final_at), entry.carried)
    if day is None:
        return [final]
    chance = day.chance(entry.order.partner_reference_no)
    late_s = chance.between(day.delay.low_s, day.delay.high_s, "late call back")
    of_trouble = {
        CallBackTrouble.DUPLICATE: [
            final,
            replace(final, after_s=AGAIN_AFTER_S),
            replace(final, after_s=2 * AGAIN_AFTER_S),
        ],
        CallBackTrouble.REORDERED: [
            final,
            replace(final, latest=answers.PENDING, after_s=AGAIN_AFTER_S),
        ],
        CallBackTrouble.LATE: [replace(final, after_s=late_s)],
        CallBackTrouble.WRONG_AMOUNT: [replace(final, amount=rules.another_amount(final.amount))],
        CallBackTrouble.WRONG_SIGNATURE: [replace(final, signed=False)],
        CallBackTrouble.LOST: [],
    }
    trouble = chance.one_of(day.call_backs, "call back")
    return [final] if trouble is None else of_trouble[trouble]


@dataclass(frozen=True)
class CallBacks:
    """Call-backs under way. Those that are still to come are lost with the process."""

    secret: bytes
    under_way: set[asyncio.Task[None]] = field(default_factory=set)
    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTIONS_MAX))
    client: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(timeout=ATTEMPT_TIMEOUT_S, trust_env=False)
    )

    def begin(self, entry: Entry, day: BadDay | None, *, url: str | None) -> None:
        """Tell the partner, at the URL given or the day's; at none when neither is there."""
        if url is None and day is not None and day.call_back_url is not None:
            url = str(day.call_back_url)
        if url is None:
            return
        for call in planned(entry, day):
            task = asyncio.create_task(self._make(call, entry, url))
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)

    async def close(self) -> None:
        """Give up what is still to come."""
        for task in self.under_way:
            task.cancel()
        await asyncio.gather(*self.under_way, return_exceptions=True)
        await self.client.aclose()

    async def _make(self, call: CallBack, entry: Entry, url: str) -> None:
        until_final_s = (entry.final_at - gate.now()).total_seconds()
        await asyncio.sleep(max(0.0, until_final_s) + call.after_s)
        body = json.dumps(answers.status(entry, call.latest, amount=call.amount)).encode()
        secret = self.secret if call.signed else bytes(reversed(self.secret))
        async with self.free:
            await self._post(url, body=body, secret=secret, now=gate.now())

    async def _post(self, url: str, *, body: bytes, secret: bytes, now: datetime) -> None:
        """Post a message, up to three times; then give up with a line in the log."""
        target = httpx.URL(url)
        timestamp = now.isoformat()
        text = string_to_sign(method="POST", path=target.path, body=body, timestamp=timestamp)
        headers = {
            "Content-Type": "application/json",
            "X-TIMESTAMP": timestamp,
            "X-SIGNATURE": signature(text, secret=secret),
        }
        for attempt in range(ATTEMPTS_MAX):
            await asyncio.sleep(attempt * RETRY_DELAY_S)
            try:
                response = await self.client.post(target, content=body, headers=headers)
            except httpx.HTTPError as error:
                logger.warning("call back to %s failed: %r", target.host, error)
                continue
            if response.status_code < SERVER_ERRORS_FROM:
                return
            logger.warning("call back to %s: %d", target.host, response.status_code)
