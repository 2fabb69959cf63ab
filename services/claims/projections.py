"""How claims' own events change its tables, and those of others its replicas; live and in
replay."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.projections import Projections
from chassis.state.tables import insert_rows, put_rows, update_rows
from contracts.banking import PayoutFailed, PayoutSettled
from contracts.claims import (
    ClaimApproved,
    ClaimFiled,
    ClaimPaid,
    ClaimRejected,
    ClaimVerified,
    DocumentAttached,
    HeirRegistered,
    ParkedEventDropped,
    SubjectKeyRead,
)
from contracts.enrollment import ContributionPaid, MembershipActivated, WorkerEnrolled
from services.claims.models import ApprovedLine, Claim, Document, Heir, Member, PaidMonth, Payout

projections = Projections()
projections.changes_nothing(SubjectKeyRead, ParkedEventDropped)
replicas = Projections()

_CLAIM = ("claim_id",)


@projections.applies(ClaimFiled)
async def claims_filed(session: AsyncSession, events: Sequence[ClaimFiled]) -> None:
    """A claim."""
    await insert_rows(
        session,
        Claim,
        [
            {
                "claim_id": e.claim_id,
                "worker_id": e.worker_id,
                "died_on": e.died_on,
                "state": "filed",
                "filed_by": e.filed_by,
                "filed_at": e.occurred_at,
            }
            for e in events
        ],
    )


@projections.applies(HeirRegistered)
async def heirs_registered(session: AsyncSession, events: Sequence[HeirRegistered]) -> None:
    """A party of the claim."""
    await insert_rows(
        session,
        Heir,
        [
            {
                "party_id": e.party_id,
                "claim_id": e.claim_id,
                "heir_class": e.heir_class,
                "account": e.account,
                "identity": e.identity.model_dump(mode="json"),
                "registered_by": e.registered_by,
                "registered_at": e.occurred_at,
            }
            for e in events
        ],
    )


@projections.applies(DocumentAttached)
async def documents_attached(session: AsyncSession, events: Sequence[DocumentAttached]) -> None:
    """A paper, and the one before it that counts no longer."""
    await insert_rows(
        session,
        Document,
        [
            {
                "document_id": e.document_id,
                "claim_id": e.claim_id,
                "kind": e.kind,
                "issuer": e.issuer,
                "issued_on": e.issued_on,
                "sha256": e.sha256,
                "attached_by": e.attached_by,
                "attached_at": e.occurred_at,
            }
            for e in events
        ],
    )
    replaced = [
        {"document_id": e.replaces, "replaced_by": e.document_id}
        for e in events
        if e.replaces is not None
    ]
    await update_rows(session, Document, replaced, keys=("document_id",))


@projections.applies(ClaimVerified)
async def claims_verified(session: AsyncSession, events: Sequence[ClaimVerified]) -> None:
    """The papers were looked through."""
    rows = [
        {
            "claim_id": e.claim_id,
            "state": "verified",
            "verified_by": e.verified_by,
            "verified_at": e.occurred_at,
        }
        for e in events
    ]
    await update_rows(session, Claim, rows, keys=_CLAIM)


@projections.applies(ClaimApproved)
async def claims_approved(session: AsyncSession, events: Sequence[ClaimApproved]) -> None:
    """What is due to whom, and why."""
    rows = [
        {
            "claim_id": e.claim_id,
            "state": "approved",
            "decided_by": e.approved_by,
            "decided_at": e.occurred_at,
            "explanation": e.explanation.model_dump(mode="json"),
            "confirmation": e.confirmation,
        }
        for e in events
    ]
    await update_rows(session, Claim, rows, keys=_CLAIM)
    lines = [{"claim_id": e.claim_id, **dict(line)} for e in events for line in e.lines]
    await insert_rows(session, ApprovedLine, lines)


@projections.applies(ClaimRejected)
async def claims_rejected(session: AsyncSession, events: Sequence[ClaimRejected]) -> None:
    """Nothing is due, and why."""
    rows = [
        {
            "claim_id": e.claim_id,
            "state": "rejected",
            "decided_by": e.rejected_by,
            "decided_at": e.occurred_at,
            "rejection": e.reason,
        }
        for e in events
    ]
    await update_rows(session, Claim, rows, keys=_CLAIM)


@projections.applies(ClaimPaid)
async def claims_paid(session: AsyncSession, events: Sequence[ClaimPaid]) -> None:
    """The money has arrived."""
    rows = [
        {
            "claim_id": e.claim_id,
            "state": "paid",
            "paid_at": e.occurred_at,
            "amount_paid": e.amount,
        }
        for e in events
    ]
    await update_rows(session, Claim, rows, keys=_CLAIM)


@replicas.applies(WorkerEnrolled)
async def workers_enrolled(session: AsyncSession, events: Sequence[WorkerEnrolled]) -> None:
    """A member, without who it is."""
    await insert_rows(
        session,
        Member,
        [
            {
                "worker_id": e.worker_id,
                "programme_id": e.programme_id,
                "village_code": e.village_code,
            }
            for e in events
        ],
    )


@replicas.applies(MembershipActivated)
async def memberships_activated(
    session: AsyncSession, events: Sequence[MembershipActivated]
) -> None:
    """The member is covered."""
    rows = [
        {"worker_id": e.worker_id, "kpj": e.kpj, "covered_from": e.covered_from} for e in events
    ]
    await update_rows(session, Member, rows, keys=("worker_id",))


@replicas.applies(ContributionPaid)
async def contributions_paid(session: AsyncSession, events: Sequence[ContributionPaid]) -> None:
    """A month is paid."""
    await insert_rows(
        session,
        PaidMonth,
        [
            {
                "worker_id": e.worker_id,
                "programme_id": e.programme_id,
                "month": e.month,
                "paid_at": e.occurred_at,
            }
            for e in events
        ],
    )


@replicas.applies(PayoutSettled)
async def payouts_settled(session: AsyncSession, events: Sequence[PayoutSettled]) -> None:
    """A line arrived."""
    rows = [
        {
            "payout_id": e.payout_id,
            "claim_id": e.claim_id,
            "benefit": e.benefit,
            "amount": e.amount,
            "settled": True,
            "failure": None,
            "ended_at": e.occurred_at,
        }
        for e in events
    ]
    await put_rows(session, Payout, rows, keys=("payout_id",))


@replicas.applies(PayoutFailed)
async def payouts_failed(session: AsyncSession, events: Sequence[PayoutFailed]) -> None:
    """A line came back."""
    rows = [
        {
            "payout_id": e.payout_id,
            "claim_id": e.claim_id,
            "benefit": e.benefit,
            "amount": e.transfer.amount,
            "settled": False,
            "failure": e.reason,
            "ended_at": e.occurred_at,
        }
        for e in events
    ]
    await put_rows(session, Payout, rows, keys=("payout_id",))
