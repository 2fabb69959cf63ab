"""What is known of renewals: who was carried over into the next programme, and who was not."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.types import WorkerId
from services.enrollment.models import Programme
from services.enrollment.rules.renewals import GoingOn


class Room(NamedTuple):
    """What the next programme still carries."""

    programme_id: UUID
    renews: UUID
    first_month: str
    regions: list[str]
    """The kabupaten and kota with a free place."""
    refusal: str | None
    """Why nobody fits, whatever the region."""
    money_refusal: str | None
    """Why nobody fits though the region has places."""


async def next_programme(session: AsyncSession, programme_id: UUID) -> Programme | None:
    """The programme that renews this one."""
    return await session.scalar(select(Programme).where(Programme.renews == programme_id))


async def renewing(session: AsyncSession, *, this_month: str) -> Sequence[Programme]:
    """The programmes that renew another and still take members, the oldest first."""
    statement = select(Programme).where(
        col(Programme.renews).is_not(None),
        col(Programme.closed_at).is_(None),
        Programme.last_month >= this_month,
    )
    return (await session.scalars(statement.order_by(col(Programme.opened_at)))).all()


_ELSEWHERE = """
    EXISTS (SELECT FROM memberships other
            WHERE other.worker_id = held.worker_id AND other.programme_id <> held.programme_id
              AND other.ended_on IS NULL AND other.last_month >= :first_month)"""
_IN_NEXT = """
    EXISTS (SELECT FROM memberships next
            WHERE next.worker_id = held.worker_id AND next.programme_id = :programme_id)"""
_TO_CARRY_OVER = text(f"""
    SELECT held.worker_id, held.village_code FROM memberships held
    WHERE held.programme_id = :renews AND held.ended_on IS NULL AND held.lapsed_on IS NULL
      AND left(held.village_code, 5) = ANY(CAST(:regions AS text[]))
      AND NOT {_IN_NEXT} AND NOT {_ELSEWHERE}
    ORDER BY held.worker_id LIMIT :rows_max""")  # noqa: S608  (the parts are this module's own)


async def to_carry_over(session: AsyncSession, room: Room, *, rows_max: int) -> list[GoingOn]:
    """Members of the programme before who go on, are not in the next one, and would fit."""
    bound = {
        "programme_id": room.programme_id, "renews": room.renews, "regions": room.regions,
        "first_month": room.first_month, "rows_max": rows_max,
    }  # fmt: skip
    found = await session.execute(_TO_CARRY_OVER, bound)
    return [GoingOn(WorkerId(worker_id), village_code) for worker_id, village_code in found]


_STANDINGS = f"""
    SELECT held.worker_id, held.village_code,
           CASE WHEN {_IN_NEXT} THEN 'carried'
                WHEN held.ended_on IS NOT NULL THEN 'ended'
                WHEN held.lapsed_on IS NOT NULL THEN 'lapsed'
                WHEN {_ELSEWHERE} THEN 'already-member'
                WHEN CAST(:refusal AS text) IS NOT NULL THEN :refusal
                WHEN left(held.village_code, 5) <> ALL(CAST(:regions AS text[]))
                  THEN 'quota-exhausted'
                WHEN CAST(:money_refusal AS text) IS NOT NULL THEN :money_refusal
                ELSE 'waiting' END AS standing
    FROM memberships held WHERE held.programme_id = :renews"""  # noqa: S608
_COUNTS = text(f"SELECT standing, count(*) FROM ({_STANDINGS}) AS members GROUP BY 1")  # noqa: S608
_LEFT = text(
    f"SELECT * FROM ({_STANDINGS}) AS members "  # noqa: S608
    "WHERE standing NOT IN ('carried', 'waiting') "
    "AND (CAST(:after AS uuid) IS NULL OR worker_id > :after) ORDER BY worker_id LIMIT :limit"
)


async def counts(session: AsyncSession, room: Room) -> dict[str, int]:
    """How many members of the programme before stand how: `carried`, `waiting` for the job, or
    why they were not carried over."""
    return dict((await session.execute(_COUNTS, room._asdict())).all())


async def left_behind(
    session: AsyncSession, room: Room, *, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Members who were not carried over, each with the reason."""
    bound = {**room._asdict(), "after": after, "limit": limit}
    return (await session.execute(_LEFT, bound)).mappings().all()
