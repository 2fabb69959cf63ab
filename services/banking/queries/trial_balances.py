"""Both sides of all transfers, account by account where it has a name. Sums in rupiah."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# One reading of the transfers, in parallel, into as many groups as there are pairs of named
# accounts; whoever has no name is one of them, NULL. Balances are read in the same snapshot.
_NAMED = "CASE WHEN {0} = ANY(CAST(:named AS uuid[])) THEN {0} END"
_SIDES = text(f"""
    SELECT 'moved' AS what, {_NAMED.format("debit_account")} AS debit,
           {_NAMED.format("credit_account")} AS credit,
           (sum(amount) FILTER (WHERE transferred_at <= :at))::bigint AS amount,
           sum(amount)::bigint AS ever,
           count(*) FILTER (WHERE transferred_at <= :at) AS transfers
    FROM transfers GROUP BY 2, 3
    UNION ALL
    SELECT 'held', {_NAMED.format("account_id")}, NULL, sum(balance)::bigint, sum(balance)::bigint,
           count(*)
    FROM balances GROUP BY 2""")  # noqa: S608  (the text is above)
_RECORDED_AT = text("SELECT occurred_at FROM event_log WHERE event_id = :event_id")


class Moved(NamedTuple):
    """All transfers between two accounts, or between those without a name, which are None."""

    debit_account: UUID | None
    credit_account: UUID | None
    amount: int
    """Up to the instant."""
    ever: int
    transfers: int
    """Up to the instant."""


class Sides(NamedTuple):
    """What moved, and what the accounts hold now."""

    moved: list[Moved]
    balances: dict[UUID | None, int]


async def sides(session: AsyncSession, *, named: Collection[UUID], at: datetime) -> Sides:
    """Of all transfers that were recorded up to an instant, and of the balances as they are."""
    moved, balances = [], {}
    for what, debit, credit, amount, ever, transfers in await session.execute(
        _SIDES, {"named": list(named), "at": at}
    ):
        if what == "moved":
            moved.append(Moved(debit, credit, amount or 0, ever, transfers))
        else:
            balances[debit] = ever
    return Sides(moved, balances)


async def recorded_at(session: AsyncSession, event_id: UUID) -> datetime | None:
    """When the bank recorded an event of its own."""
    found: datetime | None = await session.scalar(_RECORDED_AT, {"event_id": event_id})
    return found
