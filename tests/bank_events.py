"""Events of the other services, as the bank hears them: each with plausible values to change."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from chassis.ids import new_id
from chassis.sealing import seal
from contracts.claims import (
    BenefitLine,
    ClaimApproved,
    ClaimFiled,
    Explanation,
    HeirClass,
    HeirRegistered,
)
from contracts.enrollment import InvoiceIssued, ProgrammeOpened, Quota, Tariff, WorkerEnrolled
from contracts.event import Cause, Stamp
from contracts.sealed import Sealed
from contracts.types import ClaimId, InvoiceId, PartyId, ProgrammeId, RosterId, WorkerId

AT = datetime(2025, 7, 7, 1, 0, tzinfo=UTC)
PROGRAMME = ProgrammeId(UUID(int=1))
KEY = bytes(range(32))
"""Of every person here, unless a test seals with another."""
OEBOBO = "53.71.04.1001"


class HeirIdentity(BaseModel):
    """What claims seals of an heir."""

    name: str = "Marselina Ndun"
    nik: str = "5371044107700001"
    relationship: str = "anak"
    bank_code: str | None = "014"
    account_number: str | None = "0356789012"


def stamp() -> Stamp:
    """Of an event that something new brought about."""
    return Cause(new_id(), new_id()).stamp("test", at=AT)


def programme_opened(**changed: Any) -> ProgrammeOpened:
    """The programme of province 53."""
    values: dict[str, Any] = {
        "programme_id": PROGRAMME,
        "name": "Pekerja rentan",
        "province_code": "53",
        "funder": "APBD",
        "legal_basis": "Pergub",
        "first_month": "2025-07",
        "last_month": "2025-12",
        "ceiling": 20_000_000_000,
        "tariff": Tariff(jkk=10_000, jkm=6_800),
        "quotas": (Quota(region_code="53.71", heads=2_520),),
        "opened_by": "gubernur",
    }
    return ProgrammeOpened(**stamp(), **values | changed)


def worker_enrolled(worker_id: UUID | None = None, **changed: Any) -> WorkerEnrolled:
    """A member of Oebobo with both papers."""
    subject = worker_id or new_id()
    values: dict[str, Any] = {
        "worker_id": WorkerId(subject),
        "programme_id": PROGRAMME,
        "roster_id": RosterId(UUID(int=2)),
        "village_code": OEBOBO,
        "first_month": "2025-07",
        "last_month": "2025-12",
        "reserved": 100_800,
        "has_ktp": True,
        "has_kk": True,
        "identity": sealed(HeirIdentity(), subject=subject, kind="worker-identity"),
    }
    return WorkerEnrolled(**stamp(), **values | changed)


def invoice_issued(amount: int = 16_800, **changed: Any) -> InvoiceIssued:
    """July of kecamatan Oebobo."""
    values: dict[str, Any] = {
        "invoice_id": InvoiceId(new_id()),
        "programme_id": PROGRAMME,
        "month": "2025-07",
        "district_code": "53.71.04",
        "heads": 1,
        "amount": amount,
        "due_on": date(2025, 7, 15),
    }
    return InvoiceIssued(**stamp(), **values | changed)


def claim_filed(worker_id: UUID, claim_id: UUID | None = None) -> ClaimFiled:
    """A member's death was reported."""
    return ClaimFiled(
        **stamp(),
        claim_id=ClaimId(claim_id or new_id()),
        worker_id=WorkerId(worker_id),
        died_on=date(2025, 10, 11),
        filed_by="petugas",
    )


def heir_registered(
    claim_id: UUID, worker_id: UUID, identity: BaseModel | None = None, **changed: Any
) -> HeirRegistered:
    """An heir with an account at another bank."""
    party_id = changed.get("party_id") or new_id()
    values: dict[str, Any] = {
        "claim_id": claim_id,
        "worker_id": worker_id,
        "party_id": PartyId(party_id),
        "heir_class": HeirClass.SPOUSE_OR_CHILD,
        "account": "elsewhere",
        "identity": sealed(identity or HeirIdentity(), subject=party_id),
        "registered_by": "petugas",
    }
    return HeirRegistered(**stamp(), **values | changed)


def claim_approved(
    claim_id: UUID, worker_id: UUID, payee_id: UUID, amounts: dict[str, int] | None = None
) -> ClaimApproved:
    """The whole death benefit to one payee, or the lines given."""
    lines = amounts or {"lump-sum": 20_000_000, "periodic": 12_000_000, "funeral": 10_000_000}
    return ClaimApproved(
        **stamp(),
        claim_id=ClaimId(claim_id),
        worker_id=WorkerId(worker_id),
        lines=tuple(
            BenefitLine(benefit=benefit, amount=amount, payee_id=PartyId(payee_id))
            for benefit, amount in lines.items()
        ),
        explanation=Explanation(
            rule="PP 44/2015 art. 34",
            outcome="whole",
            covered_from=AT,
            died_on=date(2025, 10, 11),
            waiting_ends_on=date(2025, 10, 7),
            months_paid=4,
        ),
        approved_by="kepala",
    )


def sealed(block: BaseModel, *, subject: UUID, kind: str = "heir-identity") -> Sealed:
    """A block under `KEY`."""
    return seal(block, subject=subject, holder="claims", kind=kind, version=1, key=KEY)
