"""The papers of a claim."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.statements import Statement
from services.claims.rules.documents import KnownDocument

DOCUMENT = ", ".join(KnownDocument._fields)
CURRENT = """FROM documents
    WHERE claim_id = :claim_id AND replaced_by IS NULL ORDER BY attached_at, document_id"""
_CURRENT = Statement(f"SELECT {DOCUMENT} {CURRENT}")
_STORED = """
    SELECT sha256, media_type, village_code
    FROM documents JOIN claims USING (claim_id) JOIN members USING (worker_id)
    WHERE claim_id = :claim_id"""
_SCANS = Statement(f"{_STORED} AND replaced_by IS NULL")
_SCAN = Statement(f"{_STORED} AND document_id = :document_id")


class Stored(NamedTuple):
    """A scan, and where the member of its claim lived."""

    sha256: str
    media_type: str | None
    village_code: str


async def current(session: AsyncSession, claim_id: UUID) -> list[KnownDocument]:
    """The documents of a claim that no newer one has replaced, in the order they came."""
    return [KnownDocument(*row) for row in await _CURRENT.rows(session, claim_id=claim_id)]


async def scans(session: AsyncSession, claim_id: UUID) -> list[Stored]:
    """The scans of a claim that no newer one has replaced."""
    return [Stored(*row) for row in await _SCANS.rows(session, claim_id=claim_id)]


async def stored(session: AsyncSession, claim_id: UUID, document_id: UUID) -> Stored | None:
    """The scan of a document, also of one that was replaced."""
    rows = await _SCAN.rows(session, claim_id=claim_id, document_id=document_id)
    return Stored(*rows[0]) if rows else None
