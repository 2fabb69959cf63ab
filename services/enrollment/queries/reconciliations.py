"""What was invoiced for a month, who is listed, who is active, who was paid: side by side."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.types import InvoiceId
from services.enrollment.queries.to_bill import TO_BILL, asked_about
from services.enrollment.rules.months import first_day, month_after
from services.enrollment.rules.reconciliation import Difference, Why


class Asked(NamedTuple):
    """Which month of which programme, and what a member's month costs in it."""

    programme_id: UUID
    month: str
    contribution: int

    @property
    def bound(self) -> dict[str, object]:
        """As the statements name it."""
        return {
            **self._asdict(),
            **asked_about(self.month),
            "begins_on": first_day(self.month),
            "ends_before": first_day(month_after(self.month)),
        }


class Totals(NamedTuple):
    """Heads and rupiah of each side."""

    invoices: int
    invoiced_heads: int
    invoiced_amount: int
    listed_heads: int
    listed_amount: int
    paid_heads: int
    paid_amount: int
    active_heads: int


_ACTIVE = """EXISTS (
        SELECT FROM covers
        WHERE covers.worker_id = member.worker_id AND covers.programme_id = member.programme_id
          AND (NOT covers.reactivated OR (covers.covered_from AT TIME ZONE 'Asia/Makassar')::date
                                           < :ends_before)
          AND (covers.ended_on IS NULL OR covers.ended_on > :begins_on
               OR (covers.ended_on = :begins_on AND covers.end_reason <> 'lapse')))"""
"""The member's cover reached into the month. A first cover that began late, because the funder
paid late, is one: the month was paid for it. One that began anew after a lapse owes nothing old."""
_MEMBERS = f"""
    SELECT member.*, {_ACTIVE} AS active
    FROM memberships member
    WHERE member.programme_id = :programme_id
      AND member.first_month <= :month AND member.last_month >= :month"""  # noqa: S608  (our own)
_TOTALS = text(f"""
    SELECT invoiced.*, listed.*, (SELECT count(*) FILTER (WHERE active) FROM ({_MEMBERS}) AS found)
    FROM (SELECT count(*), coalesce(sum(heads), 0)::bigint, coalesce(sum(amount), 0)::bigint
          FROM invoices WHERE programme_id = :programme_id AND month = :month)
           AS invoiced (invoices, heads, amount),
         (SELECT count(*), coalesce(sum(amount), 0)::bigint, count(paid_at),
                 coalesce(sum(amount) FILTER (WHERE paid_at IS NOT NULL), 0)::bigint
          FROM contributions
          WHERE programme_id = :programme_id AND month = :month AND payer <> 'self')
           AS listed (heads, amount, paid_heads, paid_amount)""")  # noqa: S608  (our own)


async def totals(session: AsyncSession, asked: Asked) -> Totals:
    """The sums of each side."""
    return Totals._make((await session.execute(_TOTALS, asked.bound)).one())


_DIFFERENCES = f"""
    WITH listed AS (
        SELECT line.worker_id, line.amount, line.paid_at, invoice.invoice_id,
               invoice.district_code, invoice.cleared_at
        FROM contributions line
        LEFT JOIN LATERAL (SELECT * FROM invoices
                           WHERE invoices.invoice_id = line.invoice_id LIMIT 1) AS invoice ON true
        WHERE line.programme_id = :programme_id AND line.month = :month AND line.payer <> 'self'),
    membership AS ({_MEMBERS}),
    compared AS (
        SELECT worker_id, coalesce(listed.district_code, membership.district_code, '')
                 AS district_code,
               membership.covered_from, membership.ended_on, membership.end_reason, listed.amount,
               CASE WHEN listed.worker_id IS NULL THEN 'not-billed'
                    WHEN membership.worker_id IS NULL THEN 'no-membership'
                    WHEN listed.invoice_id IS NULL THEN 'no-invoice'
                    WHEN listed.amount <> :contribution THEN 'other-amount'
                    WHEN listed.paid_at IS NULL AND listed.cleared_at IS NOT NULL
                      THEN 'cleared-not-paid'
                    WHEN listed.paid_at IS NULL THEN 'not-paid'
                    WHEN listed.cleared_at IS NULL THEN 'paid-not-cleared'
                    WHEN NOT membership.active THEN 'paid-not-covered'
               END AS why
        FROM listed FULL JOIN membership USING (worker_id)
        WHERE listed.worker_id IS NOT NULL OR ({TO_BILL}))"""  # noqa: S608  (our own)
_COUNTS = text(
    f"{_DIFFERENCES} SELECT why, count(*) FROM compared "  # noqa: S608  (our own)
    "WHERE why IS NOT NULL GROUP BY why"
)
_PAGE = text(f"""{_DIFFERENCES}
    SELECT worker_id, district_code, why, amount, covered_from, ended_on, end_reason
    FROM compared
    WHERE why IS NOT NULL AND worker_id > :after
      AND (CAST(:only AS text) IS NULL OR why = :only)
    ORDER BY worker_id LIMIT :rows_max""")  # noqa: S608  (our own)
START = UUID(int=0)


async def differences_by_why(session: AsyncSession, asked: Asked) -> dict[Why, int]:
    """How many members differ, by why."""
    return dict((await session.execute(_COUNTS, asked.bound)).all())


async def differences(
    session: AsyncSession, asked: Asked, *, only: Why | None, after: UUID, rows_max: int
) -> list[Difference]:
    """Members who are not the same on every side, behind one in the order of their ids."""
    where = asked.bound | {"only": only, "after": after, "rows_max": rows_max}
    return [Difference(**row) for row in (await session.execute(_PAGE, where)).mappings()]


class InvoiceDiffers(NamedTuple):
    """An invoice whose figures are not those of its lines."""

    invoice_id: InvoiceId
    district_code: str
    heads: int
    amount: int
    listed_heads: int
    listed_amount: int


_INVOICES = text("""
    SELECT invoice.invoice_id, invoice.district_code, invoice.heads, invoice.amount,
           count(line.worker_id) AS listed_heads,
           coalesce(sum(line.amount), 0)::bigint AS listed_amount
    FROM invoices invoice
    LEFT JOIN contributions line
      ON line.invoice_id = invoice.invoice_id AND line.programme_id = :programme_id
         AND line.month = :month
    WHERE invoice.programme_id = :programme_id AND invoice.month = :month
    GROUP BY invoice.invoice_id
    HAVING invoice.heads <> count(line.worker_id)
        OR invoice.amount <> coalesce(sum(line.amount), 0)
    ORDER BY invoice.district_code, invoice.invoice_id""")


async def invoices_that_differ(session: AsyncSession, asked: Asked) -> list[InvoiceDiffers]:
    """Invoices whose heads or amount are not the sums of their lines."""
    where = {"programme_id": asked.programme_id, "month": asked.month}
    return [InvoiceDiffers._make(row) for row in await session.execute(_INVOICES, where)]
