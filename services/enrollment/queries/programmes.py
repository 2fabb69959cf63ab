"""What is known of programmes, their promises and their figures."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.state.area_filters import within
from contracts.enrollment import Payer
from contracts.types import ProgrammeId
from services.enrollment.models import (
    Commitment,
    Programme,
    Quota,
)
from services.enrollment.rules.contributions import BillingTerms
from services.enrollment.rules.programmes import Capacity


async def programme(session: AsyncSession, programme_id: UUID) -> Programme | None:
    """The programme."""
    return await session.get(Programme, programme_id)


async def programmes_of(session: AsyncSession, *, province_code: str) -> Sequence[Programme]:
    """The programmes of a province, the latest first."""
    statement = select(Programme).where(Programme.province_code == province_code)
    return (await session.scalars(statement.order_by(col(Programme.opened_at).desc()))).all()


async def programme_locked(session: AsyncSession, programme_id: UUID) -> Programme | None:
    """The programme, locked: whoever decides about its money or its places holds this."""
    statement = select(Programme).where(Programme.programme_id == programme_id).with_for_update()
    return await session.scalar(statement)


async def capacity(session: AsyncSession, programme_id: UUID) -> Capacity:
    """What the programme still carries. To decide by it, hold the programme's lock."""
    held = await session.get_one(Programme, programme_id)
    of_programme = col(Commitment.programme_id) == programme_id
    reserved = await session.scalar(select(func.sum(Commitment.reserved)).where(of_programme))
    members = await members_by_region(session, programme_id)
    quotas = await session.execute(
        select(Quota.region_code, Quota.heads).where(Quota.programme_id == programme_id)
    )
    return Capacity(
        first_month=held.first_month,
        last_month=held.last_month,
        places={region: heads - members.get(region, 0) for region, heads in quotas.all()},
        money=held.ceiling - int(reserved or 0),
        month=held.jkk + held.jkm,
        closed=held.closed_at is not None,
    )


async def members_by_region(session: AsyncSession, programme_id: UUID) -> dict[str, int]:
    """How many members each kabupaten or kota has."""
    rows = await session.execute(
        select(Commitment.region_code, Commitment.heads).where(
            Commitment.programme_id == programme_id
        )
    )
    return dict(rows.all())


async def billing_terms(session: AsyncSession, programme_id: UUID) -> BillingTerms | None:
    """What billing needs to know of a programme."""
    held = await session.get(Programme, programme_id)
    if held is None:
        return None
    return BillingTerms(
        programme_id=ProgrammeId(held.programme_id),
        first_month=held.first_month,
        last_month=held.last_month,
        contribution=held.jkk + held.jkm,
        payer=cast("Payer", held.payer),
    )


_FIGURES = text(f"""
    SELECT count(*) AS enrolled, count(covered_from) AS activated,
           count(*) FILTER (WHERE ended_on IS NULL AND lapsed_on IS NULL
                            AND covered_from IS NOT NULL) AS covered,
           count(*) FILTER (WHERE lapsed_on IS NOT NULL AND ended_on IS NULL) AS lapsed,
           count(*) FILTER (WHERE ended_on IS NOT NULL) AS ended,
           count(*) FILTER (WHERE arrears_months > 0 AND ended_on IS NULL) AS in_arrears,
           count(cards.printed) AS cards_printed, count(cards.delivered) AS cards_delivered,
           count(worker.account_id) AS accounts_linked,
           coalesce(sum(months.billed), 0) AS months_billed,
           coalesce(sum(months.paid), 0) AS months_paid,
           coalesce(sum(months.amount_paid), 0) AS amount_paid,
           coalesce(sum(reserved), 0) AS promised_by_members
    FROM memberships JOIN workers worker USING (worker_id)
    LEFT JOIN LATERAL (
        SELECT min(printed_at) AS printed, min(delivered_at) AS delivered FROM cards
        WHERE cards.worker_id = memberships.worker_id
          AND cards.programme_id = memberships.programme_id) AS cards ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS billed, count(paid_at) AS paid,
               sum(amount) FILTER (WHERE paid_at IS NOT NULL) AS amount_paid
        FROM contributions
        WHERE contributions.worker_id = memberships.worker_id
          AND contributions.programme_id = memberships.programme_id
          AND contributions.payer <> 'self') AS months ON true
    WHERE memberships.programme_id = :programme_id
      AND {within("memberships.village_code")}""")  # noqa: S608  (no value is in it)


async def figures(session: AsyncSession, programme_id: UUID, *, area: str) -> dict[str, int]:
    """Members, cards and months of a programme in an area. What members paid themselves, after it
    or after a lapse, is not the programme's: nothing was reserved for it."""
    found = await session.execute(_FIGURES, {"programme_id": programme_id, "area": area})
    return dict(found.mappings().one())


_PROMISED = text(f"""
    SELECT coalesce((SELECT sum(reserved) FROM commitments WHERE programme_id = :programme_id
                     AND {within("region_code")}), 0) AS reserved,
           coalesce((SELECT sum(heads) FROM commitments WHERE programme_id = :programme_id
                     AND {within("region_code")}), 0) AS heads,
           coalesce((SELECT sum(heads) FROM quotas WHERE programme_id = :programme_id
                     AND {within("region_code")}), 0) AS quota""")  # noqa: S608  (no value is in it)


async def promised(session: AsyncSession, programme_id: UUID, *, area: str) -> dict[str, int]:
    """Rupiah reserved and places taken in the regions of an area, and what the quotas allow."""
    found = await session.execute(_PROMISED, {"programme_id": programme_id, "area": area})
    return {name: int(value) for name, value in found.mappings().one().items()}
