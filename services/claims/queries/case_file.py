"""The papers and the parties of a claim, which are read together wherever it goes on."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.statements import Statement
from services.claims.queries.documents import DOCUMENT
from services.claims.queries.heirs import PARTY, RegisteredParty
from services.claims.rules.documents import KnownDocument
from services.claims.rules.filing import CaseFile

# One question for both: a question costs its way to the database and back, not its rows.
_CASE_FILES = Statement(f"""
    SELECT asked.claim_id,
        ARRAY(SELECT ROW({DOCUMENT}) FROM documents
              WHERE documents.claim_id = asked.claim_id AND replaced_by IS NULL
              ORDER BY attached_at, document_id),
        ARRAY(SELECT ROW({PARTY}) FROM heirs
              WHERE heirs.claim_id = asked.claim_id AND struck_at IS NULL
              ORDER BY registered_at, party_id)
    FROM unnest(CAST(:claim_ids AS uuid[])) AS asked (claim_id)""")  # noqa: S608  (names of fields)


async def case_files(session: AsyncSession, claim_ids: Sequence[UUID]) -> dict[UUID, CaseFile]:
    """Of each claim the documents that no newer one has replaced, in the order they came, and the
    parties who are not struck, as they were registered."""
    return {
        claim_id: CaseFile(
            documents=[KnownDocument(*each) for each in documents],
            parties=[RegisteredParty(*each) for each in parties],
        )
        for claim_id, documents, parties in await _CASE_FILES.rows(
            session, claim_ids=list(claim_ids)
        )
    }
