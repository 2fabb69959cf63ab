"""What claims keeps of what enrollment and banking recorded."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import insert_rows, put_rows, update_rows
from contracts.banking import CashPaidOut, PayoutFailed, PayoutSettled
from contracts.enrollment import (
    ContributionPaid,
    CoverageEnded,
    CoverageLapsed,
    CoverageRestored,
    MembershipActivated,
    MembershipReactivated,
    MembershipRenewed,
    RosterReceived,
    WorkerEnrolled,
)
from services.claims.models import (
    CoverEnd,
    CoverSpell,
    Member,
    PaidMonth,
    Payout,
    RosterSender,
    Withdrawal,
)
from services.claims.projections.registered import replicas

_WORKER = ("worker_id",)
_RESTORE = text(
    "UPDATE cover_ends SET is_restored = true WHERE worker_id = :worker_id AND claim_id = :claim_id"
)


@replicas.applies(WorkerEnrolled)
async def workers_enrolled(session: AsyncSession, events: Sequence[WorkerEnrolled]) -> None:
    """A member; who it is stays sealed."""
    rows = [
        {
            "worker_id": e.worker_id,
            "programme_id": e.programme_id,
            "village_code": e.village_code,
            "last_month": e.last_month,
            "roster_id": e.roster_id,
            "identity": e.identity.model_dump(mode="json"),
        }
        for e in events
    ]
    await insert_rows(session, Member, rows)


@replicas.applies(MembershipRenewed)
async def memberships_renewed(session: AsyncSession, events: Sequence[MembershipRenewed]) -> None:
    """The member is in another programme now."""
    rows = [
        {
            "worker_id": e.worker_id,
            "programme_id": e.programme_id,
            "village_code": e.village_code,
            "last_month": e.last_month,
        }
        for e in events
    ]
    await update_rows(session, Member, rows, keys=_WORKER)


@replicas.applies(MembershipActivated)
async def memberships_activated(
    session: AsyncSession, events: Sequence[MembershipActivated]
) -> None:
    """The member is covered: from now, or still, where the cover before goes on."""
    rows = [
        {"worker_id": e.worker_id, "kpj": e.kpj, "covered_from": e.covered_from} for e in events
    ]
    await update_rows(session, Member, rows, keys=_WORKER)
    await _begin(session, events)


@replicas.applies(MembershipReactivated)
async def memberships_reactivated(
    session: AsyncSession, events: Sequence[MembershipReactivated]
) -> None:
    """A new cover after a lapse."""
    rows = [
        {"worker_id": e.worker_id, "covered_from": e.covered_from, "last_month": e.last_month}
        for e in events
    ]
    await update_rows(session, Member, rows, keys=_WORKER)
    await _begin(session, events)


async def _begin(
    session: AsyncSession, events: Sequence[MembershipActivated | MembershipReactivated]
) -> None:
    rows = [
        {
            "worker_id": e.worker_id,
            "covered_from": e.covered_from,
            "programme_id": e.programme_id,
            "event_id": e.event_id,
        }
        for e in events
    ]
    await put_rows(session, CoverSpell, rows, keys=("worker_id", "covered_from"))


@replicas.applies(CoverageLapsed)
async def coverages_lapsed(session: AsyncSession, events: Sequence[CoverageLapsed]) -> None:
    """More than three months in a row are owed."""
    rows = [_end(e, reason="lapse") | {"ended_on": e.lapsed_on, "claim_id": None} for e in events]
    await insert_rows(session, CoverEnd, rows)


@replicas.applies(CoverageEnded)
async def coverages_ended(session: AsyncSession, events: Sequence[CoverageEnded]) -> None:
    """A death was verified, or an officer ended the membership."""
    rows = [
        _end(e, reason=e.reason) | {"ended_on": e.ended_on, "claim_id": e.claim_id} for e in events
    ]
    await insert_rows(session, CoverEnd, rows)


def _end(event: CoverageLapsed | CoverageEnded, *, reason: str) -> dict[str, Any]:
    return {
        "event_id": event.event_id,
        "worker_id": event.worker_id,
        "programme_id": event.programme_id,
        "reason": reason,
        "is_restored": False,
    }


@replicas.applies(CoverageRestored)
async def coverages_restored(session: AsyncSession, events: Sequence[CoverageRestored]) -> None:
    """The member lives: the end that this claim brought counts no longer."""
    for event in events:
        await session.execute(_RESTORE, {"worker_id": event.worker_id, "claim_id": event.claim_id})


@replicas.applies(ContributionPaid)
async def contributions_paid(session: AsyncSession, events: Sequence[ContributionPaid]) -> None:
    """A month is paid."""
    rows = [
        {
            "worker_id": e.worker_id,
            "programme_id": e.programme_id,
            "month": e.month,
            "paid_at": e.occurred_at,
            "amount": e.amount,
            "event_id": e.event_id,
        }
        for e in events
    ]
    await insert_rows(session, PaidMonth, rows)


@replicas.applies(RosterReceived)
async def rosters_received(session: AsyncSession, events: Sequence[RosterReceived]) -> None:
    """Who proposed the workers of a roster."""
    rows = [
        {"roster_id": e.roster_id, "received_by": e.received_by, "received_at": e.occurred_at}
        for e in events
    ]
    await insert_rows(session, RosterSender, rows)


@replicas.applies(PayoutSettled)
async def payouts_settled(session: AsyncSession, events: Sequence[PayoutSettled]) -> None:
    """A line arrived."""
    rows = [
        _payout(e)
        | {
            "amount": e.amount,
            "settled": True,
            "failure": None,
            "account_id": e.transfer.credit_account,
        }
        for e in events
    ]
    await put_rows(session, Payout, rows, keys=("payout_id",))


@replicas.applies(PayoutFailed)
async def payouts_failed(session: AsyncSession, events: Sequence[PayoutFailed]) -> None:
    """A line came back."""
    rows = [
        _payout(e)
        | {
            "amount": e.transfer.amount,
            "settled": False,
            "failure": e.reason,
            "account_id": None,
        }
        for e in events
    ]
    await put_rows(session, Payout, rows, keys=("payout_id",))


def _payout(event: PayoutSettled | PayoutFailed) -> dict[str, Any]:
    return {
        "payout_id": event.payout_id,
        "claim_id": event.claim_id,
        "line_id": event.line_id,
        "benefit": event.benefit,
        "ended_at": event.occurred_at,
    }


@replicas.applies(CashPaidOut)
async def cash_paid_out(session: AsyncSession, events: Sequence[CashPaidOut]) -> None:
    """Cash left an account."""
    rows = [
        {
            "event_id": e.event_id,
            "account_id": e.account_id,
            "amount": e.transfer.amount,
            "taken_at": e.occurred_at,
            "branch": e.branch,
        }
        for e in events
    ]
    await insert_rows(session, Withdrawal, rows)
