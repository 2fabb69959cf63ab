"""Members of a programme, and the officers who answer what they ask about their data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.ids import new_id
from chassis.state.unit import EVERYWHERE
from contracts.claims import ClaimFiled, ClaimPaid
from contracts.enrollment import (
    CardDelivered,
    CardPrinted,
    ContributionBilled,
    ContributionPaid,
    CoverageEnded,
    MembershipActivated,
)
from contracts.event import Event
from contracts.types import ClaimId, InvoiceId, ProgrammeId, WorkerId
from services.enrollment.adapters.identities import Identities
from tests.alone import Alone, MakeAlone, key
from tests.component.enrollment_office import MONTH, Office, command
from tests.rosters import REGION, Row, nik, rows

GROUND = "UU 27/2022 Pasal 30"
WITH_THE_CARD = "sesuai dengan KTP yang ditunjukkan"


@dataclass
class Privacy:
    """Enrollment with a programme, and those who take requests down and answer them."""

    office: Office
    programme_id: UUID

    def __post_init__(self) -> None:
        self.alone: Alone = self.office.alone
        self.clerk = self.alone.client("branch", area=REGION, name="the clerk")
        self.head = self.alone.client("branch", area=REGION, name="the head")
        self.auditor = self.alone.client("auditor", area="53")
        self.admin = self.alone.client("admin", area="53")
        self.identities: Identities = self.alone.running.tools.identities

    async def members(self, *of: Row) -> list[UUID]:
        """The members that these rows become, or one, or none."""
        taken_in = of or rows(1, 1)
        await self.office.enroll(self.programme_id, list(taken_in))
        return [await self.worker(each["nik"]) for each in taken_in]

    async def worker(self, of_nik: str = nik(1)) -> UUID:
        """The worker with this NIK."""
        (found,) = await self.alone.rows(
            "SELECT worker_id FROM person_lookup WHERE nik_hash = :nik_hash",
            nik_hash=self.identities.nik_hash(of_nik),
        )
        worker_id: UUID = found["worker_id"]
        return worker_id

    async def record(self, *events: Event) -> None:
        """Let enrollment record these facts."""
        async with self.alone.units.bulk(area=EVERYWHERE) as unit:
            await unit.record(events)

    async def cover(self, worker_id: UUID) -> None:
        """The member's first month is billed and paid: a number, a cover, a card."""
        at, who = self.alone.clock.now(), WorkerId(worker_id)
        programme, invoice = ProgrammeId(self.programme_id), InvoiceId(new_id())
        card = new_id()
        for event in (
            ContributionBilled(
                **command().stamp("bill", at=at), worker_id=who, programme_id=programme,
                invoice_id=invoice, month="2025-07", amount=MONTH,
            ),
            ContributionPaid(
                **command().stamp("pay", at=at), worker_id=who, programme_id=programme,
                invoice_id=invoice, month="2025-07", amount=MONTH,
            ),
            MembershipActivated(
                **command().stamp("activate", at=at), worker_id=who, programme_id=programme,
                kpj="25000000001", covered_from=at,
            ),
            CardPrinted(
                **command().stamp("print", at=at), worker_id=who, programme_id=programme,
                card_id=card, printed_by="cabang.kupang",
            ),
            CardDelivered(
                **command().stamp("deliver", at=at), worker_id=who, programme_id=programme,
                card_id=card, delivered_by="cabang.kupang", place="Kantor Lurah Oebobo",
            ),
        ):  # fmt: skip
            await self.record(event)

    async def end(self, worker_id: UUID, *, on: date) -> None:
        """The member leaves."""
        await self.record(
            CoverageEnded(
                **command().stamp("end", at=self.alone.clock.now()),
                worker_id=WorkerId(worker_id), programme_id=ProgrammeId(self.programme_id),
                region_code=REGION, reason="other-segment", ended_on=on, released=0,
                ended_by="cabang.kupang",
            )
        )  # fmt: skip

    async def claim(self, worker_id: UUID, *, paid: bool) -> None:
        """A death is reported, and paid or not yet."""
        at = self.alone.clock.now()
        claim_id = ClaimId(new_id())
        await self.alone.hear(
            ClaimFiled(
                **command().stamp("file", at=at), claim_id=claim_id,
                worker_id=WorkerId(worker_id), died_on=at.date(), filed_by="cabang.kupang",
            )
        )  # fmt: skip
        if paid:
            await self.alone.hear(
                ClaimPaid(
                    **command().stamp("paid", at=at), claim_id=claim_id,
                    worker_id=WorkerId(worker_id), amount=42_000_000,
                )
            )  # fmt: skip

    async def ask(self, worker_id: UUID, kind: str, **fields: str) -> str:
        """The clerk takes down what a member asks for; the request's id."""
        asked: dict[str, Any] = {"kind": kind} | ({"fields": fields} if fields else {})
        path = f"/workers/{worker_id}/data-requests"
        answer = await self.clerk.post(path, json=asked, headers=key())
        assert answer.status_code == 201, answer.text
        request_id: str = answer.json()["request_id"]
        return request_id

    async def answer(
        self, request_id: str, outcome: str = "granted", *, by: httpx.AsyncClient | None = None
    ) -> httpx.Response:
        """The head answers it, or somebody else."""
        said = {"outcome": outcome, "legal_ground": GROUND, "reason": WITH_THE_CARD}
        path = f"/data-requests/{request_id}/answer"
        return await (by or self.head).post(path, json=said, headers=key())

    async def requests(self, **which: str) -> Sequence[dict[str, Any]]:
        """The requests that the clerk sees."""
        answer = await self.clerk.get("/data-requests", params=which)
        found: list[dict[str, Any]] = answer.json()["requests"]
        return found

    def later(self, **by: float) -> None:
        """Let time pass."""
        self.alone.clock.set(self.alone.clock.now() + timedelta(**by))


@pytest.fixture
async def privacy(alone: MakeAlone) -> Privacy:
    """An office with a programme and no members."""
    office = Office(await alone("enrollment"))
    return Privacy(office, await office.open())
