"""What the tests of cover ask of an office: pay a month on a day, ask about a day, end, decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from contracts.claims import ClaimVerified
from contracts.enrollment import InvoiceIssued, MembershipActivated, WorkerEnrolled
from tests.alone import MakeAlone, key
from tests.component.enrollment_office import Office, death_verified, invoice_paid
from tests.rosters import rows

REASON = {"reason": "checked at the counter"}


@dataclass
class CoverOffice(Office):
    """An office whose days pass."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.auditor = self.alone.client("auditor", area="53")
        self.admin = self.alone.client("admin", area="53")

    async def members(self, programme_id: UUID, first: int, count: int) -> list[UUID]:
        """As many members, by the number of their row."""
        before = set(await self.worker_ids())
        await self.enroll(programme_id, rows(first, count))
        return [each for each in await self.worker_ids() if each not in before]

    async def worker_ids(self) -> list[UUID]:
        """All who were ever taken in, in the order of their rows."""
        return [each.worker_id for each in await self.alone.recorded(WorkerEnrolled)]

    def go_to(self, day: str, *, hour: int = 9) -> None:
        """Let it be that hour of a day in Kupang."""
        at = datetime.fromisoformat(f"{day}T00:00:00+08:00") + timedelta(hours=hour)
        self.alone.clock.set(at)

    async def pay(self, programme_id: UUID, month: str, *, on: str | None = None) -> None:
        """Bill a month and let the bank pay it, both on that day."""
        if on is not None:
            self.go_to(on)
        answer = await self.bill(programme_id, month)
        assert answer.status_code == 200, answer.text
        await self.pay_billed(programme_id, month)

    async def pay_billed(self, programme_id: UUID, month: str) -> None:
        """Let the bank pay, now, what was billed for a month."""
        for invoice in await self.alone.recorded(InvoiceIssued):
            if (invoice.programme_id, invoice.month) == (programme_id, month):
                now = self.alone.clock.now()
                paid = invoice_paid(invoice.model_copy(update={"occurred_at": now}))
                assert (await self.alone.hear(paid)).parked == 0

    async def cover(self, worker_id: UUID, day: str, *, at: str | None = None) -> dict[str, Any]:
        """How somebody was covered on a day."""
        asked = {"on": day} | ({"at": at} if at else {})
        answer = await self.province.get(f"/workers/{worker_id}/cover", params=asked)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def covers(self, day: str, **who: Any) -> httpx.Response:
        """How a list of workers was covered."""
        return await self.province.post("/covers:on", json={"date": day, **who})

    async def end(
        self, worker_id: UUID, programme_id: UUID, *, on: str, reason: str = "withdrawal",
        by: httpx.AsyncClient | None = None,
    ) -> httpx.Response:  # fmt: skip
        """End a membership."""
        path = f"/memberships/{worker_id}/{programme_id}/ending"
        asked = {"reason": reason, "ended_on": on, "note": "letter 12/2025"}
        return await (by or self.branch).post(path, json=asked, headers=key())

    async def dies(self, worker_id: UUID, *, on: date) -> ClaimVerified:
        """Claims saw the papers of a death."""
        verified = death_verified(self.alone, worker_id, died_on=on)
        assert (await self.alone.hear(verified)).parked == 0
        return verified

    async def numbers(self) -> dict[UUID, str]:
        """The member numbers that were issued."""
        issued = await self.alone.recorded(MembershipActivated)
        return {each.worker_id: each.kpj for each in issued}

    async def logged_types(self, event_ids: Sequence[str]) -> dict[str, str]:
        """What these events are, by the log."""
        found = await self.alone.rows(
            "SELECT event_id, type FROM event_log WHERE event_id = ANY(CAST(:ids AS uuid[]))",
            ids=list(event_ids),
        )
        return {str(each["event_id"]): each["type"] for each in found}


@pytest.fixture
async def office(alone: MakeAlone) -> CoverOffice:
    """Enrollment with a fresh database, and its callers."""
    return CoverOffice(await alone("enrollment"))
