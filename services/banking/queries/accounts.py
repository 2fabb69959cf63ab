"""What is known of accounts and of those who may have one."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.state.area_filters import within
from contracts.types import AccountId, ClaimId, WorkerId
from services.banking.models import Account, Deferral, Member
from services.banking.rules.accounts import (
    AccountToBlock,
    BlockedAccount,
    StillMissing,
    papers_in,
)


async def holders(session: AsyncSession, holder_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these persons who have an account."""
    statement = select(Account.holder_id).where(col(Account.holder_id).in_(holder_ids))
    return set(await session.scalars(statement))


_DECIDED = text("""
    SELECT holder_id FROM accounts WHERE holder_id = ANY(CAST(:workers AS uuid[]))
    UNION ALL
    SELECT worker_id FROM deferrals WHERE worker_id = ANY(CAST(:workers AS uuid[]))""")


async def decided(session: AsyncSession, worker_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these members whose account was opened or deferred."""
    return set(await session.scalars(_DECIDED, {"workers": list(worker_ids)}))


_TO_BLOCK = text("""
    SELECT filed.worker_id, account_id, filed.claim_id
    FROM filed_claims filed JOIN accounts ON holder_id = filed.worker_id
    WHERE filed.worker_id = ANY(CAST(:workers AS uuid[])) AND blocked_at IS NULL
      AND accounts.claim_id IS DISTINCT FROM filed.claim_id  -- a person unblocked it after that one
    ORDER BY filed.claim_id""")


async def to_block(session: AsyncSession, worker_ids: Sequence[UUID]) -> list[AccountToBlock]:
    """The free accounts of those of these members whose death was reported, each once."""
    found = await session.execute(_TO_BLOCK, {"workers": list(worker_ids)})
    free = {
        worker_id: AccountToBlock(WorkerId(worker_id), AccountId(account_id), ClaimId(claim_id))
        for worker_id, account_id, claim_id in found
    }
    return list(free.values())


async def blocked_for(
    session: AsyncSession, claim_ids: Collection[UUID]
) -> dict[UUID, BlockedAccount]:
    """The open accounts that are blocked for one of these claims and for no other, by claim."""
    statement = select(Account).where(
        col(Account.claim_id).in_(claim_ids),
        col(Account.blocked_at).is_not(None),
        col(Account.closed_at).is_(None),
    )
    return {
        claim_id: BlockedAccount(account.holder_id, AccountId(account.account_id), claim_id)
        for account in await session.scalars(statement.with_for_update())
        if (claim_id := account.claim_id) is not None
    }


async def still_missing(
    session: AsyncSession, worker_ids: Sequence[UUID]
) -> dict[UUID, StillMissing]:
    """Those of these members who wait for papers, locked, and what is missing."""
    statement = (
        select(Deferral.worker_id, Deferral.missing, Member.village_code)
        .join(Member, col(Member.worker_id) == Deferral.worker_id, isouter=True)
        .where(col(Deferral.worker_id).in_(worker_ids))
        .order_by(col(Deferral.worker_id))
        .with_for_update(of=Deferral)
    )
    return {
        worker_id: StillMissing(WorkerId(worker_id), papers_in(missing), village_code)
        for worker_id, missing, village_code in await session.execute(statement)
    }


async def villages(session: AsyncSession, worker_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Where these members live, as far as the bank has heard."""
    statement = select(Member.worker_id, Member.village_code).where(
        col(Member.worker_id).in_(worker_ids)
    )
    return dict((await session.execute(statement)).all())


class DeferralRow(NamedTuple):
    """A member who waits for papers."""

    worker_id: UUID
    village_code: str
    missing: str
    deferred_at: datetime


_DEFERRALS = text(f"""
    SELECT worker_id, village_code, missing, deferred_at
    FROM deferrals JOIN members USING (worker_id)
    WHERE {within("village_code")}
      AND (CAST(:missing AS text) IS NULL OR :missing = ANY(string_to_array(missing, ' ')))
      AND (CAST(:after AS uuid) IS NULL OR (village_code, worker_id) >
           (SELECT last.village_code, last.worker_id FROM members last
            WHERE last.worker_id = :after))
    ORDER BY village_code, worker_id LIMIT :rows_max""")  # noqa: S608  (no value is in it)


async def deferrals(
    session: AsyncSession, *, area: str, missing: str | None, after: UUID | None, rows_max: int
) -> list[DeferralRow]:
    """Who waits for papers in an area, by village, behind the one named."""
    bound = {"area": area, "missing": missing, "after": after, "rows_max": rows_max}
    return [DeferralRow._make(row) for row in await session.execute(_DEFERRALS, bound)]
