"""Officers who go on working while services are stopped and started: they ask until they are told.

Each change has a key of its own, so asking again is not asking twice.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from tameng.demo.day import PROVINCE
from tests.alone import key
from tests.integration.installation import Installation
from tests.rosters import REGION, row

PAUSE_S = 0.3
TRY_AGAIN_S = 0.3


@dataclass
class Load:
    """Single workers proposed and approved at enrollment, money deposited at the bank."""

    enrollment: Installation
    banking: Installation
    programme_id: str
    approved: set[str] = field(default_factory=set)
    """Rosters of one worker that were acknowledged as approved."""
    deposited: set[str] = field(default_factory=set)
    """Documents of deposits that were acknowledged."""
    refused: int = 0
    """How often somebody was not answered, or told to come again."""
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _ended: bool = False

    @asynccontextmanager
    async def on(self) -> AsyncIterator[None]:
        """Keep it up; at the end everybody ends what they began."""
        async with asyncio.TaskGroup() as officers:
            for work in (self._enroll, self._enroll, self._deposit):
                officers.create_task(self._keep_at(work))
            try:
                yield
            finally:
                self._ended = True

    async def _keep_at(self, work: Any) -> None:
        async with httpx.AsyncClient(timeout=10) as client:
            while not self._ended:
                await work(client, next(self._numbers))
                await asyncio.sleep(PAUSE_S)

    async def _enroll(self, client: httpx.AsyncClient, number: int) -> None:
        asked = {"programme_id": self.programme_id, **row(number)}
        answer = await self._ask(client, self.enrollment, "district", "/registrations", asked)
        roster_id = answer.json()["roster_id"]
        await self._ask(client, self.enrollment, "checker", f"/rosters/{roster_id}/approval", {})
        self.approved.add(roster_id)

    async def _deposit(self, client: httpx.AsyncClient, number: int) -> None:
        document = f"SP2D {number}"
        asked = {"programme_id": self.programme_id, "amount": 1_000, "document": document}
        await self._ask(client, self.banking, "province", "/deposits", asked)
        self.deposited.add(document)

    async def _ask(
        self, client: httpx.AsyncClient, at: Installation, role: str, path: str, asked: Any
    ) -> httpx.Response:
        area = REGION if role == "district" else PROVINCE
        headers = at.alone.issuer.bearer(role=role, area=area, name=f"{role} at work") | key()
        while True:
            try:
                answer = await client.post(
                    f"http://127.0.0.1:{at.port}{path}", json=asked, headers=headers
                )
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.is_success:
                return answer
            assert answer is None or answer.status_code >= 500, answer.text
            self.refused += 1
            await asyncio.sleep(TRY_AGAIN_S)
