"""Warnings as the fraud officer is shown them, and who may not settle one."""

from collections.abc import Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, func, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.state.area_filters import is_within
from contracts.claims import WarningSign
from services.claims.models import ApprovedLine, Claim, Member, RaisedWarning

WarningState = Literal["open", "cleared", "confirmed"]


class WarningsAsked(NamedTuple):
    """Which warnings of an area; what is None leaves out none."""

    area: str
    sign: WarningSign | None = None
    state: WarningState | None = None


async def warnings_of(
    session: AsyncSession, asked: WarningsAsked, *, after: UUID | None, limit: int
) -> Sequence[Row[RaisedWarning, Claim, str, int | None]]:
    """The warnings, the open ones first and of these the oldest, behind the one named, each with
    its claim, where the member lived, and the rupiah that were approved."""
    settled = col(RaisedWarning.outcome).is_not(None)
    place = (settled, col(RaisedWarning.raised_at), col(RaisedWarning.warning_id))
    statement = (
        select(RaisedWarning, Claim, Member.village_code, approved_amount())
        .join(Claim, col(Claim.claim_id) == col(RaisedWarning.claim_id))
        .join(Member, col(Member.worker_id) == col(Claim.worker_id))
        .where(*_conditions(asked))
    )
    if after is not None:
        last = select(*place).where(RaisedWarning.warning_id == after)
        statement = statement.where(tuple_(*place) > last.scalar_subquery())
    return (await session.execute(statement.order_by(*place).limit(limit))).all()


def approved_amount() -> ScalarSelect[int]:
    """The rupiah of all lines that were approved for a claim; None: nothing was."""
    return (
        select(func.sum(ApprovedLine.amount))
        .where(col(ApprovedLine.claim_id) == col(Claim.claim_id))
        .scalar_subquery()
    )


async def claims_named(session: AsyncSession, claim_ids: Sequence[UUID]) -> dict[UUID, Claim]:
    """These claims, by their id."""
    statement = select(Claim).where(col(Claim.claim_id).in_(claim_ids))
    return {claim.claim_id: claim for claim in (await session.scalars(statement)).all()}


async def warning(
    session: AsyncSession, warning_id: UUID, *, locked: bool = False
) -> RaisedWarning | None:
    """The warning."""
    return await session.get(
        RaisedWarning, warning_id, with_for_update=locked or None, populate_existing=locked
    )


_OFFICERS = text("""
    SELECT officer FROM claim_steps WHERE claim_id = :claim_id
    UNION SELECT unnest(ARRAY[filed_by, verified_by, first_approved_by, decided_by])
        FROM claims WHERE claim_id = :claim_id
    UNION SELECT unnest(ARRAY[attached_by, checked_by]) FROM documents WHERE claim_id = :claim_id
    UNION SELECT registered_by FROM heirs WHERE claim_id = :claim_id
    UNION SELECT unnest(ARRAY[requested_by, decided_by])
        FROM scholarship_years WHERE claim_id = :claim_id""")


async def officers_of(session: AsyncSession, claim_id: UUID) -> frozenset[str]:
    """Everybody who ever took a step of the claim, before an appeal too."""
    found = await session.scalars(_OFFICERS, {"claim_id": claim_id})
    return frozenset(name for name in found if name is not None)


def _conditions(asked: WarningsAsked) -> list[ColumnElement[bool]]:
    conditions = [is_within(col(Member.village_code), asked.area)]
    if asked.sign is not None:
        conditions.append(col(RaisedWarning.warning) == asked.sign)
    if asked.state == "open":
        conditions.append(col(RaisedWarning.outcome).is_(None))
    elif asked.state is not None:
        conditions.append(col(RaisedWarning.outcome) == asked.state)
    return conditions
