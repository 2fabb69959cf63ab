"""Accounts of the ledger as callers reach them: a holder's, a programme's, the bank's own."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.access import Caller
from contracts.types import AccountId
from services.banking.operations.account_states import account_to_read, check_place
from services.banking.queries.ledger import funds
from services.banking.rules.ledger import FIXED


class LedgerAccount(NamedTuple):
    """An account, and what it is called where it is shown."""

    account_id: AccountId
    name: str
    """`Insurer`, the programme's name, or the masked number."""


NUMBERLESS = "savings account without a number yet"


async def account_of_anybody(
    session: AsyncSession, account_id: UUID, *, by: Caller
) -> LedgerAccount:
    """The account, of whatever kind. Raises: AccountUnknown, OutsideArea."""
    known = AccountId(account_id)
    if known in FIXED:
        check_place(None, by=by)
        return LedgerAccount(known, FIXED[known])
    return await account_of_customer(session, account_id, by=by)


async def account_of_customer(
    session: AsyncSession, account_id: UUID, *, by: Caller
) -> LedgerAccount:
    """The account of a holder or a programme. Raises: AccountUnknown, OutsideArea."""
    known = AccountId(account_id)
    fund = (await funds(session)).get(known)
    if fund is not None:
        by.check_area(fund.province_code)
        return LedgerAccount(known, fund.name)
    account = await account_to_read(session, account_id, by=by)
    return LedgerAccount(known, account.number_masked or NUMBERLESS)
