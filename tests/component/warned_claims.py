"""Claims with something about them, recorded as events, for tests of warnings and reviews."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx

from chassis.ids import new_id
from chassis.state.unit import EVERYWHERE
from contracts.banking import CashPaidOut, PayoutFailed, PayoutSettled, Transfer
from contracts.claims import (
    BenefitLine,
    ClaimApproved,
    ClaimFiled,
    ClaimVerified,
    DocumentAttached,
    Explanation,
    HeirRegistered,
)
from contracts.enrollment import RosterReceived
from contracts.event import Cause, Event, derived_id
from contracts.sealed import Sealed
from contracts.types import AccountId, ClaimId, PartyId, PayoutId, RosterId, TransferId, WorkerId
from services.claims.operations.warnings import draw_review, look_for_signs, take_payments
from services.claims.queries.claims import claims_locked
from tests.alone import Alone, key
from tests.component.claims_facts import PROGRAMME, covered, enrolled

NOW = datetime(2025, 10, 22, 1, 0, tzinfo=UTC)
DIED = date(2025, 10, 11)
"""100 days after the cover of `covered` began."""
ACCOUNT = AccountId(UUID(int=500))
LUMP_SUM = 20_000_000


def mark(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:32]


def digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()


@dataclass
class Claims:
    """The claims service with members who are covered, and claims recorded at will."""

    service: Alone
    workers: dict[int, WorkerId] = field(default_factory=dict)

    async def member(self, number: int, *, first_month: str = "2025-07", **more: Any) -> WorkerId:
        if number not in self.workers:
            worker_id = self.workers[number] = WorkerId(UUID(int=number))
            spell = covered(worker_id, first_month=first_month)
            await self.service.hear(enrolled(worker_id, **more), *spell)
        return self.workers[number]

    async def claim(self, number: int, *, by: str | None = None, **changed: Any) -> ClaimId:
        """File a claim for the member of this number."""
        worker_id = await self.member(number)
        claim_id = ClaimId(new_id())
        told: dict[str, Any] = {"died_on": DIED, "kind": "death"} | changed
        filed = ClaimFiled(
            **_stamp(claim_id, "file"), claim_id=claim_id, worker_id=worker_id,
            filed_by=by or f"clerk {number}", number=_number(claim_id), **told,
        )  # fmt: skip
        await self.record(filed)
        return claim_id

    async def heir(self, number: int, claim_id: ClaimId, **changed: Any) -> PartyId:
        party_id = PartyId(new_id())
        sealed = Sealed(
            subject=party_id, holder="claims", kind="heir-identity", version=1,
            nonce=bytes(12), ciphertext=bytes(20),
        )  # fmt: skip
        told: dict[str, Any] = {"heir_class": 1, "account": "elsewhere"} | changed
        event = HeirRegistered(
            **_stamp(claim_id, f"heir {party_id}"), claim_id=claim_id,
            worker_id=self.workers[number], party_id=party_id, identity=sealed,
            registered_by=f"clerk {number}", **told,
        )  # fmt: skip
        await self.record(event)
        return party_id

    async def paper(
        self, number: int, claim_id: ClaimId, kind: str, *, scan: str | None = None,
        issuer: str = "Kelurahan Oebobo",
    ) -> UUID:  # fmt: skip
        document_id = new_id()
        event = DocumentAttached(
            **_stamp(claim_id, f"paper {document_id}"), claim_id=claim_id,
            worker_id=self.workers[number], document_id=document_id, kind=kind,
            issuer=issuer, issued_on=DIED, sha256=digest(scan or str(document_id)),
            attached_by=f"clerk {number}",
        )  # fmt: skip
        await self.record(event)
        return document_id

    async def verify(self, number: int, claim_id: ClaimId) -> None:
        event = ClaimVerified(
            **_stamp(claim_id, "verify"), claim_id=claim_id, worker_id=self.workers[number],
            died_on=DIED, verified_by=f"checker {number}",
        )  # fmt: skip
        await self.record(event)

    async def approve(self, number: int, claim_id: ClaimId, payee_id: PartyId) -> ClaimApproved:
        """Approve one line, as the service does, and draw."""
        line = BenefitLine(
            benefit="lump-sum", amount=LUMP_SUM, payee_id=payee_id,
            line_id=derived_id(claim_id, "line"),
        )  # fmt: skip
        explained = Explanation(rule="art. 34", outcome="whole", covered_from=NOW, months_paid=3)
        event = ClaimApproved(
            **_stamp(claim_id, "approve"), claim_id=claim_id, worker_id=self.workers[number],
            lines=(line,), explanation=explained, approved_by=f"head {number}",
        )  # fmt: skip
        async with self.service.units.single(area=EVERYWHERE) as unit:
            await unit.record([event, *draw_review(unit, claim_id, event.worker_id, event)])
        return event

    async def approved(self, number: int) -> ClaimApproved:
        """An approved claim."""
        claim_id = await self.claim(number)
        payee_id = await self.heir(number, claim_id)
        await self.verify(number, claim_id)
        return await self.approve(number, claim_id, payee_id)

    async def record(self, *events: Event) -> None:
        async with self.service.units.single(area=EVERYWHERE) as unit:
            await unit.record(events)

    async def look(self, claim_id: ClaimId, *, at: Any = "verification") -> int:
        """What a verifier's or approver's step does about warnings."""
        async with self.service.units.single(area=EVERYWHERE) as unit:
            held = await unit.ask(claims_locked, claim_id)
            assert held is not None
            cause = Cause(new_id(), new_id())
            if at == "payment":
                await take_payments(unit, {claim_id: cause})
            signs = await look_for_signs(unit, held.claim, cause=cause)
            await unit.record(signs.fresh)
            return signs.warnings

    async def signs(self, claim_id: ClaimId) -> list[str]:
        """The signs of a claim after a look."""
        await self.look(claim_id)
        rows = await self.service.rows(
            "SELECT warning FROM warnings WHERE claim_id = :claim_id ORDER BY warning",
            claim_id=claim_id,
        )
        return [row["warning"] for row in rows]

    async def get(self, path: str, role: str = "fraud", area: str = "53") -> httpx.Response:
        return await self.service.client(role, area=area).get(path)

    async def post(
        self, path: str, body: Mapping[str, Any], *, role: str = "fraud",
        name: str = "fraud officer", area: str = "53",
    ) -> httpx.Response:  # fmt: skip
        client = self.service.client(role, area=area, name=name)
        return await client.post(path, json=dict(body), headers=key())

    def called(self, name: str) -> str:
        """The name of a caller as tokens of this installation have it."""
        return f"{name} of {self.service.urls.database}"


def settled(
    claim_id: ClaimId, worker_id: WorkerId, amount: int = LUMP_SUM, *, at: datetime = NOW,
    account: AccountId = ACCOUNT,
) -> PayoutSettled:  # fmt: skip
    payout = derived_id(claim_id, f"payout {at}")
    return PayoutSettled(
        **_stamp(payout, "settle", at=at), payout_id=PayoutId(payout), claim_id=claim_id,
        worker_id=worker_id, benefit="lump-sum", amount=amount,
        transfer=_transfer(payout, amount, credit=account),
    )  # fmt: skip


def failed(claim_id: ClaimId, worker_id: WorkerId, reason: str) -> PayoutFailed:
    payout = derived_id(claim_id, f"payout {reason}")
    return PayoutFailed(
        **_stamp(payout, "fail"), payout_id=PayoutId(payout), claim_id=claim_id,
        worker_id=worker_id, benefit="lump-sum", reason=reason,
        transfer=_transfer(payout, LUMP_SUM, credit=ACCOUNT),
    )  # fmt: skip


def taken_out(amount: int, *, after: timedelta, account: AccountId = ACCOUNT) -> CashPaidOut:
    at = NOW + after
    cause = derived_id(account, f"cash {at} {amount}")
    return CashPaidOut(
        **_stamp(cause, "cash", at=at), account_id=account, branch="Oebobo", paid_by="teller",
        transfer=_transfer(cause, amount, credit=AccountId(UUID(int=600))),
    )  # fmt: skip


def roster_received(by: str) -> RosterReceived:
    return RosterReceived(
        **_stamp(UUID(int=101), "receive"), roster_id=RosterId(UUID(int=101)),
        programme_id=PROGRAMME, region_code="53", sha256=digest("roster"), rows=1,
        received_by=by,
    )  # fmt: skip


def _transfer(cause: UUID, amount: int, *, credit: AccountId) -> Transfer:
    return Transfer(
        transfer_id=TransferId(cause), kind="settle", reference=cause,
        debit_account=ACCOUNT if credit != ACCOUNT else AccountId(UUID(int=103)),
        credit_account=credit, amount=amount, debit_balance=0,
    )  # fmt: skip


def _stamp(cause: UUID, purpose: str, *, at: datetime = NOW) -> Any:
    return Cause(cause, cause).stamp(purpose, at=at)


def _number(claim_id: UUID) -> str:
    letters = claim_id.hex[-8:].upper()
    return f"K-{letters[:4]}-{letters[4:]}"
