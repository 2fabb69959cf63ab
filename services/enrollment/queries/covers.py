"""What is known of covers and member numbers."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from chassis.state.area_filters import within
from contracts.types import ProgrammeId, WorkerId
from services.enrollment.models import NumberRange
from services.enrollment.rules.cover import Ending, Held, Unactivated
from services.enrollment.rules.evidence import PaidMonth, Promise, Ran, Record
from services.enrollment.rules.kpj import FIRST_RANGE, KpjRange, KpjRanges, written
from services.enrollment.rules.restoring import EndedForDeath

_WAITING = """
    SELECT membership.worker_id, membership.programme_id, membership.village_code, worker.kpj,
           (SELECT covers.covered_from FROM covers
            WHERE covers.worker_id = membership.worker_id AND covers.ended_on IS NULL
            ORDER BY covers.covered_from DESC LIMIT 1) AS continues,
           first_paid.event_id AS paid_by
    FROM memberships membership JOIN workers worker USING (worker_id)
    CROSS JOIN LATERAL (
        SELECT paid_by_event AS event_id FROM contributions
        WHERE contributions.worker_id = membership.worker_id
          AND contributions.programme_id = membership.programme_id
          AND contributions.paid_at IS NOT NULL
        ORDER BY paid_at, month LIMIT 1) AS first_paid
    WHERE membership.covered_from IS NULL AND membership.ended_on IS NULL AND %s
    ORDER BY membership.worker_id, membership.programme_id"""
_UNACTIVATED = text(_WAITING % "membership.worker_id = ANY(CAST(:workers AS uuid[]))")
_SERVED = text(
    _WAITING
    % f"""(worker.kpj IS NOT NULL OR EXISTS (
        SELECT FROM unnest(CAST(:areas AS text[])) AS area
        WHERE {within("membership.village_code", "area")}))"""
    + " LIMIT :rows_max"
)


async def unactivated(session: AsyncSession, worker_ids: Sequence[UUID]) -> list[Unactivated]:
    """Those of these members who have paid a month and have no cover yet. The dead get none, when
    the payment arrives after the death was verified."""
    if not worker_ids:
        return []
    found = await session.execute(_UNACTIVATED, {"workers": list(worker_ids)})
    return [Unactivated._make(row) for row in found]


async def waiting_for_number(
    session: AsyncSession, *, areas: Sequence[str], rows_max: int
) -> list[Unactivated]:
    """Members who have paid a month and have no cover yet, of those whom these areas' ranges serve
    or who have a number."""
    found = await session.execute(_SERVED, {"areas": list(areas), "rows_max": rows_max})
    return [Unactivated._make(row) for row in found]


_GIVEN = text("SELECT max(kpj) FROM workers WHERE kpj BETWEEN :first AND :last")


async def kpj_ranges(session: AsyncSession) -> KpjRanges:
    """The ranges that offices own, and how far each was given. To give, be the one writer."""
    granted = await session.execute(select(NumberRange.area, NumberRange.first, NumberRange.last))
    ranges = [KpjRange(area, int(first), int(last)) for area, first, last in granted.all()]
    ranges = sorted([*ranges, FIRST_RANGE], key=lambda each: (-len(each.area), each.first))
    given: dict[KpjRange, int] = {}
    for each in ranges:
        highest = await session.scalar(
            _GIVEN, {"first": written(each.first), "last": written(each.last)}
        )
        if highest is not None:
            given[each] = int(highest)
    return KpjRanges(tuple(ranges), given)


async def granted_ranges(session: AsyncSession) -> Sequence[NumberRange]:
    """The ranges that offices were granted."""
    return (await session.scalars(select(NumberRange))).all()


_BILLED = """
    coalesce((SELECT sum(amount) FROM contributions
              WHERE contributions.worker_id = membership.worker_id
                AND contributions.programme_id = membership.programme_id
                AND contributions.payer <> 'self'), 0)::bigint AS billed"""
"""Of what was reserved: what a member paid himself never was."""
_GOING_ON = text(f"""
    SELECT membership.worker_id, membership.programme_id, membership.region_code,
           membership.reserved, {_BILLED}
    FROM memberships membership
    WHERE membership.worker_id = ANY(CAST(:workers AS uuid[])) AND membership.ended_on IS NULL
    ORDER BY membership.worker_id, membership.programme_id""")  # noqa: S608  (made of our own text)


async def going_on(session: AsyncSession, worker_ids: Sequence[UUID]) -> list[Ending]:
    """The memberships of these workers that have not ended, and what was billed for each."""
    found = await session.execute(_GOING_ON, {"workers": list(worker_ids)})
    return [Ending(**row) for row in found.mappings()]


_ENDED_FOR = text("""
    SELECT worker_id, programme_id, region_code, end_claim_id, end_released
    FROM memberships
    WHERE end_claim_id = ANY(CAST(:claims AS uuid[])) AND end_reason = 'death'
    ORDER BY worker_id, programme_id""")


async def ended_for(session: AsyncSession, claim_ids: Sequence[UUID]) -> list[EndedForDeath]:
    """The memberships that ended because of these claims."""
    found = await session.execute(_ENDED_FOR, {"claims": list(claim_ids)})
    return [EndedForDeath._make(row) for row in found]


_HELD = text(f"""
    SELECT membership.region_code, membership.reserved, membership.village_code, worker.kpj,
           membership.enrolled_at, membership.ended_on, {_BILLED}
    FROM memberships membership JOIN workers worker USING (worker_id)
    WHERE membership.worker_id = :worker_id AND membership.programme_id = :programme_id""")  # noqa: S608


async def held_membership(
    session: AsyncSession, worker_id: UUID, programme_id: UUID
) -> Held | None:
    """A membership that somebody wants to end. To decide, be the one writer."""
    found = await session.execute(_HELD, {"worker_id": worker_id, "programme_id": programme_id})
    row = found.one_or_none()
    if row is None:
        return None
    return Held(
        ending=Ending(
            WorkerId(worker_id), ProgrammeId(programme_id), row.region_code, row.reserved,
            row.billed,
        ),
        village_code=row.village_code,
        kpj=row.kpj,
        enrolled_at=row.enrolled_at,
        ended_on=row.ended_on,
    )  # fmt: skip


_FREE_PLACES = text("""
    SELECT worker_id, region_code, district_code, village_code, end_reason AS reason,
           ended_on AS since,
           EXISTS (SELECT FROM staged_roster JOIN rosters USING (roster_id)
                   WHERE staged_roster.replaces = memberships.worker_id
                     AND rosters.programme_id = memberships.programme_id
                     AND rosters.processed_at IS NULL AND rosters.approved IS NOT FALSE)
             AS proposed
    FROM memberships
    WHERE programme_id = :programme_id AND ended_on IS NOT NULL AND replaced_by IS NULL
      AND (CAST(:after AS uuid) IS NULL OR (ended_on, worker_id) >
           (SELECT last.ended_on, last.worker_id FROM memberships last
            WHERE last.worker_id = :after AND last.programme_id = :programme_id))
    ORDER BY ended_on, worker_id LIMIT :limit""")


async def free_places(
    session: AsyncSession, programme_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Places that somebody left and nobody was named for, the oldest first."""
    bound = {"programme_id": programme_id, "after": after, "limit": limit}
    return (await session.execute(_FREE_PLACES, bound)).mappings().all()


