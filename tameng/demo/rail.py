"""The rail's bad moment in the day: a payout whose answer does not come, though its money moved.

The rail is asked for proof in its own book. A rail that is not the simulator has no such book to
look into: then the day has no bad moment, and nothing is said of it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx
import stamina

from tameng.demo.day import Day
from tameng.environment import RAIL

ANSWERS_AFTER_S = 2.6
"""Longer than the bank waits here (`RAIL_TIMEOUT_S` in tameng/environment.py)."""
TIMES_OUT = {"behavior": "time-out-executed", "delayS": ANSWERS_AFTER_S}
PATIENCE_S = 30.0

Book = Mapping[str, Mapping[str, Any]]


class Payout(NamedTuple):
    """A payout as the bank tells it."""

    payout_id: str
    amount: int
    state: str
    tries: int
    """Those that brought no clear answer."""


async def let_the_next_time_out(day: Day) -> bool:
    """Have the rail move the next transfer, and not say so; False when it takes no instructions."""
    answer = await _asked(day, "POST", "/_control/instructions", json=TIMES_OUT)
    return answer is not None


async def has_order_that_times_out(day: Day) -> bool:
    """Whether the rail has followed the instruction."""
    return any(line["behavior"] == TIMES_OUT["behavior"] for line in (await _book(day)).values())


async def proof(day: Day) -> dict[str, Any] | None:
    """What bank and rail know of the payout that timed out; None when none was to."""
    if day.claim_timed_out is None:
        return None
    found = await day.auditor.get("banking", "/payouts", claim=day.claim_timed_out)
    (told,) = found["payouts"]
    payout = Payout(told["payout_id"], told["amount"], told["state"], told["tries"] or 0)
    return compared(payout, await _book(day))


def compared(payout: Payout, book: Book) -> dict[str, Any]:
    """The bank's word beside the rail's book."""
    reference = payout.payout_id.replace("-", "")
    line = book.get(reference, {})
    moved, orders = line.get("movedRupiah", 0), line.get("requests", 0)
    return {
        "reference": reference,
        "state": payout.state,
        "tries_without_answer": payout.tries,
        "rail_behavior": line.get("behavior"),
        "rail_orders": orders,
        "rail_moved": moved,
        "found_and_paid_once": payout.state == "settled"
        and payout.tries > 0
        and (orders, moved) == (1, payout.amount),
    }


async def _book(day: Day) -> Book:
    """The transfers in the rail's book by our reference."""
    lines: dict[str, Mapping[str, Any]] = {}
    after = 0
    while True:
        answer = await _asked(day, "GET", "/_control/book", params={"after": after})
        page = [] if answer is None else answer.json()["transfers"]
        if not page:
            return lines
        lines |= {line["partnerReferenceNo"]: line for line in page}
        after = page[-1]["position"]


async def _asked(day: Day, method: str, path: str, **sent: object) -> httpx.Response | None:
    """The simulator's answer, also when it has just been killed; None from another rail."""
    office = day.admin
    async for attempt in stamina.retry_context(
        on=httpx.TransportError, attempts=None, timeout=PATIENCE_S, wait_initial=0.05, wait_max=1.0
    ):
        with attempt:
            answer = await office.http.request(
                method,
                office.urls[RAIL] + path,
                **sent,  # type: ignore[arg-type]
            )
            return answer if answer.is_success else None
    raise AssertionError("stamina returns or raises")
