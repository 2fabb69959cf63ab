"""What people are shown of claims."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, or_, select

from services.claims.models import ApprovedLine, Claim, Document, Heir, Member, Payout


async def claim(session: AsyncSession, claim_id: UUID) -> Row[Claim, Member] | None:
    """A claim and the member who died."""
    statement = select(Claim, Member).join(Member, col(Member.worker_id) == Claim.worker_id)
    return (await session.execute(statement.where(Claim.claim_id == claim_id))).one_or_none()


async def claims(
    session: AsyncSession, *, state: str, area: str, rows_max: int
) -> Sequence[Row[Claim, Member]]:
    """The claims of an area in a state, those filed first at the head."""
    statement = (
        select(Claim, Member)
        .join(Member, col(Member.worker_id) == Claim.worker_id)
        .where(
            Claim.state == state,
            or_(Member.village_code == area, col(Member.village_code).startswith(f"{area}.")),
        )
        .order_by(col(Claim.filed_at), col(Claim.claim_id))
    )
    return (await session.execute(statement.limit(rows_max))).all()


async def documents(session: AsyncSession, claim_ids: Sequence[UUID]) -> Sequence[Document]:
    """The documents of these claims, those attached first at the head."""
    statement = select(Document).where(col(Document.claim_id).in_(claim_ids))
    statement = statement.order_by(col(Document.attached_at), col(Document.document_id))
    return (await session.scalars(statement)).all()


async def heirs(session: AsyncSession, claim_id: UUID) -> Sequence[Heir]:
    """The parties of a claim."""
    statement = select(Heir).where(Heir.claim_id == claim_id)
    return (await session.scalars(statement.order_by(col(Heir.party_id)))).all()


async def lines(session: AsyncSession, claim_id: UUID) -> Sequence[ApprovedLine]:
    """The approved lines of a claim."""
    statement = select(ApprovedLine).where(ApprovedLine.claim_id == claim_id)
    return (await session.scalars(statement.order_by(col(ApprovedLine.benefit)))).all()


async def payouts(session: AsyncSession, claim_id: UUID) -> Sequence[Payout]:
    """How the attempts to pay a claim ended, the latest last."""
    statement = select(Payout).where(Payout.claim_id == claim_id)
    return (await session.scalars(statement.order_by(col(Payout.ended_at)))).all()


_FIGURES = text("""
    SELECT count(*) AS claims_filed, count(verified_at) AS verified,
           count(explanation) AS approved, count(rejection) AS rejected,
           count(paid_at) AS paid,
           count(paid_at) FILTER (WHERE claim_id IN (
               SELECT claim_id FROM approved_lines WHERE benefit = 'lump-sum')) AS paid_full,
           coalesce(sum(amount_paid), 0)::bigint AS amount_paid
    FROM claims JOIN members USING (worker_id)
    WHERE village_code = :area OR village_code LIKE :area || '.%'""")
_BY_BENEFIT = text("""
    SELECT benefit, sum(amount)::bigint
    FROM claims JOIN approved_lines USING (claim_id) JOIN members USING (worker_id)
    WHERE paid_at IS NOT NULL AND (village_code = :area OR village_code LIKE :area || '.%')
    GROUP BY benefit ORDER BY benefit""")


async def figures(session: AsyncSession, *, area: str) -> dict[str, int]:
    """Claims of an area that ever came to each state, and the rupiah paid."""
    found = await session.execute(_FIGURES, {"area": area})
    return dict(found.mappings().one())


async def paid_by_benefit(session: AsyncSession, *, area: str) -> dict[str, int]:
    """The rupiah of the claims paid in an area, by line."""
    found = await session.execute(_BY_BENEFIT, {"area": area})
    return dict(found.all())
