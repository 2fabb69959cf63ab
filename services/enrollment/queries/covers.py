"""What is known of covers and member numbers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from services.enrollment.models import NumberRange
from services.enrollment.rules.cover import Ending, Unactivated
from services.enrollment.rules.kpj import FIRST_RANGE, KpjRange, KpjRanges, written

_UNACTIVATED = text("""
    SELECT membership.worker_id, membership.programme_id, membership.village_code, worker.kpj,
           (SELECT covers.covered_from FROM covers
            WHERE covers.worker_id = membership.worker_id AND covers.ended_on IS NULL
            ORDER BY covers.covered_from DESC LIMIT 1) AS continues
    FROM memberships membership JOIN workers worker USING (worker_id)
    WHERE membership.worker_id = ANY(CAST(:workers AS uuid[]))
      AND membership.covered_from IS NULL AND membership.ended_on IS NULL
      AND EXISTS (SELECT FROM contributions
                  WHERE contributions.worker_id = membership.worker_id
                    AND contributions.programme_id = membership.programme_id
                    AND contributions.paid_at IS NOT NULL)
    ORDER BY membership.worker_id""")


async def unactivated(session: AsyncSession, worker_ids: Sequence[UUID]) -> list[Unactivated]:
    """Those of these members who have paid a month and have no cover yet. The dead get none, when
    the payment arrives after the death was verified."""
    if not worker_ids:
        return []
    found = await session.execute(_UNACTIVATED, {"workers": list(worker_ids)})
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


_GOING_ON = text("""
    SELECT membership.worker_id, membership.programme_id, membership.region_code,
           membership.reserved,
           coalesce((SELECT sum(amount) FROM contributions
                     WHERE contributions.worker_id = membership.worker_id
                       AND contributions.programme_id = membership.programme_id
                       AND contributions.payer <> 'self'), 0)::bigint AS billed
    FROM memberships membership
    WHERE membership.worker_id = ANY(CAST(:workers AS uuid[])) AND membership.ended_on IS NULL
    ORDER BY membership.worker_id, membership.programme_id""")


async def going_on(session: AsyncSession, worker_ids: Sequence[UUID]) -> list[Ending]:
    """The memberships of these workers that have not ended, and what was billed for each."""
    found = await session.execute(_GOING_ON, {"workers": list(worker_ids)})
    return [Ending(**row) for row in found.mappings()]
