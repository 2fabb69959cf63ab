"""Whose turn it is to deal with a submitted payout: one process at a time, by real time.

A lease is named by the instant when it ends. Whoever has lost it may neither send nor conclude, so
a process that slept through its lease changes nothing when it wakes up.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

PAYOUTS_MAX = 8
"""How many dialogs with the rail go on at once."""

_BEGIN = text(
    "INSERT INTO submission (payout_id, tries, next_try_at) VALUES (:payout_id, 0, now())"
)
_TAKE = text("""
    INSERT INTO submission (payout_id, sent_at, tries, next_try_at)
    SELECT payout_id, now(), 0, now() + make_interval(secs => :lease_s)
    FROM payouts LEFT JOIN submission USING (payout_id)
    WHERE payouts.rail = 'interbank' AND payouts.state = 'submitted'
      AND (submission.payout_id IS NULL OR submission.next_try_at <= now())
    ORDER BY ordered_at, payout_id LIMIT :payouts_max
    ON CONFLICT (payout_id) DO UPDATE SET next_try_at = excluded.next_try_at
    RETURNING payout_id, sent_at IS NOT NULL, tries, next_try_at""")
_SENDING = text("""
    UPDATE submission SET sent_at = coalesce(sent_at, now())
    WHERE payout_id = :payout_id AND next_try_at = :until AND clock_timestamp() < next_try_at""")
_HELD = text("SELECT 1 FROM submission WHERE payout_id = :payout_id AND next_try_at = :until")
_GIVE_BACK = text("""
    UPDATE submission SET tries = :tries, next_try_at = now() + make_interval(secs => :delay_s)
    WHERE payout_id = :payout_id AND next_try_at = :until""")


class Lease(NamedTuple):
    """A payout that is ours to deal with."""

    payout_id: UUID
    may_have_left: bool
    """Whether the order may have reached the rail. True too when nothing is known of it."""
    tries: int
    until: datetime


async def begin(session: AsyncSession, payout_id: UUID) -> None:
    """Note a payout that was just submitted: nothing has left."""
    await session.execute(_BEGIN, {"payout_id": payout_id})


async def take(session: AsyncSession, *, lease_s: float) -> list[Lease]:
    """Take the payouts that are due. The caller holds the one-writer lock."""
    found = await session.execute(_TAKE, {"lease_s": lease_s, "payouts_max": PAYOUTS_MAX})
    return [Lease._make(row) for row in found]


async def sending(session: AsyncSession, lease: Lease) -> bool:
    """Note that the order leaves now; False when the lease is over, and nothing may leave."""
    result = await session.execute(_SENDING, _named(lease))
    assert isinstance(result, CursorResult)  # noqa: S101
    return result.rowcount == 1


async def holds(session: AsyncSession, lease: Lease) -> bool:
    """Whether nobody has taken the payout since. The caller holds the one-writer lock."""
    return await session.scalar(_HELD, _named(lease)) is not None


async def give_back(
    session: AsyncSession, lease: Lease, *, tries: int, delay_s: float | None
) -> None:
    """Have it dealt with again after a while; None: never, a person has to."""
    given = _named(lease) | {"tries": tries, "delay_s": delay_s}
    await session.execute(_GIVE_BACK, given)


def _named(lease: Lease) -> dict[str, object]:
    return {"payout_id": lease.payout_id, "until": lease.until}
