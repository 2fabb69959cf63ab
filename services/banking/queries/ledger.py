"""What accounts hold, and what was posted."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from chassis.state.area_filters import within
from contracts.types import AccountId
from services.banking.models import Transfer
from services.banking.rules.ledger import Ledger, Posting, fund_of
from services.banking.rules.transfers import Content

_LOCKED = text("""
    SELECT account_id, balance, held FROM balances
    WHERE account_id = ANY(CAST(:accounts AS uuid[])) ORDER BY account_id FOR UPDATE""")
_POSTED = text("""
    SELECT reference, debit_account, credit_account, amount, purpose FROM transfers
    WHERE kind = :kind AND reference = ANY(CAST(:references AS uuid[]))""")
_OUTSIDE = text(f"""
    SELECT account_id FROM accounts
    WHERE account_id = ANY(CAST(:accounts AS uuid[]))
      AND NOT CASE WHEN village_code IS NULL THEN strpos(:area, '.') = 0
              ELSE {within("village_code")} END""")  # noqa: S608  (no value is in it)
_PROGRAMMES = text("SELECT programme_id, name, province_code FROM programmes ORDER BY programme_id")


class Fund(NamedTuple):
    """The account of a programme, what it is called, and whose it is."""

    account_id: AccountId
    name: str
    province_code: str


async def ledger_locked(session: AsyncSession, *accounts: AccountId) -> Ledger:
    """The ledger over the accounts that are to pay, locked in the order of their ids until the
    transaction ends.

    An account that nothing has moved on has no row to lock: whoever decides about money holds the
    one-writer lock too.
    """
    found = (await session.execute(_LOCKED, {"accounts": list(accounts)})).all()
    balances = {AccountId(account): balance for account, balance, _ in found}
    return Ledger(
        dict.fromkeys(accounts, 0) | balances,
        {AccountId(account): kept for account, _, kept in found if kept},
    )


async def is_posted(session: AsyncSession, posting: Posting) -> bool:
    """Whether money was moved under this kind and reference before."""
    statement = select(Transfer.transfer_id).where(
        Transfer.kind == posting.kind, Transfer.reference == posting.reference
    )
    return await session.scalar(statement) is not None


async def posted(
    session: AsyncSession, kind: str, references: Collection[UUID]
) -> dict[UUID, Content]:
    """What stands under these references of a kind."""
    found = await session.execute(_POSTED, {"kind": kind, "references": list(references)})
    return {reference: Content._make(content) for reference, *content in found}


async def outside_area(
    session: AsyncSession, accounts: Collection[UUID], *, area: str
) -> set[UUID]:
    """Those of these savings accounts that are not at home in the area. One without a village is
    the whole province's."""
    bound = {"accounts": list(accounts), "area": area}
    return set(await session.scalars(_OUTSIDE, bound))


async def funds(session: AsyncSession) -> dict[AccountId, Fund]:
    """The accounts of all programmes, by account; there are few."""
    return {
        fund_of(programme_id): Fund(fund_of(programme_id), name, province_code)
        for programme_id, name, province_code in await session.execute(_PROGRAMMES)
    }
