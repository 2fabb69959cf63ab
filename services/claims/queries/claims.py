"""What decisions about a claim need to know, with the row of the claim locked."""

from dataclasses import fields
from datetime import date
from uuid import UUID

from sqlalchemy import and_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.claims.models import Claim, Member
from services.claims.rules.claims import HeldClaim

_HELD = tuple(field.name for field in fields(HeldClaim))


async def member_locked(session: AsyncSession, worker_id: UUID) -> Member | None:
    """The member, locked: whoever files a claim for one holds this."""
    statement = select(Member).where(Member.worker_id == worker_id).with_for_update()
    return await session.scalar(statement)


async def village_code(session: AsyncSession, worker_id: UUID) -> str:
    """Where the member lived."""
    statement = select(Member.village_code).where(Member.worker_id == worker_id)
    return (await session.scalars(statement)).one()


async def claim_locked(session: AsyncSession, claim_id: UUID) -> HeldClaim | None:
    """The claim, locked: whoever decides about it holds this."""
    statement = select(Claim).where(Claim.claim_id == claim_id).with_for_update()
    found = await session.scalar(statement)
    return None if found is None else as_held(found)


def as_held(claim: Claim) -> HeldClaim:
    """The row of a claim as rules take it."""
    return HeldClaim(**{name: getattr(claim, name) for name in _HELD})


async def open_claim(
    session: AsyncSession, worker_id: UUID, *, died_on: date | None, happened_on: date | None
) -> UUID | None:
    """The claim, not rejected, for the member's death, or for the accident of that day of a member
    who lives."""
    of_injury = and_(col(Claim.died_on).is_(None), col(Claim.happened_on) == happened_on)
    same = of_injury if died_on is None else col(Claim.died_on).is_not(None)
    statement = select(col(Claim.claim_id)).where(
        col(Claim.worker_id) == worker_id, col(Claim.state) != "rejected", same
    )
    return await session.scalar(statement.limit(1))
