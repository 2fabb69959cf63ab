"""The papers of a claim."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.statements import Statement
from services.claims.rules.documents import KnownDocument

DOCUMENT = ", ".join(KnownDocument._fields)
_CURRENT = Statement(
    f"SELECT claim_id, {DOCUMENT} FROM documents "  # noqa: S608  (names of fields)
    "WHERE claim_id = ANY(CAST(:claim_ids AS uuid[])) AND replaced_by IS NULL "
    "ORDER BY attached_at, document_id"
)
_STORED = """
    SELECT sha256, media_type, village_code, claim_id
    FROM documents JOIN claims USING (claim_id) JOIN members USING (worker_id)"""
_SCANS = Statement(
    f"{_STORED} WHERE claim_id = ANY(CAST(:claim_ids AS uuid[])) AND replaced_by IS NULL"
)
_SCAN = Statement(f"{_STORED} WHERE claim_id = :claim_id AND document_id = :document_id")


class Stored(NamedTuple):
    """A scan, and where the member of its claim lived."""

    sha256: str
    media_type: str | None
    village_code: str


async def current(
    session: AsyncSession, claim_ids: Sequence[UUID]
) -> dict[UUID, list[KnownDocument]]:
    """The documents of each claim that no newer one has replaced, in the order they came."""
    found: dict[UUID, list[KnownDocument]] = defaultdict(list)
    for claim_id, *document in await _CURRENT.rows(session, claim_ids=list(claim_ids)):
        found[claim_id].append(KnownDocument(*document))
    return found


async def scans(session: AsyncSession, claim_ids: Sequence[UUID]) -> dict[UUID, list[Stored]]:
    """The scans of each claim that no newer one has replaced."""
    found: dict[UUID, list[Stored]] = defaultdict(list)
    for *scan, claim_id in await _SCANS.rows(session, claim_ids=list(claim_ids)):
        found[claim_id].append(Stored(*scan))
    return found


async def stored(session: AsyncSession, claim_id: UUID, document_id: UUID) -> Stored | None:
    """The scan of a document, also of one that was replaced."""
    rows = await _SCAN.rows(session, claim_id=claim_id, document_id=document_id)
    return Stored(*rows[0][:-1]) if rows else None
