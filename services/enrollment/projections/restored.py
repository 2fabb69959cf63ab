"""Covers that go on because the death on which they were ended was reported wrongly."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.state.tables import update_rows
from contracts.enrollment import CoverageRestored
from services.enrollment.models import Membership
from services.enrollment.projections.cover import reserve
from services.enrollment.projections.registered import MEMBERSHIP, projections
from services.enrollment.rules.restoring import promised_to

_NOT_ENDED = text("""
    UPDATE covers SET ended_on = NULL, end_reason = NULL, ended_by = NULL, ended_at = NULL
    FROM unnest(CAST(:workers AS uuid[]), CAST(:programmes AS uuid[]))
         AS given (worker_id, programme_id)
    WHERE covers.worker_id = given.worker_id AND covers.programme_id = given.programme_id
      AND covers.end_reason = 'death'""")


@projections.applies(CoverageRestored)
async def coverage_restored(session: AsyncSession, events: Sequence[CoverageRestored]) -> None:
    """The membership goes on as before its end, with what is reserved for it now; so does the
    cover that ran, and a lapse stays one."""
    promised = await _promised_to(session, events)
    rows = [
        {
            "worker_id": e.worker_id,
            "programme_id": e.programme_id,
            "last_month": promised[e.worker_id, e.programme_id],
            "ended_on": None,
            "end_reason": None,
            "end_claim_id": None,
            "end_released": 0,
            "replaced_by": None,
        }
        for e in events
    ]
    await update_rows(session, Membership, rows, keys=MEMBERSHIP)
    await reserve(session, events, heads=1)
    await session.execute(
        _NOT_ENDED,
        {
            "workers": [e.worker_id for e in events],
            "programmes": [e.programme_id for e in events],
        },
    )


async def _promised_to(
    session: AsyncSession, events: Sequence[CoverageRestored]
) -> dict[tuple[UUID, UUID], str]:
    """The last month of each of these memberships, as far as its money was put aside again."""
    reserved = {(e.worker_id, e.programme_id): e.reserved for e in events}
    statement = sqlalchemy.select(
        col(Membership.worker_id),
        col(Membership.programme_id),
        col(Membership.last_month),
        col(Membership.end_released),
        col(Membership.month_amount),
    ).where(col(Membership.worker_id).in_([e.worker_id for e in events]))
    return {
        key: promised_to(last_month, released=released, reserved=reserved[key], month=month)
        for *ids, last_month, released, month in await session.execute(statement)
        if (key := (ids[0], ids[1])) in reserved
    }
