"""The families of a month file, officers look and decide, the money goes out: sixteen at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from tameng.demo import claim_files
from tameng.demo.claim_files import Death
from tameng.demo.province.story import Province

CLIENTS = 16
T = TypeVar("T")


async def pay_claims(province: Province, month: str) -> None:
    """All deaths of the month, from the counter of the kecamatan to the money."""
    deaths = [death for death in province.rolls.deaths if death.died_on.startswith(month)]
    filed: list[str] = []

    async def file(death: Death) -> None:
        counter = province.counter(death.worker.village_code[:8])
        filed.append(await claim_files.file(province, death, counter))
        province.progress.tell(f"{len(filed)} claims filed", part=len(filed) / len(deaths))

    async def verify(claim_id: str) -> None:
        await claim_files.verify(province, claim_id)

    async def approve(claim_id: str) -> None:
        await claim_files.approve(province, claim_id)

    await province.move_to(f"{month}-20", hour=9)
    await _each(deaths, file)
    await province.move_to(f"{month}-21", hour=9)
    await _each(filed, verify)
    await province.move_to(f"{month}-22", hour=9)
    await _each(filed, approve)

    async def all_paid() -> tuple[bool, float]:
        found = await province.auditor.get("claims", "/figures", area=province.auditor.area)
        paid = found["paid"] / max(1, len(province.claims))
        return paid >= 1, paid

    await claim_files.until(province, all_paid, words="claims paid")
    await province.settle()


async def _each(work: Iterable[T], act: Callable[[T], Awaitable[None]]) -> None:
    """Sixteen clients, each with one thing at a time."""
    waiting = iter(work)

    async def client() -> None:
        for each in waiting:
            await act(each)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
