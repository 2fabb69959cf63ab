"""The offices that work with enrollment, over its HTTP, and what the bank would answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.ids import new_id
from contracts.banking import InvoicePaid, Transfer
from contracts.claims import ClaimVerified
from contracts.enrollment import InvoiceIssued
from contracts.event import Cause
from contracts.types import AccountId, ClaimId, InvoiceId, ProgrammeId, TransferId, WorkerId
from tests.alone import Alone, MakeAlone, key
from tests.rosters import DISTRICT, REGION, Row, sheet

MONTH = 16_800
PROGRAMME: dict[str, Any] = {
    "name": "Perlindungan pekerja rentan 2025",
    "province_code": "53",
    "funder": "Provinsi Nusa Tenggara Timur",
    "legal_basis": "Pergub NTT 21/2025",
    "first_month": "2025-07",
    "last_month": "2025-12",
    "ceiling": 20_000_000_000,
    "quotas": [{"region_code": REGION, "heads": 100_000}],
}


@dataclass
class Office:
    """Enrollment alone, and everybody who calls it."""

    alone: Alone

    def __post_init__(self) -> None:
        self.province = self.alone.client("province", area="53")
        self.district = self.alone.client("district", area=REGION)
        self.checker = self.alone.client("checker", area="53")
        self.branch = self.alone.client("branch", area=REGION)

    async def open(self, **changed: Any) -> UUID:
        """A programme like PROGRAMME."""
        answer = await self.province.post("/programmes", json=PROGRAMME | changed, headers=key())
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["programme_id"])

    async def amend(self, programme_id: UUID, heads: int) -> httpx.Response:
        """Set the quota of the region."""
        quotas = {"quotas": [{"region_code": REGION, "heads": heads}]}
        path = f"/programmes/{programme_id}/quotas"
        return await self.province.post(path, json=quotas, headers=key())

    async def upload(
        self,
        programme_id: UUID,
        content: bytes | Sequence[Row],
        *,
        name: str | None = None,
        by: httpx.AsyncClient | None = None,
        region_code: str = REGION,
    ) -> httpx.Response:
        """Send a roster; it is not worked through yet. `name` is the idempotency key."""
        body = content if isinstance(content, bytes) else sheet(content)
        where = {"programme_id": str(programme_id), "region_code": region_code}
        sender = by or self.district
        return await sender.post("/rosters", params=where, content=body, headers=key(name))

    async def validated(self, programme_id: UUID, content: bytes | Sequence[Row]) -> dict[str, Any]:
        """Send a roster, let every row get its verdict, and tell how it stands."""
        answer = await self.upload(programme_id, content)
        assert answer.status_code == 202, answer.text
        await self.alone.work("rosters")
        return await self.roster(answer.json()["roster_id"])

    async def approve(self, roster_id: str, *, leave_out: Sequence[int] = ()) -> httpx.Response:
        """A second person lets the fit rows become members; they are not worked through yet."""
        asked = {"leave_out": list(leave_out)}
        return await self.checker.post(f"/rosters/{roster_id}/approval", json=asked, headers=key())

    async def enroll(self, programme_id: UUID, content: bytes | Sequence[Row]) -> dict[str, Any]:
        """Send a roster, have it approved, work through it, and tell how it stands."""
        roster_id = (await self.validated(programme_id, content))["roster_id"]
        answer = await self.approve(roster_id)
        assert answer.status_code == 200, answer.text
        await self.alone.work("rosters")
        return await self.roster(roster_id)

    async def roster(self, roster_id: str) -> dict[str, Any]:
        """How a roster stands."""
        standing: dict[str, Any] = (await self.district.get(f"/rosters/{roster_id}")).json()
        return standing

    async def report(self, roster_id: str, *, severity: str = "refused") -> bytes:
        """The rows of a roster with findings, as they go back to the sender."""
        path = f"/rosters/{roster_id}/report"
        answer = await self.district.get(path, params={"severity": severity})
        assert answer.status_code == 200, answer.text
        return answer.content

    async def findings(self, roster_id: str) -> dict[int, set[tuple[str, str, str]]]:
        """What was found about rows: severity, column and slug, by row number."""
        found: dict[int, set[tuple[str, str, str]]] = {}
        after: int | None = 0
        while after is not None:
            path = f"/rosters/{roster_id}/rows"
            page = (await self.province.get(path, params={"after": after})).json()
            for row in page["rows"]:
                found[row["row"]] = {
                    (row["severity"], each["field"], each["slug"]) for each in row["findings"]
                }
            after = page["next_after"]
        return found

    async def standing(self, programme_id: UUID, area: str = "53") -> dict[str, int]:
        """The figures of a programme."""
        path = f"/programmes/{programme_id}"
        answer = await self.province.get(path, params={"area": area})
        figures: dict[str, int] = answer.json()
        return figures

    async def bill(self, programme_id: UUID, month: str, *, name: str | None = None) -> Any:
        """Bill the kecamatan; the whole answer."""
        asked = {"programme_id": str(programme_id), "month": month, "district_code": DISTRICT}
        return await self.branch.post("/billings", json=asked, headers=key(name))

    async def cards(self, programme_id: UUID, what: str) -> int:
        """Print or deliver the cards of the kecamatan; how many."""
        asked = {"programme_id": str(programme_id), "district_code": DISTRICT}
        answer = await self.branch.post(f"/cards/{what}", json=asked, headers=key())
        assert answer.status_code == 200, answer.text
        return int(answer.json()["members"])

    async def bill_and_pay(self, programme_id: UUID, month: str) -> InvoicePaid:
        """Bill a month of the kecamatan and let the bank pay it."""
        await self.bill(programme_id, month)
        invoice = (await self.alone.recorded(InvoiceIssued))[-1]
        assert invoice.month == month
        paid = invoice_paid(invoice)
        await self.alone.hear(paid)
        return paid

    async def logged(self) -> int:
        """How many events there are."""
        (row,) = await self.alone.rows("SELECT count(*) AS events FROM event_log")
        return int(row["events"])


def command() -> Cause:
    """Somebody asked for something."""
    command_id = new_id()
    return Cause(command_id, command_id)


def invoice_paid(invoice: InvoiceIssued) -> InvoicePaid:
    """What the bank says when it paid an invoice."""
    transfer = Transfer(
        transfer_id=TransferId(new_id()), kind="contribution", reference=invoice.invoice_id,
        debit_account=AccountId(new_id()), credit_account=AccountId(new_id()),
        amount=invoice.amount, debit_balance=0,
    )  # fmt: skip
    return InvoicePaid(
        **command().stamp("pay", at=invoice.occurred_at),
        invoice_id=InvoiceId(invoice.invoice_id), programme_id=ProgrammeId(invoice.programme_id),
        month=invoice.month, transfer=transfer, payment_order="SP2D 1", paid_by="a teller",
    )  # fmt: skip


def death_verified(alone: Alone, worker_id: UUID, *, died_on: date) -> ClaimVerified:
    """What claims says when it saw the papers of a death."""
    return ClaimVerified(
        **command().stamp("verify", at=alone.clock.now()),
        claim_id=ClaimId(new_id()), worker_id=WorkerId(worker_id), died_on=died_on,
        verified_by="an officer",
    )  # fmt: skip


@pytest.fixture
async def office(alone: MakeAlone) -> Office:
    """Enrollment with a fresh database, and its callers."""
    return Office(await alone("enrollment"))


def said(answer: httpx.Response) -> tuple[int, str | None]:
    """Status and slug."""
    return answer.status_code, answer.json().get("slug")