_NUMBERS = text("""
    SELECT worker_id, kpj FROM workers
    WHERE worker_id = ANY(CAST(:workers AS uuid[])) OR kpj = ANY(CAST(:kpjs AS text[]))""")


async def numbers_of(
    session: AsyncSession, *, worker_ids: Collection[UUID] = (), kpjs: Collection[str] = ()
) -> dict[UUID, str | None]:
    """Those of these workers, by id or by member number, whom the session sees; with the number."""
    bound = {"workers": list(worker_ids), "kpjs": list(kpjs)}
    return dict((await session.execute(_NUMBERS, bound)).all())


_PROMISES = text("""
    SELECT worker_id, programme_id, first_month, last_month, enrolled_at, ended_on
    FROM memberships WHERE worker_id = ANY(CAST(:workers AS uuid[]))""")
_RAN = text("""
    SELECT worker_id, programme_id, covered_from, began_by, begun_at, reactivated, ended_on,
           end_reason, ended_by, ended_at
    FROM covers WHERE worker_id = ANY(CAST(:workers AS uuid[]))""")
_PAID = text("""
    SELECT worker_id, array_agg(month), array_agg(paid_at), array_agg(paid_by_event),
           array_agg(payer)
    FROM contributions WHERE worker_id = ANY(CAST(:workers AS uuid[])) AND paid_at IS NOT NULL
    GROUP BY worker_id""")


async def records(session: AsyncSession, worker_ids: Sequence[UUID]) -> dict[UUID, Record]:
    """All that is recorded of the covers of each of these workers: three statements for all."""
    bound = {"workers": list(worker_ids)}
    promises: dict[UUID, list[Promise]] = {each: [] for each in worker_ids}
    for worker_id, *promise in await session.execute(_PROMISES, bound):
        promises[worker_id].append(Promise._make(promise))
    ran: dict[UUID, list[Ran]] = {}
    for worker_id, *cover in await session.execute(_RAN, bound):
        ran.setdefault(worker_id, []).append(Ran._make(cover))
    paid = {
        worker_id: tuple(map(PaidMonth._make, zip(*months, strict=True)))
        for worker_id, *months in await session.execute(_PAID, bound)
    }
    return {
        worker_id: Record(
            tuple(promises[worker_id]),
            tuple(ran.get(worker_id, ())),
            paid.get(worker_id, ()),
        )
        for worker_id in worker_ids
    }
