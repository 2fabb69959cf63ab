"""What the tests of contributions ask of an office: billing runs, the watch over due dates, own
money, sides of a month."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis import failpoints
from chassis.failpoints import FailpointReached
from contracts.enrollment import InvoiceCleared, InvoiceIssued
from services.enrollment.adapters.regions import names
from tests.alone import MakeAlone, key
from tests.component.cover_office import CoverOffice
from tests.component.generated_members import enroll_many

PROVINCE = "53"
VILLAGE_CODE_LENGTH = len("53.71.04.1001")


@dataclass
class MoneyOffice(CoverOffice):
    """An office whose branch works for the whole province."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.head_office = self.alone.client("branch", area=PROVINCE, name="head office")
        self.checker = self.alone.client("checker", area=PROVINCE)

    async def take_in(self, programme_id: UUID, heads: dict[str, int]) -> list[UUID]:
        """Members by village, without rosters; their ids."""
        before = set(await self.worker_ids())
        await enroll_many(self.alone, programme_id, heads)
        return [each for each in await self.worker_ids() if each not in before]

    async def order(
        self, programme_id: UUID, month: str, *, by: httpx.AsyncClient | None = None,
        name: str | None = None,
    ) -> httpx.Response:  # fmt: skip
        """Have a month billed everywhere; nothing is billed yet."""
        asked = {"programme_id": str(programme_id), "month": month}
        office = by or self.head_office
        return await office.post("/billing-runs", json=asked, headers=key(name))

    async def run(self, programme_id: UUID, month: str) -> dict[str, Any]:
        """Have a month billed everywhere, and tell how the run stands."""
        answer = await self.order(programme_id, month)
        assert answer.status_code == 202, answer.text
        await self.alone.work("billing")
        return await self.run_standing(answer.json()["run_id"])

    async def run_standing(self, run_id: str) -> dict[str, Any]:
        """How a billing run stands."""
        standing: dict[str, Any] = (await self.head_office.get(f"/billing-runs/{run_id}")).json()
        return standing

    async def watch(self, day: str, *, hour: int = 9) -> None:
        """Let it be that day in Kupang, and look at the due dates, as after a restart."""
        self.go_to(day, hour=hour)
        await self.alone.work("arrears")

    async def amend_ceiling(self, programme_id: UUID, ceiling: int) -> None:
        """Set what a programme may promise in all."""
        path = f"/programmes/{programme_id}/quotas"
        answer = await self.province.post(path, json={"ceiling": ceiling}, headers=key())
        assert answer.status_code == 200, answer.text

    async def unpaid(self, programme_id: UUID) -> list[InvoiceIssued]:
        """The invoices of a programme that were not paid."""
        cleared = {each.invoice_id for each in await self.alone.recorded(InvoiceCleared)}
        return [
            each
            for each in await self.alone.recorded(InvoiceIssued)
            if each.programme_id == programme_id and each.invoice_id not in cleared
        ]

    async def owed_by_funder(self, programme_id: UUID) -> dict[str, Any]:
        """The funder's arrears."""
        answer = await self.province.get(
            "/funder-arrears", params={"programme_id": str(programme_id)}
        )
        assert answer.status_code == 200, answer.text
        owed: dict[str, Any] = answer.json()
        return owed

    async def pay_own(
        self, worker_id: UUID, *months: str, sector: str = "other", receipt: str = "VA 1",
        name: str | None = None, by: httpx.AsyncClient | None = None,
    ) -> httpx.Response:  # fmt: skip
        """Take note of what a member paid himself."""
        asked = {"months": months, "sector": sector, "receipt": receipt}
        path = f"/members/{worker_id}/own-contributions"
        return await (by or self.branch).post(path, json=asked, headers=key(name))

    async def sides(self, programme_id: UUID, month: str, **asked: Any) -> dict[str, Any]:
        """The sides of a month."""
        where: dict[str, Any] = {"programme_id": str(programme_id), "month": month} | asked
        answer = await self.auditor.get("/reconciliations", params=where)
        assert answer.status_code == 200, answer.text
        sides: dict[str, Any] = answer.json()
        return sides

    async def membership(self, worker_id: UUID) -> dict[str, Any]:
        """The latest membership of a worker, as it is stored."""
        found = await self.alone.rows(
            "SELECT * FROM memberships WHERE worker_id = :worker_id ORDER BY first_month",
            worker_id=worker_id,
        )
        return found[-1]


async def crashes(
    step: Callable[[], Awaitable[object]], *, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Take a step that crashes at this moment."""

    async def crash() -> None:
        raise FailpointReached(at)

    with monkeypatch.context() as armed:
        armed.setitem(failpoints.ARMED, at, crash)
        with pytest.raises(FailpointReached):
            await step()


def villages(count: int) -> list[str]:
    """As many villages, each in another kecamatan."""
    by_district: dict[str, str] = {}
    for code in names():
        if len(code) == VILLAGE_CODE_LENGTH:
            by_district.setdefault(code[:8], code)
    return sorted(by_district.values())[:count]


@pytest.fixture
async def office(alone: MakeAlone) -> MoneyOffice:
    """Enrollment with a fresh database, and its callers."""
    return MoneyOffice(await alone("enrollment"))
