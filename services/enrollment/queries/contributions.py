"""What is known of months billed and paid."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.types import WorkerId
from services.enrollment.models import Contribution, Membership
from services.enrollment.rules.contributions import Month


async def members_to_bill(
    session: AsyncSession, programme_id: UUID, *, month: str, district_code: str
) -> list[WorkerId]:
    """The members of a kecamatan whose months include this one, whose cover has neither ended nor
    lapsed, and who have not been billed for it."""
    billed = (
        select(Contribution.worker_id)
        .where(
            Contribution.worker_id == Membership.worker_id,
            Contribution.programme_id == Membership.programme_id,
            Contribution.month == month,
        )
        .exists()
    )
    statement = select(Membership.worker_id).where(
        Membership.programme_id == programme_id,
        Membership.district_code == district_code,
        Membership.first_month <= month,
        Membership.last_month >= month,
        col(Membership.ended_on).is_(None),
        col(Membership.lapsed_on).is_(None),
        ~billed,
    )
    return [WorkerId(w) for w in await session.scalars(statement.order_by("worker_id"))]


async def months_unpaid(
    session: AsyncSession, invoice_ids: Sequence[UUID]
) -> dict[UUID, list[Month]]:
    """The months on these invoices that are not paid, by invoice."""
    statement = (
        sqlalchemy.select(
            col(Contribution.invoice_id),
            col(Contribution.worker_id),
            col(Contribution.programme_id),
            col(Contribution.month),
            col(Contribution.amount),
        )
        .where(col(Contribution.invoice_id).in_(invoice_ids), col(Contribution.paid_at).is_(None))
        .order_by(col(Contribution.invoice_id), col(Contribution.worker_id))
    )
    found: dict[UUID, list[Month]] = {}
    for invoice_id, *month in await session.execute(statement):
        found.setdefault(invoice_id, []).append(Month._make(month))
    return found
