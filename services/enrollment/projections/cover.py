"""Cover: begins, falls behind, lapses, begins again, ends."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import insert_rows, shift_rows, update_rows
from contracts.enrollment import (
    CoverageEnded,
    CoverageLapsed,
    CoverageRestored,
    KpjRangeGranted,
    MembershipActivated,
    MembershipInArrears,
    MembershipReactivated,
)
from services.enrollment.models import Cover, Membership, NumberRange, Worker
from services.enrollment.projections.members import commit_to
from services.enrollment.projections.registered import MEMBERSHIP, projections


@projections.applies(KpjRangeGranted)
async def ranges_granted(session: AsyncSession, events: Sequence[KpjRangeGranted]) -> None:
    """Numbers to give."""
    await insert_rows(
        session,
        NumberRange,
        [
            {
                "range_id": e.range_id,
                "area": e.area,
                "first": e.first,
                "last": e.last,
                "granted_by": e.granted_by,
                "granted_at": e.occurred_at,
            }
            for e in events
        ],
    )


@projections.applies(MembershipActivated)
async def memberships_activated(
    session: AsyncSession, events: Sequence[MembershipActivated]
) -> None:
    """The member has a number and is covered."""
    numbers = [{"worker_id": e.worker_id, "kpj": e.kpj} for e in events]
    await update_rows(session, Worker, numbers, keys=("worker_id",))
    rows = [
        {
            "worker_id": e.worker_id,
            "programme_id": e.programme_id,
            "covered_from": e.covered_from,
        }
        for e in events
    ]
    await update_rows(session, Membership, rows, keys=MEMBERSHIP)
    await _begin(session, events)


@projections.applies(MembershipInArrears)
async def memberships_in_arrears(
    session: AsyncSession, events: Sequence[MembershipInArrears]
) -> None:
    """So many months are owed."""
    rows = [
        {
            "worker_id": e.worker_id,
            "programme_id": e.programme_id,
            "arrears_months": e.months,
            "arrears_oldest": e.oldest_month,
        }
        for e in events
    ]
    await update_rows(session, Membership, rows, keys=MEMBERSHIP)


@projections.applies(CoverageLapsed)
async def coverage_lapsed(session: AsyncSession, events: Sequence[CoverageLapsed]) -> None:
    """The cover is over until a new payment; what was reserved for months to come is free."""
    rows = [
        {
            "worker_id": e.worker_id,
            "programme_id": e.programme_id,
            "lapsed_on": e.lapsed_on,
            "arrears_months": 0,
            "arrears_oldest": e.oldest_month,
        }
        for e in events
    ]
    await update_rows(session, Membership, rows, keys=MEMBERSHIP)
    await _release(session, events, heads=0)
    await _end(session, [_End(e, "lapse", e.lapsed_on) for e in events])


@projections.applies(MembershipReactivated)
async def memberships_reactivated(
    session: AsyncSession, events: Sequence[MembershipReactivated]
) -> None:
    """A new cover, for the months that are promised now."""
    rows = [
        {
            "worker_id": e.worker_id,
            "programme_id": e.programme_id,
            "covered_from": e.covered_from,
            "last_month": e.last_month,
            "lapsed_on": None,
            "arrears_months": 0,
            "arrears_oldest": None,
        }
        for e in events
    ]
    await update_rows(session, Membership, rows, keys=MEMBERSHIP)
    await reserve(session, events, heads=0)
    await _begin(session, events)


@projections.applies(CoverageEnded)
async def coverage_ended(session: AsyncSession, events: Sequence[CoverageEnded]) -> None:
    """The membership ends: its place and what was not billed of its money are free again."""
    rows = [
        {
            "worker_id": e.worker_id,
            "programme_id": e.programme_id,
            "ended_on": e.ended_on,
            "end_reason": e.reason,
            "end_claim_id": e.claim_id,
            "end_released": e.released,
        }
        for e in events
    ]
    await update_rows(session, Membership, rows, keys=MEMBERSHIP)
    await _release(session, events, heads=-1)
    await _end(session, [_End(e, e.reason, e.ended_on) for e in events])


async def _release(
    session: AsyncSession, events: Sequence[CoverageLapsed | CoverageEnded], *, heads: int
) -> None:
    rows = [
        {"worker_id": e.worker_id, "programme_id": e.programme_id, "reserved": -e.released}
        for e in events
    ]
    await shift_rows(session, Membership, rows, keys=MEMBERSHIP)
    await commit_to(
        session,
        (
            {
                "programme_id": e.programme_id,
                "region_code": e.region_code,
                "heads": heads,
                "reserved": -e.released,
            }
            for e in events
        ),
    )


async def reserve(
    session: AsyncSession,
    events: Sequence[MembershipReactivated | CoverageRestored],
    *,
    heads: int,
) -> None:
    """Put money aside for months to come, and take as many places."""
    rows = [
        {"worker_id": e.worker_id, "programme_id": e.programme_id, "reserved": e.reserved}
        for e in events
    ]
    await shift_rows(session, Membership, rows, keys=MEMBERSHIP)
    await commit_to(
        session,
        (
            {
                "programme_id": e.programme_id,
                "region_code": e.region_code,
                "heads": heads,
                "reserved": e.reserved,
            }
            for e in events
        ),
    )


async def _begin(
    session: AsyncSession, events: Sequence[MembershipActivated | MembershipReactivated]
) -> None:
    covers = [
        {
            "worker_id": e.worker_id,
            "programme_id": e.programme_id,
            "covered_from": e.covered_from,
            "began_by": e.event_id,
            "begun_at": e.occurred_at,
            "reactivated": isinstance(e, MembershipReactivated),
        }
        for e in events
    ]
    await insert_rows(session, Cover, covers)


class _End(NamedTuple):
    event: CoverageLapsed | CoverageEnded
    reason: str
    ended_on: date


_END = text("""
    UPDATE covers SET ended_on = given.ended_on, end_reason = given.reason,
                      ended_by = given.event_id, ended_at = given.at
    FROM unnest(CAST(:workers AS uuid[]), CAST(:programmes AS uuid[]), CAST(:days AS date[]),
                CAST(:reasons AS text[]), CAST(:events AS uuid[]), CAST(:ats AS timestamptz[]))
         AS given (worker_id, programme_id, ended_on, reason, event_id, at)
    WHERE covers.worker_id = given.worker_id AND covers.programme_id = given.programme_id
      AND covers.ended_on IS NULL""")


async def _end(session: AsyncSession, ends: Sequence[_End]) -> None:
    """End the covers that run; a member who was never covered has none, and that is right."""
    workers: list[UUID] = [end.event.worker_id for end in ends]
    await session.execute(
        _END,
        {
            "workers": workers,
            "programmes": [end.event.programme_id for end in ends],
            "days": [end.ended_on for end in ends],
            "reasons": [end.reason for end in ends],
            "events": [end.event.event_id for end in ends],
            "ats": [end.event.occurred_at for end in ends],
        },
    )
