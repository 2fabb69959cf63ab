"""What is known of passbooks: which are to print, who collects, how many are in whose hands."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from services.banking.models import Account
from services.banking.queries.account_lists import IN_AREA
from services.banking.rules.passbooks import Proxy

_LOCK_PROXY = text("SELECT pg_advisory_xact_lock(hashtextextended('proxy ' || :proxy, 0))")
_UNUSED = """NOT (inquired_at IS NOT NULL
    OR EXISTS (SELECT FROM transfers WHERE debit_account = account_id)
    OR EXISTS (SELECT FROM transfers WHERE credit_account = account_id))"""
"""Of a row of `accounts`: no money moved on it and nobody asked what it holds."""


async def unprinted(session: AsyncSession, *, village_code: str, limit: int) -> list[Account]:
    """Accounts of a village that wait for a passbook and have a number, neither blocked nor
    closed, the oldest first; locked until the transaction ends."""
    statement = (
        select(Account)
        .where(
            Account.village_code == village_code,
            Account.state == "opened",
            col(Account.number).is_not(None),
            col(Account.blocked_at).is_(None),
            col(Account.closed_at).is_(None),
        )
        .order_by(col(Account.opened_at), col(Account.account_id))
        .limit(limit)
        .with_for_update()
    )
    return list(await session.scalars(statement))


async def left_out(session: AsyncSession, *, village_code: str) -> tuple[int, int]:
    """Accounts of a village without a passbook that no command prints: those without a number, and
    those that are blocked."""
    statement = select(
        func.count().filter(col(Account.number).is_(None), col(Account.blocked_at).is_(None)),
        func.count().filter(col(Account.blocked_at).is_not(None)),
    ).where(
        Account.village_code == village_code,
        Account.state == "opened",
        col(Account.closed_at).is_(None),
    )
    numberless, blocked = (await session.execute(statement)).one()
    return numberless, blocked


async def proxy_locked(session: AsyncSession, proxy: str, *, power_of_attorney: str) -> Proxy:
    """Who collects, and what this person collected before; nobody hands the same person another
    passbook until the transaction ends."""
    await session.execute(_LOCK_PROXY, {"proxy": proxy})
    statement = select(
        func.count(), func.count().filter(col(Account.power_of_attorney) == power_of_attorney)
    ).where(Account.proxy == proxy)
    accounts, with_paper = (await session.execute(statement)).one()
    return Proxy(proxy, power_of_attorney, accounts=accounts, paper_used=with_paper > 0)


_OFFICERS = text(f"""
    WITH here AS (SELECT *, {_UNUSED} AS unused FROM accounts
                  WHERE {IN_AREA} AND prepared_by IS NOT NULL),
    prepared AS (
        SELECT prepared_by AS officer, count(*) AS prepared,
               count(*) FILTER (WHERE state = 'ready') AS in_hand
        FROM here GROUP BY prepared_by),
    handed AS (
        SELECT handed_by AS officer, count(*) AS handed_over,
               count(*) FILTER (WHERE handed_by = prepared_by) AS prepared_by_same,
               count(*) FILTER (WHERE unused) AS never_used,
               count(*) FILTER (WHERE collected_by = 'proxy') AS to_proxies,
               count(*) FILTER (WHERE collected_by = 'proxy' AND unused) AS to_proxies_never_used
        FROM here WHERE handed_by IS NOT NULL GROUP BY handed_by)
    SELECT officer, coalesce(prepared, 0) AS prepared, coalesce(in_hand, 0) AS in_hand,
           coalesce(handed_over, 0) AS handed_over,
           coalesce(prepared_by_same, 0) AS prepared_by_same,
           coalesce(never_used, 0) AS never_used, coalesce(to_proxies, 0) AS to_proxies,
           coalesce(to_proxies_never_used, 0) AS to_proxies_never_used
    FROM prepared FULL JOIN handed USING (officer)
    WHERE officer > :after ORDER BY officer LIMIT :limit""")  # noqa: S608  (the texts are above)
_PROXIES = text(f"""
    SELECT proxy, count(*) AS accounts, count(*) FILTER (WHERE {_UNUSED}) AS never_used,
           count(DISTINCT handed_by) AS officers, min(collected_at) AS first_at,
           max(collected_at) AS last_at
    FROM accounts WHERE {IN_AREA} AND proxy > :after
    GROUP BY proxy HAVING count(*) >= :accounts_min ORDER BY proxy LIMIT :limit""")  # noqa: S608


async def by_officer(
    session: AsyncSession, *, area: str, after: str, limit: int
) -> Sequence[RowMapping]:
    """What passed through each officer's hands in an area, by name."""
    bound = {"area": area, "after": after, "limit": limit}
    return (await session.execute(_OFFICERS, bound)).mappings().all()


async def by_proxy(
    session: AsyncSession, *, area: str, accounts_min: int, after: str, limit: int
) -> Sequence[RowMapping]:
    """Who collected this many passbooks of others in an area, or more."""
    bound = {"area": area, "accounts_min": accounts_min, "after": after, "limit": limit}
    return (await session.execute(_PROXIES, bound)).mappings().all()
