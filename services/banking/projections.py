"""How banking's events change its tables, and how those of others change its copies of them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.projections import Projections
from chassis.state.tables import add_to_rows, insert_rows, put_rows, update_rows
from contracts.banking import (
    AccountBlocked,
    AccountDeferred,
    AccountOpened,
    FundsDeposited,
    InvoicePaid,
    InvoiceUnpaid,
    ParkedEventDropped,
    PayoutFailed,
    PayoutOrdered,
    PayoutSettled,
    PayoutSubmitted,
)
from contracts.claims import ClaimFiled, HeirRegistered
from contracts.enrollment import InvoiceIssued, ProgrammeOpened, WorkerEnrolled
from services.banking.models import (
    Account,
    Balance,
    Deferral,
    FiledClaim,
    Invoice,
    Member,
    Party,
    Payment,
    Payout,
    Programme,
    Transfer,
)

projections = Projections()
projections.changes_nothing(ParkedEventDropped)
replicas = Projections()

Moving = FundsDeposited | InvoicePaid | PayoutSubmitted | PayoutSettled | PayoutFailed


@projections.applies(AccountOpened)
async def accounts_opened(session: AsyncSession, events: Sequence[AccountOpened]) -> None:
    """A savings account."""
    await insert_rows(
        session,
        Account,
        [
            {
                "account_id": e.account_id,
                "holder_id": e.holder_id,
                "holder": e.holder,
                "opened_at": e.occurred_at,
            }
            for e in events
        ],
    )


@projections.applies(AccountDeferred)
async def accounts_deferred(session: AsyncSession, events: Sequence[AccountDeferred]) -> None:
    """A member whose papers are missing."""
    await insert_rows(
        session,
        Deferral,
        [
            {
                "worker_id": e.worker_id,
                "missing": " ".join(e.missing),
                "deferred_at": e.occurred_at,
            }
            for e in events
        ],
    )


@projections.applies(AccountBlocked)
async def accounts_blocked(session: AsyncSession, events: Sequence[AccountBlocked]) -> None:
    """Nothing leaves the account any more."""
    rows = [
        {"account_id": e.account_id, "blocked_at": e.occurred_at, "claim_id": e.claim_id}
        for e in events
    ]
    await update_rows(session, Account, rows, keys=("account_id",))


@projections.applies(FundsDeposited)
async def funds_deposited(session: AsyncSession, events: Sequence[FundsDeposited]) -> None:
    """Money on a programme's account."""
    await _move(session, events)


@projections.applies(InvoicePaid)
async def invoices_paid(session: AsyncSession, events: Sequence[InvoicePaid]) -> None:
    """Money of a programme with the insurer."""
    rows = [
        {
            "invoice_id": e.invoice_id,
            "programme_id": e.programme_id,
            "month": e.month,
            "payment_order": e.payment_order,
            "amount": e.transfer.amount,
            "paid_at": e.occurred_at,
            "shortfall": None,
        }
        for e in events
    ]
    await put_rows(session, Payment, rows, keys=("invoice_id",))
    await _move(session, events)


@projections.applies(InvoiceUnpaid)
async def invoices_unpaid(session: AsyncSession, events: Sequence[InvoiceUnpaid]) -> None:
    """An invoice that the programme's account could not carry."""
    rows = [
        {
            "invoice_id": e.invoice_id,
            "programme_id": e.programme_id,
            "month": e.month,
            "payment_order": e.payment_order,
            "shortfall": e.shortfall,
        }
        for e in events
    ]
    await put_rows(session, Payment, rows, keys=("invoice_id",))


@projections.applies(PayoutOrdered)
async def payouts_ordered(session: AsyncSession, events: Sequence[PayoutOrdered]) -> None:
    """A benefit line that is to reach somebody."""
    await insert_rows(
        session,
        Payout,
        [
            {
                "payout_id": e.payout_id,
                "claim_id": e.claim_id,
                "worker_id": e.worker_id,
                "payee_id": e.payee_id,
                "benefit": e.benefit,
                "amount": e.amount,
                "rail": e.rail,
                "state": "ordered",
                "ordered_at": e.occurred_at,
                "ordered_event_id": e.event_id,
                "correlation_id": e.correlation_id,
            }
            for e in events
        ],
    )


