"""The bank in figures."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.area_filters import within

_IN_AREA = within("village_code")

_ACCOUNTS = text(f"""
    WITH here AS (SELECT worker_id FROM members WHERE {_IN_AREA})
    SELECT
        (SELECT count(*) FROM accounts JOIN here ON worker_id = holder_id) AS accounts_opened,
        (SELECT count(*) FROM deferrals JOIN here USING (worker_id)) AS accounts_deferred,
        (SELECT count(*) FROM accounts JOIN here ON worker_id = holder_id
         WHERE blocked_at IS NOT NULL) AS accounts_blocked,
        (SELECT count(DISTINCT party_id) FROM accounts JOIN parties
           ON party_id = accounts.holder_id
         JOIN here USING (worker_id)) AS heir_accounts""")  # noqa: S608  (the text is above)

_INVOICES = text(f"""
    SELECT count(*) AS invoices_issued, count(paid_at) AS invoices_paid,
           count(*) - count(paid_at) AS invoices_unpaid,
           coalesce(sum(payments.amount), 0)::bigint AS contributions_paid
    FROM invoices LEFT JOIN payments USING (invoice_id)
    WHERE {within("district_code")}""")  # noqa: S608  (the text is above)

_PAYOUTS = text(f"""
    SELECT state, count(*), sum(amount)::bigint,
           count(*) FILTER (WHERE submission.payout_id IS NOT NULL AND next_try_at IS NULL)
    FROM payouts JOIN members USING (worker_id) LEFT JOIN submission USING (payout_id)
    WHERE {_IN_AREA} GROUP BY state""")  # noqa: S608  (the text is above)

_FUNDS = text("""
    SELECT programme_id, name FROM programmes
    WHERE province_code = split_part(:area, '.', 1) ORDER BY programme_id""")

_BALANCES = text("""
    SELECT account_id, balance FROM balances WHERE account_id = ANY(cast(:accounts AS uuid[]))""")

_LEDGER = text("""
    WITH sides AS (
        SELECT credit_account AS account_id, amount FROM transfers
        UNION ALL SELECT debit_account, -amount FROM transfers),
    moved AS (SELECT account_id, sum(amount) AS balance FROM sides GROUP BY account_id)
    SELECT
        (SELECT coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)::bigint FROM sides) AS debits,
        (SELECT coalesce(sum(amount) FILTER (WHERE amount > 0), 0)::bigint FROM sides) AS credits,
        (SELECT coalesce(sum(balance), 0)::bigint FROM balances) AS sum_of_balances,
        (SELECT count(*) FROM balances FULL JOIN moved USING (account_id)
         WHERE balances.balance IS DISTINCT FROM moved.balance) AS accounts_off,
        (SELECT count(*) FROM balances
         WHERE balance < 0 AND account_id <> ALL(cast(:outside AS uuid[]))) AS accounts_overdrawn
    """)


async def accounts(session: AsyncSession, *, area: str) -> dict[str, int]:
    """Accounts of members who live in an area, and of the heirs of such members."""
    return dict((await session.execute(_ACCOUNTS, {"area": area})).mappings().one())


async def invoices(session: AsyncSession, *, area: str) -> dict[str, int]:
    """Invoices of the kecamatan in an area."""
    return dict((await session.execute(_INVOICES, {"area": area})).mappings().one())


async def payouts(session: AsyncSession, *, area: str) -> dict[str, tuple[int, int, int]]:
    """By state, for members who lived in an area: payouts, rupiah, and those of which only a
    person can find out more.
    """
    found = await session.execute(_PAYOUTS, {"area": area})
    return {state: (number, amount, unknown) for state, number, amount, unknown in found}


async def programmes(session: AsyncSession, *, area: str) -> dict[UUID, str]:
    """The programmes of the province that an area lies in, by id."""
    found = await session.execute(_FUNDS, {"area": area})
    return {row.programme_id: row.name for row in found}


async def balances(session: AsyncSession, accounts: Iterable[UUID]) -> dict[UUID, int]:
    """What these accounts hold; one on which nothing has moved is absent."""
    found = await session.execute(_BALANCES, {"accounts": list(accounts)})
    return {row.account_id: row.balance for row in found}


async def ledger(session: AsyncSession, *, outside: Iterable[UUID]) -> dict[str, int]:
    """Both sides of all transfers, and what the balances make of them."""
    found = await session.execute(_LEDGER, {"outside": list(outside)})
    return dict(found.mappings().one())
