"""The claims that somebody has to work on."""

from collections.abc import Sequence

from sqlalchemy import Row, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, or_, select

from chassis.state.area_filters import is_within
from services.claims.models import Claim, Member

ENDED = ("paid", "rejected")


async def open_claims(
    session: AsyncSession, *, area: str | None, rows_max: int
) -> Sequence[Row[Claim, Member]]:
    """The claims of an area that are not done, those filed first at the head; one that is
    appealed against is not. None: of every area."""
    statement = (
        select(Claim, Member)
        .join(Member, col(Member.worker_id) == col(Claim.worker_id))
        .where(
            or_(col(Claim.state).not_in(ENDED), col(Claim.appeal_id).is_not(None)),
            true() if area is None else is_within(col(Member.village_code), area),
        )
        .order_by(col(Claim.filed_at), col(Claim.claim_id))
    )
    return (await session.execute(statement.limit(rows_max))).all()
