"""Wait until everything in flight has landed."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from tameng.offices import Answer, Office
from tameng.problems import Problem

POLL_S = 0.05
POLL_EVENT_S = 0.000_02
POLL_MAX_S = 0.5
"""The more is left, the longer the rest: whoever asks costs the services time."""
ANSWER_S = 5.0
PATIENCE_S = 120.0
PATIENCE_EVENT_S = 0.002
"""The more is in flight, the longer: a service applies at least 500 events a second."""
LISTENS_TO = {
    "enrollment": ("banking", "claims"),
    "banking": ("enrollment", "claims"),
    "claims": ("enrollment", "banking"),
    "audit": ("enrollment", "banking", "claims", "audit"),
}
Statuses = Mapping[str, Answer]


async def statuses(admin: Office) -> dict[str, Answer]:
    """How each service stands. Raises: Problem."""
    found = await asyncio.gather(*(admin.get(name, "/status") for name in LISTENS_TO))
    return dict(zip(LISTENS_TO, found, strict=True))


async def answering(admin: Office) -> dict[str, Answer]:
    """How those services stand that answer at once: one that hangs hides nobody."""

    async def asked(name: str) -> Answer | None:
        try:
            return await asyncio.wait_for(admin.get(name, "/status"), ANSWER_S)
        except TimeoutError:
            return None

    found = await asyncio.gather(*(asked(name) for name in LISTENS_TO))
    return {name: answer for name, answer in zip(LISTENS_TO, found, strict=True) if answer}


def heads(status: Mapping[str, Any]) -> dict[int, int]:
    """The numbers of a service's log, by shard."""
    return {row["shard"]: row["head"] for row in status["log"]}


def in_flight(found: Statuses) -> int:
    """How many events are logged and not yet sent, or sent and not yet applied by a reader."""
    unsent: int = sum(max(0, row["head"] - row["sent"]) for s in found.values() for row in s["log"])
    return unsent + sum(
        _unapplied(_watermarks(found[reader]), heads(found[owner]), owner=owner)
        for reader, owners in LISTENS_TO.items()
        for owner in owners
    )


def _unapplied(
    marks: Mapping[tuple[str, int], int], logged: Mapping[int, int], *, owner: str
) -> int:
    return sum(max(0, head - marks.get((owner, shard), 0)) for shard, head in logged.items())


def owner_of(topic: str) -> str:
    """The service that a topic belongs to, whatever its prefix."""
    return topic.rpartition(".events")[0].rpartition("_")[2]


def _watermarks(status: Answer) -> dict[tuple[str, int], int]:
    return {(owner_of(row["topic"]), row["shard"]): row["watermark"] for row in status["streams"]}


def events_logged(found: Statuses, *owners: str) -> int:
    """How many events these services have recorded."""
    return sum(sum(heads(found[owner]).values()) for owner in owners)


async def drained(
    admin: Office, *, heard: Callable[[int], Any] = lambda _left: None
) -> dict[str, Answer]:
    """Wait until nothing is in flight and nothing new came of it; `heard` is told what is left.

    Raises: Problem when that takes longer than what is in flight explains, naming what waits.
    """
    loop = asyncio.get_running_loop()
    began, most = loop.time(), 0
    before: dict[str, dict[int, int]] = {}
    while True:
        found = await statuses(admin)
        left = in_flight(found)
        now = {name: heads(status) for name, status in found.items()}
        heard(left)
        if left == 0 and now == before:
            return found
        most = max(most, left)
        waited_s = loop.time() - began
        if waited_s > PATIENCE_S + most * PATIENCE_EVENT_S:
            raise Problem(
                f"{left} events are still in flight after {waited_s:.0f} s: "
                "see `tameng status`, and docs/operations.md on lag"
            )
        before = now if left == 0 else {}
        await asyncio.sleep(min(POLL_MAX_S, POLL_S + left * POLL_EVENT_S))
