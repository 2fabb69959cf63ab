"""What is known of reviews, and who has to be looked at."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.state.area_filters import is_within
from contracts.enrollment import ReviewKind
from contracts.types import WorkerId
from services.enrollment.models import Review, Roster, Worker
from services.enrollment.rules.reviews import AtLimit


class ReviewsAsked(NamedTuple):
    """Which reviews."""

    area: str
    kind: ReviewKind | None
    decided: bool | None


async def reviews_of(
    session: AsyncSession, asked: ReviewsAsked, *, after: UUID | None, limit: int
) -> Sequence[Review]:
    """Reviews of an area that the session sees, the oldest first, behind the one named."""
    key = tuple_(col(Review.raised_at), col(Review.review_id))
    statement = select(Review).where(is_within(col(Review.village_code), asked.area))
    if asked.kind is not None:
        statement = statement.where(Review.kind == asked.kind)
    if asked.decided is not None:
        is_open = col(Review.decided_at).is_(None)
        statement = statement.where(~is_open if asked.decided else is_open)
    if after is not None:
        last = select(Review.raised_at, Review.review_id).where(Review.review_id == after)
        statement = statement.where(key > last.scalar_subquery())
    ordered = statement.order_by(col(Review.raised_at), col(Review.review_id)).limit(limit)
    return (await session.scalars(ordered)).all()


async def review(session: AsyncSession, review_id: UUID) -> Review | None:
    """The review."""
    return await session.get(Review, review_id)


async def review_locked(session: AsyncSession, review_id: UUID) -> Review | None:
    """The review, locked."""
    return await session.get(Review, review_id, with_for_update=True)


async def sender_of(session: AsyncSession, worker_id: UUID) -> str | None:
    """Who sent the roster that brought this worker. The roster may be a larger area's: the session
    has to see everywhere."""
    statement = select(Roster.received_by).join(
        Worker, col(Worker.roster_id) == col(Roster.roster_id)
    )
    return await session.scalar(statement.where(Worker.worker_id == worker_id))


_SIDES = text("""
    SELECT worker.worker_id, worker.village_code, worker.kpj, worker.roster_id,
           worker.enrolled_at, membership.programme_id, membership.first_month,
           membership.last_month, membership.covered_from, membership.lapsed_on,
           membership.ended_on
    FROM workers worker JOIN memberships membership USING (worker_id)
    WHERE worker.worker_id = ANY(CAST(:workers AS uuid[]))
    ORDER BY worker.worker_id, membership.first_month, membership.programme_id""")


async def sides(session: AsyncSession, worker_ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """These workers with each of their memberships, as far as the session sees them."""
    return (await session.execute(_SIDES, {"workers": list(worker_ids)})).mappings().all()


_AT_AGE_LIMIT = text("""
    SELECT person.worker_id, worker.village_code
    FROM person_lookup person JOIN workers worker USING (worker_id)
    WHERE person.limit_on <= :today
      AND EXISTS (SELECT FROM memberships WHERE memberships.worker_id = person.worker_id
                  AND memberships.ended_on IS NULL AND memberships.lapsed_on IS NULL)
      AND NOT EXISTS (SELECT FROM reviews WHERE reviews.worker_id = person.worker_id
                      AND reviews.kind = 'reached-age-limit')
    ORDER BY person.worker_id LIMIT :rows_max""")


async def at_age_limit(session: AsyncSession, *, today: date, rows_max: int) -> list[AtLimit]:
    """Members in force who have reached the age limit, and about whom nobody was asked."""
    found = await session.execute(_AT_AGE_LIMIT, {"today": today, "rows_max": rows_max})
    return [AtLimit(WorkerId(worker_id), village_code) for worker_id, village_code in found]
