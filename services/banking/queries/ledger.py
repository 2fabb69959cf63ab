"""What accounts hold."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.types import AccountId
from services.banking.models import Balance, Transfer
from services.banking.rules.ledger import Ledger, Posting


async def ledger_locked(session: AsyncSession, *accounts: AccountId) -> Ledger:
    """The ledger over the accounts that are to pay, locked until the transaction ends.

    An account that nothing has moved on has no row to lock: whoever decides about money holds the
    one-writer lock too.
    """
    held = (
        select(Balance.account_id, Balance.balance)
        .where(col(Balance.account_id).in_(accounts))
        .order_by(col(Balance.account_id))
        .with_for_update()
    )
    found = {AccountId(a): balance for a, balance in await session.execute(held)}
    return Ledger(dict.fromkeys(accounts, 0) | found)


async def is_posted(session: AsyncSession, posting: Posting) -> bool:
    """Whether money was moved under this kind and reference before."""
    statement = select(Transfer.transfer_id).where(
        Transfer.kind == posting.kind, Transfer.reference == posting.reference
    )
    return await session.scalar(statement) is not None
