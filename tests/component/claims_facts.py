"""What claims hears from its neighbors, for its tests."""

from datetime import UTC, datetime
from uuid import UUID

from contracts.banking import PayoutFailed, PayoutSettled, Transfer
from contracts.claims import Benefit
from contracts.enrollment import ContributionPaid, MembershipActivated, WorkerEnrolled
from contracts.event import Cause, Event, derived_id
from contracts.sealed import Sealed
from contracts.types import (
    AccountId,
    ClaimId,
    InvoiceId,
    PayoutId,
    ProgrammeId,
    RosterId,
    TransferId,
    WorkerId,
)

PROGRAMME = ProgrammeId(UUID(int=100))
VILLAGE = "53.71.04.1001"
PAID_ON = {"2025-07": 3, "2025-08": 4, "2025-09": 3, "2025-10": 3}


def enrolled(worker_id: WorkerId, *, village_code: str = VILLAGE) -> WorkerEnrolled:
    sealed = Sealed(
        subject=worker_id, holder="enrollment", kind="worker-identity", version=1,
        nonce=bytes(12), ciphertext=bytes(20),
    )  # fmt: skip
    return WorkerEnrolled(
        **_cause(worker_id).stamp("enroll", at=datetime(2025, 7, 1, tzinfo=UTC)),
        worker_id=worker_id, programme_id=PROGRAMME, roster_id=RosterId(UUID(int=101)),
        village_code=village_code, first_month="2025-07", last_month="2025-12", reserved=100_800,
        has_ktp=True, has_kk=True, identity=sealed,
    )  # fmt: skip


def covered(worker_id: WorkerId, *, first_month: str = "2025-07") -> list[Event]:
    """The months paid from this one on, as on the day, and the number with the first of them."""
    months = [month for month in PAID_ON if month >= first_month]
    return [
        _paid(worker_id, months[0]),
        MembershipActivated(
            **_cause(worker_id).stamp("activate", at=paid_at(months[0])),
            worker_id=worker_id, programme_id=PROGRAMME, kpj="25000000001",
            covered_from=paid_at(months[0]),
        ),
        *(_paid(worker_id, month) for month in months[1:]),
    ]  # fmt: skip


def paid_at(month: str) -> datetime:
    return datetime.fromisoformat(f"{month}-{PAID_ON[month]:02}T10:00+08:00")


def settled(
    claim_id: str, worker_id: WorkerId, benefit: Benefit, amount: int, *, attempt: str = "first"
) -> PayoutSettled:
    cause = Cause(derived_id(UUID(claim_id), f"{benefit} {attempt}"), UUID(claim_id))
    return PayoutSettled(
        **cause.stamp("settle", at=datetime(2025, 10, 22, 2, 0, tzinfo=UTC)),
        payout_id=PayoutId(cause.cause_id), claim_id=ClaimId(UUID(claim_id)),
        worker_id=worker_id, benefit=benefit, amount=amount, transfer=_transfer(cause, amount),
    )  # fmt: skip


def failed(claim_id: str, worker_id: WorkerId, benefit: Benefit, amount: int) -> PayoutFailed:
    cause = Cause(derived_id(UUID(claim_id), f"{benefit} first"), UUID(claim_id))
    return PayoutFailed(
        **cause.stamp("fail", at=datetime(2025, 10, 22, 1, 30, tzinfo=UTC)),
        payout_id=PayoutId(cause.cause_id), claim_id=ClaimId(UUID(claim_id)),
        worker_id=worker_id, benefit=benefit, reason="4031818 Inactive account",
        transfer=_transfer(cause, amount),
    )  # fmt: skip


def _paid(worker_id: WorkerId, month: str) -> ContributionPaid:
    return ContributionPaid(
        **_cause(worker_id).stamp(f"pay {month}", at=paid_at(month)),
        worker_id=worker_id, programme_id=PROGRAMME, invoice_id=InvoiceId(UUID(int=102)),
        month=month, amount=16_800,
    )  # fmt: skip


def _transfer(cause: Cause, amount: int) -> Transfer:
    return Transfer(
        transfer_id=TransferId(cause.cause_id), kind="settle", reference=cause.cause_id,
        debit_account=AccountId(UUID(int=103)), credit_account=AccountId(UUID(int=104)),
        amount=amount, debit_balance=0,
    )  # fmt: skip


def _cause(worker_id: WorkerId) -> Cause:
    return Cause(worker_id, worker_id)
