"""What decisions about a claim need to know."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

import sqlalchemy
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.claims import HeirClass
from contracts.types import ClaimId, WorkerId
from services.claims.models import (
    ApprovedLine,
    Claim,
    Document,
    Heir,
    Member,
    PaidMonth,
    Payout,
)
from services.claims.rules.benefits import Cover
from services.claims.rules.benefits import PaidMonth as Paid
from services.claims.rules.claims import ClaimState, HeldClaim
from services.claims.rules.decisions import SettledClaim


async def member_locked(session: AsyncSession, worker_id: UUID) -> Member | None:
    """The member, locked: whoever files a claim for one holds this."""
    statement = select(Member).where(Member.worker_id == worker_id).with_for_update()
    return await session.scalar(statement)


async def open_claim(session: AsyncSession, worker_id: UUID) -> UUID | None:
    """The member's claim that was not rejected."""
    statement = select(Claim.claim_id)
    return await session.scalar(
        statement.where(Claim.worker_id == worker_id, Claim.state != "rejected")
    )


async def claim_locked(session: AsyncSession, claim_id: UUID) -> HeldClaim | None:
    """The claim, locked: whoever decides about it holds this."""
    statement = select(Claim).where(Claim.claim_id == claim_id).with_for_update()
    held = await session.scalar(statement)
    if held is None:
        return None
    return HeldClaim(
        claim_id=ClaimId(held.claim_id),
        worker_id=WorkerId(held.worker_id),
        state=cast(ClaimState, held.state),
        died_on=held.died_on,
        filed_by=held.filed_by,
        verified_by=held.verified_by,
    )


async def village_code(session: AsyncSession, worker_id: UUID) -> str:
    """Where a member lives of whom there is a claim."""
    member = await session.get_one(Member, worker_id)
    return member.village_code


async def heirs(session: AsyncSession, claim_id: UUID) -> dict[UUID, HeirClass]:
    """The parties of a claim and their classes."""
    statement = select(Heir.party_id, Heir.heir_class).where(Heir.claim_id == claim_id)
    rows = await session.execute(statement)
    return {party_id: HeirClass(heir_class) for party_id, heir_class in rows}


async def current_documents(session: AsyncSession, claim_id: UUID) -> dict[str, UUID]:
    """The documents that count, by kind."""
    statement = select(Document.kind, Document.document_id).where(
        Document.claim_id == claim_id, col(Document.replaced_by).is_(None)
    )
    rows = await session.execute(statement)
    return dict(rows.all())


async def cover(session: AsyncSession, worker_id: UUID) -> Cover:
    """What is known of a member's cover."""
    member = await session.get_one(Member, worker_id)
    statement = select(PaidMonth.month, PaidMonth.paid_at).where(PaidMonth.worker_id == worker_id)
    paid = await session.execute(statement)
    return Cover(covered_from=member.covered_from, paid=tuple(Paid._make(row) for row in paid))


async def approved_locked(session: AsyncSession, claim_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these claims that are approved and not paid, locked in the order of their ids."""
    statement = (
        select(Claim.claim_id)
        .where(col(Claim.claim_id).in_(claim_ids), Claim.state == "approved")
        .order_by(col(Claim.claim_id))
        .with_for_update()
    )
    return list(await session.scalars(statement))


async def all_settled(session: AsyncSession, claim_ids: Sequence[UUID]) -> list[SettledClaim]:
    """Those of these claims every line of which has arrived with its amount, and their sums."""
    arrived = (
        select(Payout.payout_id)
        .where(
            Payout.claim_id == ApprovedLine.claim_id,
            Payout.benefit == ApprovedLine.benefit,
            Payout.amount == ApprovedLine.amount,
            col(Payout.settled),
        )
        .exists()
    )
    statement = (
        sqlalchemy.select(col(Claim.claim_id), col(Claim.worker_id), func.sum(ApprovedLine.amount))
        .join(ApprovedLine, col(ApprovedLine.claim_id) == Claim.claim_id)
        .where(col(Claim.claim_id).in_(claim_ids))
        .group_by(col(Claim.claim_id), col(Claim.worker_id))
        .having(func.bool_and(arrived))
        .order_by(col(Claim.claim_id))
    )
    return [
        SettledClaim(ClaimId(claim_id), WorkerId(worker_id), int(amount))
        for claim_id, worker_id, amount in await session.execute(statement)
    ]
