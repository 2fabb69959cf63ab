"""What moved on one account. Sums in rupiah."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.banking.rules.statements import Span

# Nothing is left out of the first one: a statement is only right if the whole book is.
_SUMS = text("""
    WITH sides AS (
        SELECT transferred_at, -amount AS amount FROM transfers WHERE debit_account = :account
        UNION ALL
        SELECT transferred_at, amount FROM transfers WHERE credit_account = :account)
    SELECT
        coalesce(sum(amount) FILTER (WHERE transferred_at < :begins_at), 0)::bigint AS opening,
        coalesce(sum(amount) FILTER (WHERE transferred_at < :ends_at), 0)::bigint AS closing,
        coalesce(sum(amount) FILTER (
            WHERE transferred_at >= :begins_at AND transferred_at < :ends_at AND amount > 0),
            0)::bigint AS total_in,
        coalesce(-sum(amount) FILTER (
            WHERE transferred_at >= :begins_at AND transferred_at < :ends_at AND amount < 0),
            0)::bigint AS total_out,
        count(*) FILTER (WHERE transferred_at >= :begins_at AND transferred_at < :ends_at) AS lines,
        coalesce(sum(amount) FILTER (WHERE transferred_at < :since), 0)::bigint AS carried,
        count(*) FILTER (WHERE transferred_at = :since) AS lines_then,
        coalesce(sum(amount), 0)::bigint AS moved,
        coalesce((SELECT balance FROM balances WHERE account_id = :account), 0)::bigint AS book
    FROM sides""")
_MOVED_SINCE = """
    SELECT transferred_at, transfer_id, kind, purpose, {other} AS counter, {amount} AS amount,
           debit_balance
    FROM transfers
    WHERE {own} = :account AND transferred_at >= :since AND transferred_at < :ends_at"""
_OUT = _MOVED_SINCE.format(own="debit_account", other="credit_account", amount="-amount")
_IN = _MOVED_SINCE.format(own="credit_account", other="debit_account", amount="amount")
_LINES = text(f"""
    SELECT moved.*, number_masked FROM (
        {_OUT} UNION ALL {_IN}
        ORDER BY transferred_at FETCH FIRST (CAST(:limit AS bigint)) ROWS WITH TIES) AS moved
    LEFT JOIN accounts ON account_id = counter
    ORDER BY transferred_at, transfer_id""")  # noqa: S608  (the text is above)


class Sums(NamedTuple):
    """What an account held when, and what moved."""

    opening: int
    closing: int
    total_in: int
    total_out: int
    lines: int
    carried: int
    """All that moved before the instant with which a page begins."""
    lines_then: int
    """How many lines that instant has."""
    moved: int
    """All that ever moved."""
    book: int
    """What the account holds by the book."""


async def sums(session: AsyncSession, account_id: UUID, span: Span, *, since: datetime) -> Sums:
    """Of the span, and of all that came before an instant."""
    bound = {"account": account_id, "since": since} | span._asdict()
    return Sums._make((await session.execute(_SUMS, bound)).one())


async def lines(
    session: AsyncSession, account_id: UUID, span: Span, *, since: datetime, limit: int
) -> Sequence[RowMapping]:
    """What moved in the span from an instant on, by instant: `amount` below zero left the account.
    As many as the limit and all of the last instant, whose order among themselves says nothing.
    """
    bound = {"account": account_id, "since": since, "limit": limit, "ends_at": span.ends_at}
    return (await session.execute(_LINES, bound)).mappings().all()
