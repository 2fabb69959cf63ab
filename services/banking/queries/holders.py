"""What is known of holders and of the one account that each of them has."""

import json
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.sealed import Sealed
from contracts.types import AccountId
from services.banking.models import Account, Balance, Deferral, Holder, Member, Party, Payout
from services.banking.queries.payouts import HOLDER, PAYEE
from services.banking.rules.passbooks import Passbook


async def account(session: AsyncSession, account_id: UUID) -> Account | None:
    """The account as it is now."""
    return await session.get(Account, account_id)


async def account_locked(session: AsyncSession, account_id: UUID) -> Account | None:
    """The account, which nobody else changes until the transaction ends."""
    return await session.get(Account, account_id, with_for_update=True)


async def account_of_holder(session: AsyncSession, holder_id: UUID) -> Account | None:
    """The account of a member or an heir."""
    found = await session.scalars(select(Account).where(Account.holder_id == holder_id))
    return found.one_or_none()


async def holder(session: AsyncSession, holder_id: UUID) -> Holder | None:
    """What the bank found out when the holder appeared, the last time."""
    return await session.get(Holder, holder_id)


async def deferral(session: AsyncSession, worker_id: UUID) -> tuple[Deferral, str | None] | None:
    """Which papers a member without an account lacks, and where the member lives."""
    statement = (
        select(Deferral, Member.village_code)
        .outerjoin(Member, col(Member.worker_id) == col(Deferral.worker_id))
        .where(Deferral.worker_id == worker_id)
    )
    found = (await session.execute(statement)).one_or_none()
    return None if found is None else (found[0], found[1])


async def registered(session: AsyncSession, held: Account) -> Sealed | None:
    """The sealed record of whoever registered the holder."""
    record: dict[str, object] | None
    if held.holder == "member":
        member = await session.get(Member, held.holder_id)
        record = member.identity if member else None
    else:
        statement = select(Party.identity).where(Party.party_id == held.holder_id).limit(1)
        record = await session.scalar(statement)
    return Sealed.model_validate_json(json.dumps(record)) if record else None


async def balance(session: AsyncSession, account_id: UUID) -> tuple[int, int]:
    """What an account holds, and how much of it is kept back, in rupiah."""
    found = await session.get(Balance, account_id, populate_existing=True)
    return (found.balance, found.held) if found else (0, 0)


async def is_payout_expected(session: AsyncSession, holder_id: UUID) -> bool:
    """Whether a benefit was ordered onto the holder's account and is not there yet."""
    statement = (
        select(Payout.payout_id)
        .join(Party, PAYEE, isouter=True)
        .where(holder_id == HOLDER, Payout.rail == "same-bank", Payout.state == "ordered")
        .limit(1)
    )
    return await session.scalar(statement) is not None


def passbook_of(held: Account) -> Passbook:
    """The account on its way to its holder."""
    return Passbook(
        holder_id=held.holder_id,
        account_id=AccountId(held.account_id),
        state=held.state,
        blocked=held.blocked_at is not None,
        closed=held.closed_at is not None,
        numbered=held.number is not None,
    )
