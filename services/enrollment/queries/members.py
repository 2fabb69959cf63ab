"""What is known of members, their months and their cards."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy
from sqlalchemy import ColumnElement, Row, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.types import ProgrammeId, WorkerId
from services.enrollment.models import (
    Contribution,
    IdentityHash,
    Membership,
    Worker,
)
from services.enrollment.rules.members import Cover, Month


async def members_to_bill(
    session: AsyncSession, programme_id: UUID, *, month: str, district_code: str
) -> list[WorkerId]:
    """The members of a kecamatan whose months include this one, whose cover has not ended, and
    who have not been billed for it."""
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
        ~billed,
    )
    return [WorkerId(w) for w in await session.scalars(statement.order_by("worker_id"))]


async def months_unpaid(session: AsyncSession, invoice_id: UUID) -> list[Month]:
    """The months on an invoice that are not paid."""
    statement = (
        select(
            Contribution.worker_id,
            Contribution.programme_id,
            Contribution.month,
            Contribution.amount,
        )
        .where(Contribution.invoice_id == invoice_id, col(Contribution.paid_at).is_(None))
        .order_by(col(Contribution.worker_id))
    )
    return [Month._make(row) for row in await session.execute(statement)]


async def without_number(session: AsyncSession, months: Sequence[Month]) -> list[Month]:
    """Those of these months whose member has no number yet and may still get one: the dead may
    not, when the payment arrives after the death was verified."""
    statement = select(Membership.worker_id, Membership.programme_id).where(
        col(Membership.worker_id).in_([month.worker_id for month in months]),
        col(Membership.kpj).is_(None),
        col(Membership.ended_on).is_(None),
    )
    waiting = {tuple(row) for row in await session.execute(statement)}
    return [month for month in months if (month.worker_id, month.programme_id) in waiting]


async def kpj_last(session: AsyncSession, *, first: int) -> int:
    """The highest member number given so far; the one before `first` when there is none."""
    highest = await session.scalar(select(func.max(Membership.kpj)))
    return int(highest) if highest else first - 1


async def cards_to_print(
    session: AsyncSession, programme_id: UUID, *, district_code: str
) -> list[WorkerId]:
    """The covered members of a kecamatan who have no card."""
    return await _members(
        session, programme_id, district_code,
        col(Membership.kpj).is_not(None), col(Membership.card_printed_at).is_(None),
        col(Membership.ended_on).is_(None),
    )  # fmt: skip


async def cards_to_deliver(
    session: AsyncSession, programme_id: UUID, *, district_code: str
) -> list[WorkerId]:
    """The members of a kecamatan whose card is printed and not handed over."""
    return await _members(
        session, programme_id, district_code,
        col(Membership.card_printed_at).is_not(None), col(Membership.card_delivered_at).is_(None),
    )  # fmt: skip


async def _members(
    session: AsyncSession, programme_id: UUID, district_code: str, *conditions: ColumnElement[bool]
) -> list[WorkerId]:
    statement = select(Membership.worker_id).where(
        Membership.programme_id == programme_id,
        Membership.district_code == district_code,
        *conditions,
    )
    return [WorkerId(w) for w in await session.scalars(statement.order_by("worker_id"))]


async def unlinked(session: AsyncSession, worker_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these who are workers here and whose account is not known."""
    statement = select(Worker.worker_id).where(
        col(Worker.worker_id).in_(worker_ids), col(Worker.account_id).is_(None)
    )
    return set(await session.scalars(statement))


async def covers_not_ended(session: AsyncSession, worker_ids: Sequence[UUID]) -> list[Cover]:
    """The memberships of these workers that have not ended, and what was billed for each."""
    billed = (
        select(func.coalesce(func.sum(Contribution.amount), 0))
        .where(
            Contribution.worker_id == Membership.worker_id,
            Contribution.programme_id == Membership.programme_id,
        )
        .scalar_subquery()
    )
    statement = sqlalchemy.select(
        col(Membership.worker_id),
        col(Membership.programme_id),
        col(Membership.district_code),
        col(Membership.reserved),
        billed,
    ).where(col(Membership.worker_id).in_(worker_ids), col(Membership.ended_on).is_(None))
    return [
        Cover(
            worker_id=WorkerId(worker_id),
            programme_id=ProgrammeId(programme_id),
            district_code=district_code,
            reserved=reserved,
            billed=int(sum_billed),
        )
        for worker_id, programme_id, district_code, reserved, sum_billed in await session.execute(
            statement.order_by("worker_id")
        )
    ]


async def member(session: AsyncSession, nik_hash: bytes) -> Row[Worker, Membership] | None:
    """The latest membership of whoever has this NIK."""
    statement = (
        select(Worker, Membership)
        .join(IdentityHash, col(IdentityHash.worker_id) == Worker.worker_id)
        .join(Membership, col(Membership.worker_id) == Worker.worker_id)
        .where(IdentityHash.nik_hash == nik_hash)
        .order_by(col(Membership.first_month).desc())
    )
    return (await session.execute(statement)).first()
