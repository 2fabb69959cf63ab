"""Workers and their places in programmes; corrections; reviews."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.state.tables import add_to_rows, insert_rows, update_rows
from contracts.enrollment import (
    AccountLinked,
    MembershipRenewed,
    ReviewDecided,
    ReviewRaised,
    WorkerAmended,
    WorkerEnrolled,
    WorkerReplaced,
)
from services.enrollment.models import Amendment, Commitment, Membership, Review, Worker
from services.enrollment.projections.registered import COMMITMENT, MEMBERSHIP, projections
from services.enrollment.rules.months import months_between
from services.enrollment.rules.places import district_of, region_of


@projections.applies(WorkerEnrolled)
async def workers_enrolled(session: AsyncSession, events: Sequence[WorkerEnrolled]) -> None:
    """A person, a place in the programme, and the promise on the region's account."""
    await insert_rows(
        session,
        Worker,
        [
            {
                "worker_id": e.worker_id,
                "roster_id": e.roster_id,
                "village_code": e.village_code,
                "has_ktp": e.has_ktp,
                "has_kk": e.has_kk,
                "identity": e.identity.model_dump_json(),
                "warnings": list(e.warnings),
                "enrolled_at": e.occurred_at,
            }
            for e in events
        ],
    )
    await _take_places(session, events)


@projections.applies(MembershipRenewed)
async def memberships_renewed(session: AsyncSession, events: Sequence[MembershipRenewed]) -> None:
    """Another place for a person who is known."""
    await _take_places(session, events)


async def _take_places(
    session: AsyncSession, events: Sequence[WorkerEnrolled | MembershipRenewed]
) -> None:
    await insert_rows(
        session,
        Membership,
        [
            {
                "worker_id": e.worker_id,
                "programme_id": e.programme_id,
                "region_code": region_of(e.village_code),
                "district_code": district_of(e.village_code),
                "village_code": e.village_code,
                "first_month": e.first_month,
                "last_month": e.last_month,
                "reserved": e.reserved,
                "month_amount": e.reserved // max(1, months_between(e.first_month, e.last_month)),
                "enrolled_at": e.occurred_at,
            }
            for e in events
        ],
    )
    promised = (
        {
            "programme_id": e.programme_id,
            "region_code": region_of(e.village_code),
            "heads": 1,
            "reserved": e.reserved,
        }
        for e in events
    )
    await commit_to(session, promised)


async def commit_to(session: AsyncSession, changes: Iterable[Mapping[str, Any]]) -> None:
    """Add heads and rupiah, which may be below zero, to what was promised in each region."""
    await add_to_rows(session, Commitment, list(changes), keys=COMMITMENT)


@projections.applies(WorkerAmended)
async def workers_amended(session: AsyncSession, events: Sequence[WorkerAmended]) -> None:
    """The corrected record, and the one before it in the history."""
    workers = [
        {
            "worker_id": e.worker_id,
            "village_code": e.village_code,
            "has_ktp": e.has_ktp,
            "has_kk": e.has_kk,
            "identity": e.after.model_dump_json(),
        }
        for e in events
    ]
    await update_rows(session, Worker, workers, keys=("worker_id",))
    moved = {e.worker_id: e.village_code for e in events if "kode_wilayah" in e.fields}
    await _move(session, moved)
    history = [
        {
            "event_id": e.event_id,
            "worker_id": e.worker_id,
            "request_id": e.request_id,
            "fields": list(e.fields),
            "village_before": e.village_before,
            "village_code": e.village_code,
            "has_ktp": e.has_ktp,
            "has_kk": e.has_kk,
            "before": e.before.model_dump_json(),
            "after": e.after.model_dump_json(),
            "amended_by": e.amended_by,
            "amended_at": e.occurred_at,
        }
        for e in events
    ]
    await insert_rows(session, Amendment, history)


async def _move(session: AsyncSession, villages: Mapping[Any, str]) -> None:
    """A member who moved is billed where he lives; his place stays with the region that gave it."""
    found = await session.execute(
        select(Membership.worker_id, Membership.programme_id).where(
            col(Membership.worker_id).in_(villages), col(Membership.ended_on).is_(None)
        )
    )
    rows = [
        {
            "worker_id": worker_id,
            "programme_id": programme_id,
            "district_code": district_of(villages[worker_id]),
            "village_code": villages[worker_id],
        }
        for worker_id, programme_id in found.all()
    ]
    await update_rows(session, Membership, rows, keys=MEMBERSHIP)


@projections.applies(WorkerReplaced)
async def workers_replaced(session: AsyncSession, events: Sequence[WorkerReplaced]) -> None:
    """The place of who left is somebody else's."""
    rows = [
        {
            "worker_id": e.worker_id,
            "programme_id": e.programme_id,
            "replaced_by": e.replaced_by,
        }
        for e in events
    ]
    await update_rows(session, Membership, rows, keys=MEMBERSHIP)


@projections.applies(AccountLinked)
async def accounts_linked(session: AsyncSession, events: Sequence[AccountLinked]) -> None:
    """The member's account is known."""
    rows = [{"worker_id": e.worker_id, "account_id": e.account_id} for e in events]
    await update_rows(session, Worker, rows, keys=("worker_id",))


@projections.applies(ReviewRaised)
async def reviews_raised(session: AsyncSession, events: Sequence[ReviewRaised]) -> None:
    """Something to look at."""
    await insert_rows(
        session,
        Review,
        [
            {
                "review_id": e.review_id,
                "worker_id": e.worker_id,
                "village_code": e.village_code,
                "kind": e.kind,
                "other_worker_id": e.other_worker_id,
                "raised_at": e.occurred_at,
            }
            for e in events
        ],
    )


@projections.applies(ReviewDecided)
async def reviews_decided(session: AsyncSession, events: Sequence[ReviewDecided]) -> None:
    """Somebody looked."""
    rows = [
        {
            "review_id": e.review_id,
            "decided_at": e.occurred_at,
            "decided_by": e.decided_by,
            "outcome": e.outcome,
            "reason": e.reason,
        }
        for e in events
    ]
    await update_rows(session, Review, rows, keys=("review_id",))
