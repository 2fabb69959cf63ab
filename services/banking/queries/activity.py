"""When accounts were last used, and all that decides what they may be used for."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.types import AccountId
from services.banking.rules.account_use import AccountFacts
from services.banking.rules.activity import month_start, standing_of
from services.banking.rules.products import products

LAST_USED = """greatest(
    opened_at, inquired_at,
    (SELECT max(transferred_at) FROM transfers WHERE debit_account = accounts.account_id),
    (SELECT max(transferred_at) FROM transfers WHERE credit_account = accounts.account_id))"""
"""Of a row of `accounts`: the last credit, debit or question for the balance (POJK 24/2025). The
indexes of transfers hold the instants, so it reads one entry of each."""

_LAST_USED = text(f"""
    SELECT account_id, {LAST_USED} FROM accounts
    WHERE account_id = ANY(CAST(:accounts AS uuid[]))""")  # noqa: S608  (the text is above)
_FACTS = text(f"""
    SELECT account_id, state, blocked_at, closed_at, product, coalesce(balance, 0) AS balance,
           {LAST_USED} AS last_used_at,
           CASE WHEN product = ANY(CAST(:limited AS text[])) THEN
               (SELECT coalesce(sum(amount), 0)::bigint FROM transfers
                WHERE debit_account = account_id AND transferred_at >= :month)
           END AS debited
    FROM accounts LEFT JOIN balances USING (account_id)
    WHERE account_id = ANY(CAST(:accounts AS uuid[]))""")  # noqa: S608


async def last_used(
    session: AsyncSession, account_ids: Collection[UUID]
) -> dict[AccountId, datetime]:
    """When each of these accounts was last used; who is absent is no account of a holder."""
    found = await session.execute(_LAST_USED, {"accounts": list(account_ids)})
    return {AccountId(account_id): at for account_id, at in found}


async def facts(
    session: AsyncSession, account_ids: Collection[UUID], *, now: datetime
) -> dict[AccountId, AccountFacts]:
    """What decides whether money may come onto or leave each of these accounts. What left in this
    month is counted for products alone that limit it, because an account may pay very often."""
    limited = [each.product for each in products().values() if each.debit_month_max is not None]
    bound = {"accounts": list(account_ids), "month": month_start(now), "limited": limited}
    return {
        AccountId(row.account_id): AccountFacts(
            state=row.state,
            blocked=row.blocked_at is not None,
            closed=row.closed_at is not None,
            standing=standing_of(row.last_used_at, now),
            product=products()[row.product],
            balance=row.balance,
            debited_this_month=row.debited or 0,
        )
        for row in await session.execute(_FACTS, bound)
    }