@projections.applies(PayoutSubmitted)
async def payouts_submitted(session: AsyncSession, events: Sequence[PayoutSubmitted]) -> None:
    """Money set aside for another bank."""
    rows = [
        {"payout_id": e.payout_id, "state": "submitted", "submitted_at": e.occurred_at}
        for e in events
    ]
    await update_rows(session, Payout, rows, keys=("payout_id",))
    await _move(session, events)


@projections.applies(PayoutSettled)
async def payouts_settled(session: AsyncSession, events: Sequence[PayoutSettled]) -> None:
    """The payee has the money."""
    rows = [
        {"payout_id": e.payout_id, "state": "settled", "finished_at": e.occurred_at} for e in events
    ]
    await update_rows(session, Payout, rows, keys=("payout_id",))
    await _move(session, events)


@projections.applies(PayoutFailed)
async def payouts_failed(session: AsyncSession, events: Sequence[PayoutFailed]) -> None:
    """The insurer has the money back."""
    rows = [
        {
            "payout_id": e.payout_id,
            "state": "failed",
            "finished_at": e.occurred_at,
            "reason": e.reason,
        }
        for e in events
    ]
    await update_rows(session, Payout, rows, keys=("payout_id",))
    await _move(session, events)


async def _move(session: AsyncSession, events: Sequence[Moving]) -> None:
    """One row for both sides, and a delta on each account."""
    await insert_rows(
        session,
        Transfer,
        [e.transfer.model_dump() | {"transferred_at": e.occurred_at} for e in events],
    )
    sides = [
        {"account_id": account_id, "balance": amount}
        for e in events
        for account_id, amount in (
            (e.transfer.debit_account, -e.transfer.amount),
            (e.transfer.credit_account, e.transfer.amount),
        )
    ]
    await add_to_rows(session, Balance, sides, keys=("account_id",))


@replicas.applies(ProgrammeOpened)
async def programmes(session: AsyncSession, events: Sequence[ProgrammeOpened]) -> None:
    """Whose money pays contributions."""
    rows = [
        {"programme_id": e.programme_id, "province_code": e.province_code, "name": e.name}
        for e in events
    ]
    await put_rows(session, Programme, rows, keys=("programme_id",))


@replicas.applies(WorkerEnrolled)
async def members(session: AsyncSession, events: Sequence[WorkerEnrolled]) -> None:
    """Where members live."""
    rows = [{"worker_id": e.worker_id, "village_code": e.village_code} for e in events]
    await put_rows(session, Member, rows, keys=("worker_id",))


@replicas.applies(InvoiceIssued)
async def invoices(session: AsyncSession, events: Sequence[InvoiceIssued]) -> None:
    """What programmes owe."""
    rows = [
        {
            "invoice_id": e.invoice_id,
            "programme_id": e.programme_id,
            "month": e.month,
            "district_code": e.district_code,
            "amount": e.amount,
            "due_on": e.due_on,
        }
        for e in events
    ]
    await put_rows(session, Invoice, rows, keys=("invoice_id",))


@replicas.applies(HeirRegistered)
async def parties(session: AsyncSession, events: Sequence[HeirRegistered]) -> None:
    """Who is paid, and where."""
    rows = [
        {
            "claim_id": e.claim_id,
            "party_id": e.party_id,
            "worker_id": e.worker_id,
            "account": e.account,
            "identity": e.identity.model_dump(mode="json"),
        }
        for e in events
    ]
    await put_rows(session, Party, rows, keys=("claim_id", "party_id"))


@replicas.applies(ClaimFiled)
async def filed_claims(session: AsyncSession, events: Sequence[ClaimFiled]) -> None:
    """Members whose death was reported."""
    rows = [{"claim_id": e.claim_id, "worker_id": e.worker_id} for e in events]
    await put_rows(session, FiledClaim, rows, keys=("claim_id",))
