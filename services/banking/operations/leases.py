"""Whose turn it is to deal with a submitted payout: one process at a time, by real time.

A lease is named by the instant when it ends. Whoever has lost it may neither send nor conclude, so
a process that slept through its lease changes nothing when it wakes up. Everything here is for many
payouts in one statement.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_BEGIN = text("""
    INSERT INTO submission (payout_id, tries, next_try_at)
    SELECT payout_id, 0, now() FROM unnest(cast(:payout_ids AS uuid[])) AS begun (payout_id)""")
_TAKE = text("""
    INSERT INTO submission (payout_id, sent_at, tries, next_try_at)
    SELECT payout_id, now(), 0, now() + make_interval(secs => :lease_s)
    FROM payouts LEFT JOIN submission USING (payout_id)
    WHERE payouts.rail = 'interbank' AND payouts.state = 'submitted'
      AND payouts.stopped_reason IS NULL
      AND (submission.payout_id IS NULL OR submission.next_try_at <= now())
      AND payout_id <> ALL(cast(:under_way AS uuid[]))
    ORDER BY ordered_at, payout_id LIMIT :at_most
    ON CONFLICT (payout_id) DO UPDATE SET next_try_at = excluded.next_try_at
    RETURNING payout_id, sent_at IS NOT NULL, tries, next_try_at,
        coalesce(sent_at < now() - make_interval(secs => :silence_max_s), false)""")
_GIVEN = """
    unnest(cast(:payout_ids AS uuid[]), cast(:untils AS timestamptz[])) AS given (payout_id, until)
    """
_SENDING = text(f"""
    WITH held AS (
        SELECT submission.payout_id FROM submission JOIN {_GIVEN} USING (payout_id)
        WHERE next_try_at = until AND clock_timestamp() < next_try_at
        ORDER BY submission.payout_id FOR UPDATE OF submission)
    UPDATE submission SET sent_at = coalesce(sent_at, now()) FROM held
    WHERE submission.payout_id = held.payout_id
    RETURNING submission.payout_id""")  # noqa: S608  (the text is above)
_HELD = text(f"""
    SELECT payout_id FROM submission JOIN {_GIVEN} USING (payout_id)
    WHERE next_try_at = until""")  # noqa: S608
_GIVE_BACK = text("""
    UPDATE submission SET tries = given.tries,
        next_try_at = now() + make_interval(secs => given.delay_s)
    FROM unnest(cast(:payout_ids AS uuid[]), cast(:untils AS timestamptz[]),
                cast(:tries AS int[]), cast(:delays_s AS float8[]))
        AS given (payout_id, until, tries, delay_s)
    WHERE submission.payout_id = given.payout_id AND next_try_at = given.until""")
_HURRY = text("""
    UPDATE submission SET next_try_at = now(), sent_at = coalesce(sent_at, now())
    WHERE payout_id = :payout_id AND next_try_at IS NOT NULL""")
_END = text("UPDATE submission SET next_try_at = NULL WHERE payout_id = :payout_id")
_AGAIN = text("UPDATE submission SET next_try_at = now(), tries = 0 WHERE payout_id = :payout_id")
_WAITING = text("""
    SELECT tries, sent_at, next_try_at FROM submission WHERE payout_id = :payout_id""")


class Lease(NamedTuple):
    """A payout that is ours to deal with."""

    payout_id: UUID
    may_have_left: bool
    """Whether the order may have reached the rail. True too when nothing is known of it."""
    tries: int
    until: datetime
    is_overdue: bool
    """Whether it may have left longer ago than a silence may last."""


class Waiting(NamedTuple):
    """How far a submitted payout is with the rail."""

    tries: int
    sent_at: datetime | None
    next_try_at: datetime | None


class Return(NamedTuple):
    """A lease that ends without an outcome."""

    lease: Lease
    tries: int
    delay_s: float | None
    """When it is dealt with again; None: never, a person has to."""


async def begin(session: AsyncSession, payout_ids: Sequence[UUID]) -> None:
    """Note payouts that were just submitted: nothing has left."""
    await session.execute(_BEGIN, {"payout_ids": list(payout_ids)})


async def take(
    session: AsyncSession,
    *,
    lease_s: float,
    silence_max_s: float,
    at_most: int,
    under_way: Collection[UUID] = (),
) -> list[Lease]:
    """Take the payouts that are due, but for those under way here. The caller holds the one-writer
    lock.
    """
    bound = {
        "lease_s": lease_s,
        "silence_max_s": silence_max_s,
        "at_most": at_most,
        "under_way": list(under_way),
    }
    return [Lease._make(row) for row in await session.execute(_TAKE, bound)]


async def sending(session: AsyncSession, leases: Sequence[Lease]) -> set[UUID]:
    """Note that these orders leave now. Of those that are missing in the answer the lease is over,
    and nothing may leave.
    """
    return set(await session.scalars(_SENDING, _named(leases)))


async def held(session: AsyncSession, leases: Sequence[Lease]) -> set[UUID]:
    """Those that nobody has taken since. The caller holds the one-writer lock."""
    return set(await session.scalars(_HELD, _named(leases)))


async def give_back(session: AsyncSession, returns: Sequence[Return]) -> None:
    """Have these dealt with again after a while, or never."""
    if returns:
        given = _named([each.lease for each in returns])
        tries = {
            "tries": [each.tries for each in returns],
            "delays_s": [each.delay_s for each in returns],
        }
        await session.execute(_GIVE_BACK, given | tries)


async def hurry(session: AsyncSession, payout_id: UUID) -> None:
    """Have the rail asked at once what became of a payout that may have left; whoever deals with
    it now has lost it.
    """
    await session.execute(_HURRY, {"payout_id": payout_id})


async def end(session: AsyncSession, payout_id: UUID) -> None:
    """A person has it now; whoever deals with it has lost it."""
    await session.execute(_END, {"payout_id": payout_id})


async def again(session: AsyncSession, payout_id: UUID) -> None:
    """Begin to count tries anew; what may have left is still asked for first."""
    await session.execute(_AGAIN, {"payout_id": payout_id})


async def waiting(session: AsyncSession, payout_id: UUID) -> Waiting | None:
    """How far the payout is with the rail; None when nothing was noted."""
    row = (await session.execute(_WAITING, {"payout_id": payout_id})).one_or_none()
    return Waiting._make(row) if row else None


def _named(leases: Sequence[Lease]) -> dict[str, list[object]]:
    return {
        "payout_ids": [lease.payout_id for lease in leases],
        "untils": [lease.until for lease in leases],
    }
