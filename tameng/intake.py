"""Bring a roster through enrollment as offices do: one sends it, another looks and approves."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tameng.offices import Answer, Office
from tameng.problems import Problem

POLL_S = 0.25
PATIENCE_S = 600.0


def unwatched(_words: str, _part: float) -> None:
    """Nobody looks at the progress."""


class Checking(NamedTuple):
    """Where a roster is sent, and who watches."""

    programme_id: str
    region_code: str
    tell: Callable[[str, float], None] = unwatched
    """Called with words and the share that is done, 0 to 1."""


async def send(district: Office, content: bytes, where: Checking, *, key: str) -> Answer:
    """Upload a roster and wait until every row has its verdict. Raises: Problem."""
    received = await district.upload(
        "enrollment",
        "/rosters",
        content,
        key=key,
        programme_id=where.programme_id,
        region_code=where.region_code,
    )
    path = f"/rosters/{received['roster_id']}"
    return await _until(district, path, past="received", words="rows checked", tell=where.tell)


async def approve(
    checker: Office, roster_id: str, where: Checking, *, leave_out: Sequence[int] = ()
) -> Answer:
    """Let the fit rows become members and wait until they are. Raises: Problem."""
    path = f"/rosters/{roster_id}"
    asked = {"leave_out": list(leave_out)}
    await checker.post("enrollment", f"{path}/approval", asked, key=f"approve {roster_id}")
    return await _until(checker, path, past="approved", words="rows taken in", tell=where.tell)


async def _until(
    office: Office, path: str, *, past: str, words: str, tell: Callable[[str, float], None]
) -> Answer:
    """The roster's standing once it is in another state than this one."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                standing = await office.get("enrollment", path)
                part = standing["percent"] / 100
                tell(f"{words}: {part:.0%}", part)
                if standing["state"] != past:
                    return standing
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        raise Problem(f"waited {PATIENCE_S:.0f} s for {words}: see enrollment's log") from None
