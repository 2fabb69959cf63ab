"""What is known of holds."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.types import AccountId
from services.banking.models import Hold
from services.banking.rules.holds import Held


async def hold_locked(session: AsyncSession, hold_id: UUID) -> Held | None:
    """The hold, locked until the transaction ends."""
    found = await session.scalar(select(Hold).where(Hold.hold_id == hold_id).with_for_update())
    if found is None:
        return None
    return Held(found.hold_id, AccountId(found.account_id), found.amount, found.released_at)


async def of_account(session: AsyncSession, account_id: UUID, *, limit: int) -> list[Hold]:
    """The holds on an account, those not released first, then the latest."""
    statement = (
        select(Hold)
        .where(Hold.account_id == account_id)
        .order_by(col(Hold.released_at).is_not(None), col(Hold.placed_at).desc(), col(Hold.hold_id))
        .limit(limit)
    )
    return list(await session.scalars(statement))
