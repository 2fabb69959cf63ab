"""What people are shown of claims."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col, select, tuple_
from sqlmodel.sql.expression import Select

from chassis.local_time import begins_at, ends_at
from chassis.state.area_filters import is_within
from services.claims.models import (
    ApprovedLine,
    Claim,
    ClaimStep,
    Document,
    Heir,
    Member,
    Payout,
    RaisedWarning,
    ScholarshipYear,
)

EXPORT_PORTION = 500


class Wanted(NamedTuple):
    """Which claims of an area are asked for, and how many after which one."""

    area: str
    state: str | None = None
    kind: str | None = None
    from_day: date | None = None
    """The first day of filing, Asia/Makassar."""
    to_day: date | None = None
    after: UUID | None = None
    limit: int = EXPORT_PORTION


async def claim(session: AsyncSession, claim_id: UUID) -> Row[Claim, Member] | None:
    """A claim and the member whom it is about."""
    found = await session.execute(_of_members().where(col(Claim.claim_id) == claim_id))
    return found.one_or_none()


async def claim_by_number(session: AsyncSession, number: str) -> Row[Claim, Member] | None:
    """The claim that a family calls by this number."""
    found = await session.execute(_of_members().where(col(Claim.number) == number))
    return found.one_or_none()


async def listed(session: AsyncSession, wanted: Wanted) -> Sequence[Row[Claim, Member]]:
    """A page of claims, those filed first at the head."""
    statement = _of_members().where(*_conditions(wanted))
    if wanted.after is not None:
        last = select(Claim.filed_at, Claim.claim_id).where(Claim.claim_id == wanted.after)
        place = tuple_(col(Claim.filed_at), col(Claim.claim_id))
        statement = statement.where(place > last.scalar_subquery())
    statement = statement.order_by(col(Claim.filed_at), col(Claim.claim_id))
    return (await session.execute(statement.limit(wanted.limit))).all()


async def every(
    session: AsyncSession, wanted: Wanted
) -> AsyncIterator[Sequence[Row[Claim, Member]]]:
    """All claims that are asked for, in portions."""
    while True:
        rows = await listed(session, wanted)
        yield rows
        if len(rows) < wanted.limit:
            return
        wanted = wanted._replace(after=rows[-1].Claim.claim_id)


async def documents(session: AsyncSession, claim_ids: Sequence[UUID]) -> Sequence[Document]:
    """The documents of these claims, those attached first at the head."""
    statement = select(Document).where(col(Document.claim_id).in_(claim_ids))
    statement = statement.order_by(col(Document.attached_at), col(Document.document_id))
    return (await session.scalars(statement)).all()


async def heirs(session: AsyncSession, claim_ids: Sequence[UUID]) -> Sequence[Heir]:
    """The parties of these claims, without those who were struck."""
    statement = select(Heir).where(col(Heir.claim_id).in_(claim_ids), col(Heir.struck_at).is_(None))
    statement = statement.order_by(col(Heir.registered_at), col(Heir.party_id))
    return (await session.scalars(statement)).all()


async def lines(session: AsyncSession, claim_ids: Sequence[UUID]) -> Sequence[ApprovedLine]:
    """The lines of these claims, of every decision."""
    statement = select(ApprovedLine).where(col(ApprovedLine.claim_id).in_(claim_ids))
    statement = statement.order_by(col(ApprovedLine.benefit), col(ApprovedLine.line_id))
    return (await session.scalars(statement)).all()


async def payouts(session: AsyncSession, claim_ids: Sequence[UUID]) -> Sequence[Payout]:
    """How the attempts to pay these claims ended, the latest last."""
    statement = select(Payout).where(col(Payout.claim_id).in_(claim_ids))
    statement = statement.order_by(col(Payout.ended_at), col(Payout.payout_id))
    return (await session.scalars(statement)).all()


async def steps(session: AsyncSession, claim_ids: Sequence[UUID]) -> Sequence[ClaimStep]:
    """What happened to these claims, the first at the head."""
    statement = select(ClaimStep).where(col(ClaimStep.claim_id).in_(claim_ids))
    statement = statement.order_by(col(ClaimStep.taken_at), col(ClaimStep.event_id))
    return (await session.scalars(statement)).all()


async def warnings(session: AsyncSession, claim_ids: Sequence[UUID]) -> Sequence[RaisedWarning]:
    """The warning signs of these claims."""
    statement = select(RaisedWarning).where(col(RaisedWarning.claim_id).in_(claim_ids))
    statement = statement.order_by(col(RaisedWarning.raised_at), col(RaisedWarning.warning_id))
    return (await session.scalars(statement)).all()


async def school_years(session: AsyncSession, claim_id: UUID) -> Sequence[ScholarshipYear]:
    """The school years that were asked for."""
    statement = select(ScholarshipYear).where(ScholarshipYear.claim_id == claim_id)
    statement = statement.order_by(col(ScholarshipYear.requested_at))
    return (await session.scalars(statement)).all()


def _of_members() -> Select[Claim, Member]:
    return select(Claim, Member).join(Member, col(Member.worker_id) == col(Claim.worker_id))


def _village() -> Mapped[str]:
    return col(Member.village_code)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [is_within(_village(), wanted.area)]
    if wanted.state is not None:
        conditions.append(col(Claim.state) == wanted.state)
    if wanted.kind is not None:
        conditions.append(col(Claim.kind) == wanted.kind)
    if wanted.from_day is not None:
        conditions.append(col(Claim.filed_at) >= begins_at(wanted.from_day))
    if wanted.to_day is not None:
        conditions.append(col(Claim.filed_at) < ends_at(wanted.to_day))
    return conditions
