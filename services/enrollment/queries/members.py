"""What is known of members and their cards."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Row
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.types import WorkerId
from services.enrollment.models import Card, Membership, PersonLookup, Worker


async def unlinked(session: AsyncSession, worker_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these who are workers here and whose account is not known."""
    statement = select(Worker.worker_id).where(
        col(Worker.worker_id).in_(worker_ids), col(Worker.account_id).is_(None)
    )
    return set(await session.scalars(statement))


async def member(session: AsyncSession, nik_hash: bytes) -> Row[Worker, Membership] | None:
    """The latest membership of whoever has this NIK."""
    statement = (
        select(Worker, Membership)
        .join(PersonLookup, col(PersonLookup.worker_id) == Worker.worker_id)
        .join(Membership, col(Membership.worker_id) == Worker.worker_id)
        .where(PersonLookup.nik_hash == nik_hash)
        .order_by(col(Membership.first_month).desc())
    )
    return (await session.execute(statement)).first()


async def cards_to_print(
    session: AsyncSession, programme_id: UUID, *, district_code: str
) -> list[WorkerId]:
    """The covered members of a kecamatan who have no card."""
    card = select(Card.card_id).where(
        Card.worker_id == Membership.worker_id, Card.programme_id == Membership.programme_id
    )
    return await _members(
        session, programme_id, district_code,
        col(Membership.covered_from).is_not(None), col(Membership.ended_on).is_(None),
        ~card.exists(),
    )  # fmt: skip


async def cards_to_deliver(
    session: AsyncSession, programme_id: UUID, *, district_code: str
) -> list[tuple[WorkerId, UUID]]:
    """The printed cards of a kecamatan that were not handed over, by member."""
    statement = (
        select(Card.worker_id, Card.card_id)
        .join(
            Membership,
            (col(Membership.worker_id) == Card.worker_id)
            & (col(Membership.programme_id) == Card.programme_id),
        )
        .where(
            Membership.programme_id == programme_id,
            Membership.district_code == district_code,
            col(Card.delivered_at).is_(None),
            col(Card.lost_at).is_(None),
        )
    )
    found = await session.execute(statement.order_by(col(Card.worker_id)))
    return [(WorkerId(worker_id), card_id) for worker_id, card_id in found]


async def _members(
    session: AsyncSession, programme_id: UUID, district_code: str, *conditions: ColumnElement[bool]
) -> list[WorkerId]:
    statement = select(Membership.worker_id).where(
        Membership.programme_id == programme_id,
        Membership.district_code == district_code,
        *conditions,
    )
    return [WorkerId(w) for w in await session.scalars(statement.order_by("worker_id"))]
