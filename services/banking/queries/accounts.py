"""What is known of accounts and of those who may have one."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, union

from contracts.types import AccountId, ClaimId, WorkerId
from services.banking.models import Account, Deferral, FiledClaim
from services.banking.rules.accounts import AccountToBlock


async def holders(session: AsyncSession, holder_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these persons who have an account."""
    statement = select(Account.holder_id).where(col(Account.holder_id).in_(holder_ids))
    return set(await session.scalars(statement))


async def decided(session: AsyncSession, worker_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these members whose account was opened or deferred."""
    opened = select(Account.holder_id).where(col(Account.holder_id).in_(worker_ids))
    deferred = select(Deferral.worker_id).where(col(Deferral.worker_id).in_(worker_ids))
    return set(await session.scalars(union(opened, deferred)))


async def to_block(session: AsyncSession, worker_ids: Sequence[UUID]) -> list[AccountToBlock]:
    """The free accounts of those of these members whose death was reported, each once."""
    statement = (
        select(FiledClaim.worker_id, Account.account_id, FiledClaim.claim_id)
        .join(Account, col(Account.holder_id) == FiledClaim.worker_id)
        .where(col(FiledClaim.worker_id).in_(worker_ids), col(Account.blocked_at).is_(None))
        .order_by(col(FiledClaim.claim_id))
    )
    free = {
        worker_id: AccountToBlock(WorkerId(worker_id), AccountId(account_id), ClaimId(claim_id))
        for worker_id, account_id, claim_id in await session.execute(statement)
    }
    return list(free.values())
