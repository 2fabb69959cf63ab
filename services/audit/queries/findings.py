"""What is known of findings."""

from collections.abc import Collection, Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import column, func, table
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.audit.models import Finding, FindingStep
from services.audit.rules.followups import FindingState, HeldFinding

_LOG = table("event_log", column("event_id"), column("seq"))
"""A finding is the key of its events: they are all in one shard."""


async def findings_known(session: AsyncSession, finding_ids: Collection[UUID]) -> set[UUID]:
    """Those of these findings that were raised before."""
    found = select(Finding.finding_id).where(col(Finding.finding_id).in_(finding_ids))
    return set(await session.scalars(found))


async def findings_by_kind(session: AsyncSession) -> dict[str, int]:
    """How many findings there are of each kind."""
    counted = select(Finding.kind, func.count()).group_by(Finding.kind).order_by(Finding.kind)
    return dict((await session.execute(counted)).all())


async def findings_by_state(session: AsyncSession) -> dict[str, int]:
    """How many findings there are in each state."""
    counted = select(Finding.state, func.count()).group_by(Finding.state)
    return dict((await session.execute(counted)).all())


async def open_by_kind(session: AsyncSession) -> dict[str, int]:
    """How many of each kind are not closed."""
    counted = select(Finding.kind, func.count()).where(Finding.state != "closed")
    return dict((await session.execute(counted.group_by(Finding.kind))).all())


async def finding_locked(session: AsyncSession, finding_id: UUID) -> HeldFinding | None:
    """The finding, locked: whoever moves it holds this."""
    statement = select(
        Finding.finding_id, Finding.state, Finding.assigned_to, Finding.answered_by
    ).where(Finding.finding_id == finding_id)
    row = (await session.execute(statement.with_for_update())).one_or_none()
    if row is None:
        return None
    return HeldFinding(row[0], cast(FindingState, row[1]), row[2], row[3])


async def finding(session: AsyncSession, finding_id: UUID) -> Finding | None:
    """One finding."""
    return await session.get(Finding, finding_id)


async def steps(session: AsyncSession, finding_id: UUID) -> Sequence[FindingStep]:
    """All that happened to a finding, in the order of the log: instants may be the same."""
    statement = select(FindingStep).where(FindingStep.finding_id == finding_id)
    logged = statement.join(_LOG, _LOG.c.event_id == FindingStep.event_id)
    return (await session.scalars(logged.order_by(_LOG.c.seq))).all()


async def page(
    session: AsyncSession,
    *,
    state: FindingState | None,
    of: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Finding]:
    """Findings, the newest first, behind the one that `after` names; `of` whom they ask."""
    statement = select(Finding).order_by(
        col(Finding.raised_at).desc(), col(Finding.finding_id).desc()
    )
    if state is not None:
        statement = statement.where(Finding.state == state)
    if of is not None:
        statement = statement.where(Finding.assigned_to == of)
    if after is not None:
        place = select(Finding.raised_at, Finding.finding_id).where(Finding.finding_id == after)
        raised_at, finding_id = (await session.execute(place)).one_or_none() or (None, None)
        if raised_at is not None:
            here = func.row(col(Finding.raised_at), col(Finding.finding_id))
            statement = statement.where(here < func.row(raised_at, finding_id))
    return (await session.scalars(statement.limit(limit))).all()
