"""What is known of programmes, their promises and their figures."""

from uuid import UUID

from sqlalchemy import func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.types import ProgrammeId
from services.enrollment.models import (
    Commitment,
    Programme,
    Quota,
)
from services.enrollment.rules.members import BillingTerms
from services.enrollment.rules.programmes import Capacity


async def programme(session: AsyncSession, programme_id: UUID) -> Programme | None:
    """The programme."""
    return await session.get(Programme, programme_id)


async def programme_locked(session: AsyncSession, programme_id: UUID) -> Programme | None:
    """The programme, locked: whoever decides about its money or its places holds this."""
    statement = select(Programme).where(Programme.programme_id == programme_id).with_for_update()
    return await session.scalar(statement)


async def capacity(session: AsyncSession, held: Programme, *, region_code: str) -> Capacity:
    """What the programme, which the caller has locked, still carries in a region."""
    of_programme = col(Commitment.programme_id) == held.programme_id
    reserved = await session.scalar(select(func.sum(Commitment.reserved)).where(of_programme))
    members = await session.get(Commitment, (held.programme_id, region_code))
    quota = await session.get(Quota, (held.programme_id, region_code))
    return Capacity(
        first_month=held.first_month,
        last_month=held.last_month,
        places=(quota.heads if quota else 0) - (members.heads if members else 0),
        money=held.ceiling - int(reserved or 0),
        month=held.jkk + held.jkm,
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
    )


_FIGURES = text("""
    SELECT count(*) AS enrolled, count(kpj) AS activated,
           count(*) FILTER (WHERE ended_on IS NULL AND kpj IS NOT NULL) AS covered,
           count(card_printed_at) AS cards_printed, count(card_delivered_at) AS cards_delivered,
           count(worker.account_id) AS accounts_linked,
           coalesce(sum(months.billed), 0) AS months_billed,
           coalesce(sum(months.paid), 0) AS months_paid,
           coalesce(sum(months.amount_paid), 0) AS amount_paid,
           coalesce(sum(CASE WHEN ended_on IS NULL THEN reserved ELSE months.amount_billed END), 0)
             AS promised_by_members
    FROM memberships JOIN workers worker USING (worker_id)
    LEFT JOIN LATERAL (
        SELECT count(*) AS billed, count(paid_at) AS paid,
               coalesce(sum(amount), 0) AS amount_billed,
               sum(amount) FILTER (WHERE paid_at IS NOT NULL) AS amount_paid
        FROM contributions
        WHERE contributions.worker_id = memberships.worker_id
          AND contributions.programme_id = memberships.programme_id) AS months ON true
    WHERE memberships.programme_id = :programme_id
      AND (village_code = :area OR village_code LIKE :area || '.%')""")


async def figures(session: AsyncSession, programme_id: UUID, *, area: str) -> dict[str, int]:
    """Members, cards and months of a programme in an area."""
    found = await session.execute(_FIGURES, {"programme_id": programme_id, "area": area})
    return dict(found.mappings().one())


_RESERVED = text(
    "SELECT sum(reserved) FROM commitments WHERE programme_id = :programme_id "
    "AND (region_code = :area OR region_code LIKE :area || '.%')"
)
_QUOTA = text(
    "SELECT sum(heads) FROM quotas WHERE programme_id = :programme_id "
    "AND (region_code = :area OR region_code LIKE :area || '.%')"
)


async def promised(session: AsyncSession, programme_id: UUID, *, area: str) -> dict[str, int]:
    """Rupiah reserved in the regions of an area, and the members there that the quotas allow."""
    names = {"programme_id": programme_id, "area": area}
    reserved = await session.scalar(_RESERVED, names)
    quota = await session.scalar(_QUOTA, names)
    return {"reserved": int(reserved or 0), "quota": int(quota or 0)}
