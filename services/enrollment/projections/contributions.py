"""Months billed, listed, overdue and paid."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.local_time import local_day
from chassis.state.tables import insert_rows, put_rows, update_rows
from contracts.enrollment import (
    BillingOrdered,
    ContributionBilled,
    ContributionPaid,
    InvoiceCleared,
    InvoiceIssued,
    InvoiceOverdue,
    MonthlyListFrozen,
)
from services.enrollment.models import BillingRun, Contribution, Invoice
from services.enrollment.projections.members import commit_to
from services.enrollment.projections.registered import MEMBERSHIP, projections
from services.enrollment.rules.arrears import owed_since

_INVOICE = ("invoice_id",)


@projections.applies(BillingOrdered)
async def billings_ordered(session: AsyncSession, events: Sequence[BillingOrdered]) -> None:
    """A month to be billed everywhere."""
    await insert_rows(
        session,
        BillingRun,
        [
            {
                "run_id": e.run_id,
                "programme_id": e.programme_id,
                "month": e.month,
                "ordered_by": e.ordered_by,
                "ordered_at": e.occurred_at,
                "ordered_event_id": e.event_id,
                "correlation_id": e.correlation_id,
            }
            for e in events
        ],
    )


@projections.applies(MonthlyListFrozen)
async def lists_frozen(session: AsyncSession, events: Sequence[MonthlyListFrozen]) -> None:
    """The list that came of it."""
    rows = [
        {
            "run_id": e.run_id,
            "frozen_at": e.occurred_at,
            "invoices": e.invoices,
            "heads": e.heads,
            "amount": e.amount,
            "sha256": e.sha256,
        }
        for e in events
    ]
    await update_rows(session, BillingRun, rows, keys=("run_id",))


@projections.applies(ContributionBilled)
async def contributions_billed(session: AsyncSession, events: Sequence[ContributionBilled]) -> None:
    """A month on an invoice."""
    await insert_rows(
        session,
        Contribution,
        [
            {
                "worker_id": e.worker_id,
                "programme_id": e.programme_id,
                "month": e.month,
                "invoice_id": e.invoice_id,
                "amount": e.amount,
                "payer": e.payer,
            }
            for e in events
        ],
    )
    await _put_aside_again(
        session, [e for e in events if owed_since(e.month) <= local_day(e.occurred_at)]
    )


_PUT_ASIDE = text("""
    UPDATE memberships
    SET reserved = reserved + given.amount,
        end_released = greatest(0, end_released - given.amount)
    FROM (SELECT worker_id, programme_id, sum(amount)::bigint AS amount
          FROM unnest(CAST(:workers AS uuid[]), CAST(:programmes AS uuid[]),
                      CAST(:amounts AS bigint[])) AS line (worker_id, programme_id, amount)
          GROUP BY worker_id, programme_id) AS given
    WHERE memberships.worker_id = given.worker_id
      AND memberships.programme_id = given.programme_id AND memberships.ended_on IS NOT NULL
    RETURNING memberships.programme_id, memberships.region_code, given.amount AS reserved""")


async def _put_aside_again(session: AsyncSession, late: Sequence[ContributionBilled]) -> None:
    """What a membership owed when it ended is billed after its end, which gave the money back: it
    is promised again. Only a month past its due date can be one; most are billed sooner."""
    if not late:
        return
    found = await session.execute(
        _PUT_ASIDE,
        {
            "workers": [e.worker_id for e in late],
            "programmes": [e.programme_id for e in late],
            "amounts": [e.amount for e in late],
        },
    )
    await commit_to(session, ({**row, "heads": 0} for row in found.mappings()))


@projections.applies(InvoiceIssued)
async def invoices_issued(session: AsyncSession, events: Sequence[InvoiceIssued]) -> None:
    """What is owed for a kecamatan and month."""
    await insert_rows(
        session,
        Invoice,
        [
            {
                "invoice_id": e.invoice_id,
                "programme_id": e.programme_id,
                "month": e.month,
                "district_code": e.district_code,
                "heads": e.heads,
                "amount": e.amount,
                "due_on": e.due_on,
                "issued_at": e.occurred_at,
                "run_id": e.run_id,
            }
            for e in events
        ],
    )


@projections.applies(InvoiceOverdue)
async def invoices_overdue(session: AsyncSession, events: Sequence[InvoiceOverdue]) -> None:
    """The funder is late."""
    rows = [{"invoice_id": e.invoice_id, "overdue_at": e.occurred_at} for e in events]
    await update_rows(session, Invoice, rows, keys=_INVOICE)


@projections.applies(InvoiceCleared)
async def invoices_cleared(session: AsyncSession, events: Sequence[InvoiceCleared]) -> None:
    """The invoice is paid."""
    rows = [
        {
            "invoice_id": e.invoice_id,
            "cleared_at": e.occurred_at,
            "payment_order": e.payment_order,
        }
        for e in events
    ]
    await update_rows(session, Invoice, rows, keys=_INVOICE)


@projections.applies(ContributionPaid)
async def contributions_paid(session: AsyncSession, events: Sequence[ContributionPaid]) -> None:
    """The month is paid; a month that a member pays himself stood on no invoice before."""
    await put_rows(
        session,
        Contribution,
        [
            {
                "worker_id": e.worker_id,
                "programme_id": e.programme_id,
                "month": e.month,
                "invoice_id": e.invoice_id,
                "amount": e.amount,
                "payer": e.payer,
                "paid_at": e.occurred_at,
                "paid_by_event": e.event_id,
            }
            for e in events
        ],
        keys=(*MEMBERSHIP, "month"),
    )
    await session.execute(_LESS_OWED, {"workers": [e.worker_id for e in events]})


_LESS_OWED = text("""
    UPDATE memberships SET arrears_months = 0, arrears_oldest = NULL
    WHERE worker_id = ANY(CAST(:workers AS uuid[])) AND arrears_months > 0""")
"""In whatever programme. What is still owed is told anew, by whoever recorded the payment."""
