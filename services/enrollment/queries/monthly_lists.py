"""The lines of a frozen monthly list, without who they are about."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.enrollment.models import BillingRun, Invoice

START = UUID(int=0)


class ListLine(NamedTuple):
    """A line of a list."""

    worker_id: UUID
    kpj: str | None
    village_code: str
    amount: int
    paid_on: date | None


async def invoices_on(
    session: AsyncSession, run: BillingRun, *, district_code: str | None
) -> Sequence[Invoice]:
    """The invoices whose lines were on the list when it was frozen, by kecamatan."""
    statement = select(Invoice).where(
        Invoice.programme_id == run.programme_id,
        Invoice.month == run.month,
        col(Invoice.issued_at) <= run.frozen_at,
    )
    if district_code is not None:
        statement = statement.where(Invoice.district_code == district_code)
    ordered = statement.order_by(
        col(Invoice.district_code), col(Invoice.issued_at), col(Invoice.invoice_id)
    )
    return (await session.scalars(ordered)).all()


_LINES = text("""
    SELECT line.worker_id, worker.kpj, worker.village_code, line.amount,
           (line.paid_at AT TIME ZONE 'Asia/Makassar')::date AS paid_on
    FROM contributions line JOIN workers worker USING (worker_id)
    WHERE line.invoice_id = :invoice_id AND line.worker_id > :after
    ORDER BY line.worker_id LIMIT :rows_max""")


async def lines(
    session: AsyncSession, invoice_id: UUID, *, after: UUID, rows_max: int
) -> list[ListLine]:
    """Lines of an invoice, behind one in the order of the workers' ids."""
    where = {"invoice_id": invoice_id, "after": after, "rows_max": rows_max}
    return [ListLine._make(row) for row in await session.execute(_LINES, where)]
