"""Second looks as they are shown."""

from collections.abc import Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import Row, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.state.area_filters import is_within
from services.claims.models import Claim, Member, Review
from services.claims.queries.warning_lists import approved_amount

ReviewState = Literal["open", "closed"]


class ReviewsAsked(NamedTuple):
    """Which reviews of an area; without a state, all."""

    area: str
    state: ReviewState | None = None


async def reviews_of(
    session: AsyncSession, asked: ReviewsAsked, *, after: UUID | None, limit: int
) -> Sequence[Row[Review, Claim, str, int | None]]:
    """The reviews, the open ones first and of these the oldest, behind the one named, each with
    its claim, where the member lived, and the rupiah that were approved."""
    closed = col(Review.closed_at).is_not(None)
    place = (closed, col(Review.drawn_at), col(Review.review_id))
    statement = (
        select(Review, Claim, Member.village_code, approved_amount())
        .join(Claim, col(Claim.claim_id) == col(Review.claim_id))
        .join(Member, col(Member.worker_id) == col(Claim.worker_id))
        .where(is_within(col(Member.village_code), asked.area))
    )
    if asked.state is not None:
        statement = statement.where(closed if asked.state == "closed" else ~closed)
    if after is not None:
        last = select(*place).where(Review.review_id == after)
        statement = statement.where(tuple_(*place) > last.scalar_subquery())
    return (await session.execute(statement.order_by(*place).limit(limit))).all()


async def review(session: AsyncSession, review_id: UUID, *, locked: bool = False) -> Review | None:
    """The review."""
    return await session.get(
        Review, review_id, with_for_update=locked or None, populate_existing=locked
    )
