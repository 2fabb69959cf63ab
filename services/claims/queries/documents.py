"""The papers of a claim."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.claims.models import Claim, Document, Member
from services.claims.rules.documents import KnownDocument


class Stored(NamedTuple):
    """A scan, and where the member of its claim lived."""

    sha256: str
    media_type: str | None
    village_code: str


async def current(session: AsyncSession, claim_id: UUID) -> list[KnownDocument]:
    """The documents of a claim that no newer one has replaced, in the order they came."""
    statement = (
        select(
            col(Document.document_id),
            col(Document.kind),
            col(Document.sha256),
            col(Document.size),
            col(Document.is_good),
        )
        .where(col(Document.claim_id) == claim_id, col(Document.replaced_by).is_(None))
        .order_by(col(Document.attached_at), col(Document.document_id))
    )
    return [KnownDocument(*row) for row in await session.execute(statement)]


async def scans(session: AsyncSession, claim_id: UUID) -> list[Stored]:
    """The scans of a claim that no newer one has replaced."""
    statement = _STORED.where(
        col(Document.claim_id) == claim_id, col(Document.replaced_by).is_(None)
    )
    return [Stored(*row) for row in await session.execute(statement)]


async def stored(session: AsyncSession, claim_id: UUID, document_id: UUID) -> Stored | None:
    """The scan of a document, also of one that was replaced."""
    statement = _STORED.where(
        col(Document.claim_id) == claim_id, col(Document.document_id) == document_id
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else Stored(*row)


_STORED = (
    select(col(Document.sha256), col(Document.media_type), col(Member.village_code))
    .join(Claim, col(Claim.claim_id) == Document.claim_id)
    .join(Member, col(Member.worker_id) == Claim.worker_id)
)
