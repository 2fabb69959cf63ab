"""The payouts that wait for money on the Insurer account."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.area_filters import within
from services.banking.rules.ledger import INSURER

_AVAILABLE = "coalesce((SELECT balance - held FROM balances WHERE account_id = :insurer), 0)"
# What is ordered and could be paid: nobody has stopped it, and it is known whom it reaches. Of the
# whole bank, for all of it is paid from one account.
_SHORT = f"""
    SELECT payout_id, worker_id, amount, shortfall::bigint AS shortfall
    FROM (SELECT payouts.payout_id, payouts.worker_id, payouts.amount,
                 sum(amount) OVER (ORDER BY ordered_at, payout_id) - {_AVAILABLE} AS shortfall
          FROM payouts
          LEFT JOIN parties ON parties.claim_id = payouts.claim_id AND party_id = payee_id
          LEFT JOIN accounts ON accounts.holder_id = coalesce(parties.holder_id, payee_id)
          WHERE rail IN ('same-bank', 'interbank') AND payouts.state = 'ordered'
            AND stopped_reason IS NULL
            AND CASE rail WHEN 'interbank' THEN parties.account = 'elsewhere'
                ELSE account_id IS NOT NULL END) AS payable
    WHERE shortfall > 0"""  # noqa: S608  (the text is above)
_SHORTFALLS = text(f"""
    SELECT payout_id, shortfall FROM ({_SHORT}) AS short
    WHERE payout_id = ANY(cast(:payout_ids AS uuid[]))""")  # noqa: S608
_WAITED_FOR = text(f"""
    SELECT count(*) FILTER (WHERE asked) AS payouts,
           coalesce(sum(amount) FILTER (WHERE asked), 0)::bigint AS amount,
           {_AVAILABLE} AS insurer_balance, coalesce(max(shortfall), 0) AS shortfall
    FROM (SELECT amount, shortfall, cast(:area AS text) IS NULL
              OR {within("coalesce(village_code, split_part(:area, '.', 1))")} AS asked
          FROM ({_SHORT}) AS short LEFT JOIN members USING (worker_id)) AS waiting""")  # noqa: S608


async def shortfalls(session: AsyncSession, payout_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Those of these payouts that wait for money, with what the Insurer account lacks for each and
    all that was ordered before it. Rupiah.
    """
    bound = {"insurer": INSURER, "payout_ids": list(payout_ids)}
    found = await session.execute(_SHORTFALLS, bound)
    return {row.payout_id: row.shortfall for row in found}


async def waited_for(session: AsyncSession, *, area: str | None) -> RowMapping:
    """How many payouts of an area, or of all, wait for money, and what they need; what the Insurer
    account may pay, and what it lacks for all that wait anywhere. Rupiah.
    """
    bound = {"insurer": INSURER, "area": area}
    return (await session.execute(_WAITED_FOR, bound)).mappings().one()
