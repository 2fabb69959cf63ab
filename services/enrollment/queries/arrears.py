"""What is known of months that are owed, and by whom."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.local_time import local_day
from services.enrollment.queries.to_bill import HAS_COVER, TO_BILL, asked_about
from services.enrollment.rules.arrears import NotInvoiced, Standing, Unpaid, owed_from
from services.enrollment.rules.reactivation import Lapsed


class Place(NamedTuple):
    """Where a walk through all memberships stands."""

    worker_id: UUID
    programme_id: UUID


START = Place(UUID(int=0), UUID(int=0))

_STANDING = """
    SELECT membership.worker_id, membership.programme_id, membership.region_code, cover.began_by,
           span.first_month, span.last_month, span.reactivated, membership.covered_from,
           months.paid,
           months.by_self AND (
               SELECT payer = 'self' FROM contributions
               WHERE contributions.worker_id = membership.worker_id AND paid_at IS NOT NULL
               ORDER BY month DESC, paid_at DESC LIMIT 1) AS own_money,
           membership.reserved - coalesce(months.billed, 0)::bigint AS unbilled,
           membership.arrears_months AS told_months, membership.arrears_oldest AS told_oldest
    FROM (SELECT * FROM memberships WHERE ended_on IS NULL AND lapsed_on IS NULL
          AND covered_from IS NOT NULL AND %s) AS membership
    JOIN covers cover ON cover.worker_id = membership.worker_id
      AND cover.programme_id = membership.programme_id
      AND cover.covered_from = membership.covered_from
    CROSS JOIN LATERAL (
        SELECT min(same.first_month) FILTER (WHERE same.covered_from = membership.covered_from)
                 AS first_month,
               max(same.last_month) FILTER (WHERE same.ended_on IS NULL) AS last_month,
               EXISTS (SELECT FROM covers WHERE covers.worker_id = membership.worker_id
                       AND covers.covered_from = membership.covered_from AND covers.reactivated)
                 AS reactivated
        FROM memberships same WHERE same.worker_id = membership.worker_id) AS span
    CROSS JOIN LATERAL (
        SELECT array_agg(month) FILTER (WHERE paid_at IS NOT NULL) AS paid,
               bool_or(payer = 'self' AND paid_at IS NOT NULL) AS by_self,
               sum(amount) FILTER (WHERE programme_id = membership.programme_id
                                     AND payer <> 'self') AS billed
        FROM contributions WHERE contributions.worker_id = membership.worker_id) AS months
    ORDER BY membership.worker_id, membership.programme_id"""
"""A cover that goes on into another programme is one cover: paid for from the first month of the
first, with what was paid in any. Months are not sorted here, and who paid last is looked up only
where somebody paid himself: to sort for each member took half of the time."""
_NEXT = text(
    _STANDING
    % """(worker_id, programme_id) > (:worker_id, :programme_id)
          ORDER BY worker_id, programme_id LIMIT :rows_max"""
)
_OF = text(_STANDING % "worker_id = ANY(CAST(:workers AS uuid[]))")


async def next_standings(session: AsyncSession, after: Place, *, rows_max: int) -> list[Standing]:
    """Memberships whose cover runs, behind that one in the order of their keys."""
    where = {**after._asdict(), "rows_max": rows_max}
    return [_standing(row) for row in await session.execute(_NEXT, where)]


async def standings(session: AsyncSession, worker_ids: Iterable[UUID]) -> list[Standing]:
    """The memberships of these workers whose cover runs."""
    return [_standing(row) for row in await session.execute(_OF, {"workers": list(worker_ids)})]


def _standing(row: Row[Any]) -> Standing:
    first_month = owed_from(local_day(row.covered_from)) if row.reactivated else row.first_month
    return Standing(
        worker_id=row.worker_id,
        programme_id=row.programme_id,
        region_code=row.region_code,
        began_by=row.began_by,
        first_month=first_month,
        last_month=row.last_month,
        paid=tuple(sorted(row.paid or ())),
        own_money=bool(row.own_money),
        unbilled=row.unbilled,
        told_months=row.told_months,
        told_oldest=row.told_oldest,
    )


_LAPSED = text("""
    SELECT membership.worker_id, membership.programme_id, membership.region_code,
           membership.last_month,
           EXISTS (SELECT FROM contributions
                   WHERE contributions.worker_id = membership.worker_id
                     AND contributions.programme_id = membership.programme_id
                     AND contributions.month = :this_month) AS this_month_listed
    FROM memberships membership
    JOIN unnest(CAST(:workers AS uuid[]), CAST(:programmes AS uuid[]))
      AS paid (worker_id, programme_id)
      ON paid.worker_id = membership.worker_id AND paid.programme_id = membership.programme_id
    WHERE membership.lapsed_on IS NOT NULL AND membership.ended_on IS NULL
    ORDER BY membership.worker_id, membership.programme_id""")


async def lapsed(
    session: AsyncSession, memberships: Collection[tuple[UUID, UUID]], *, this_month: str
) -> list[Lapsed]:
    """Those of these memberships (worker and programme) that lapsed and have not ended."""
    found = await session.execute(
        _LAPSED,
        {
            "workers": [worker_id for worker_id, _ in memberships],
            "programmes": [programme_id for _, programme_id in memberships],
            "this_month": this_month,
        },
    )
    return [Lapsed._make(row) for row in found]


_UNPAID = text("""
    SELECT invoice_id, programme_id, month, district_code, due_on, heads, amount,
           (issued_at AT TIME ZONE 'Asia/Makassar')::date AS issued_on
    FROM invoices
    WHERE cleared_at IS NULL AND overdue_at IS NULL AND due_on < :on
      AND (issued_at AT TIME ZONE 'Asia/Makassar')::date < :on
    ORDER BY due_on, invoice_id LIMIT :rows_max""")


async def unpaid_unsaid(session: AsyncSession, *, on: date, rows_max: int) -> list[Unpaid]:
    """Invoices that were due before that day, are not paid, and were not called overdue yet."""
    found = await session.execute(_UNPAID, {"on": on, "rows_max": rows_max})
    return [Unpaid._make(row) for row in found]


_FUNDER_ARREARS = text("""
    SELECT invoice_id, programme_id, month, district_code, due_on, heads, amount,
           (issued_at AT TIME ZONE 'Asia/Makassar')::date AS issued_on
    FROM invoices
    WHERE cleared_at IS NULL AND due_on < :on AND programme_id = :programme_id
    ORDER BY month, district_code, invoice_id""")


async def unpaid(session: AsyncSession, programme_id: UUID, *, on: date) -> list[Unpaid]:
    """The invoices of a programme that were due before that day and are not paid."""
    found = await session.execute(_FUNDER_ARREARS, {"on": on, "programme_id": programme_id})
    return [Unpaid._make(row) for row in found]


_NOT_INVOICED = text(f"""
    SELECT membership.district_code, count(*) FROM memberships membership
    WHERE {TO_BILL} AND {HAS_COVER}
    GROUP BY membership.district_code ORDER BY membership.district_code""")  # noqa: S608  (our own)


async def not_invoiced(
    session: AsyncSession, programme_id: UUID, months: Sequence[str]
) -> list[NotInvoiced]:
    """Of these months, which are past their due date, those of members with a cover that are on no
    invoice and belong on one, by kecamatan. A statement for each: one for all ran into the time
    limit with 100,000 members, once the planner had statistics."""
    return [
        NotInvoiced(month, *row)
        for month in months
        for row in await session.execute(
            _NOT_INVOICED, {"programme_id": programme_id, **asked_about(month)}
        )
    ]
