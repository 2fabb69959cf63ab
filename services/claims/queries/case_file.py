"""The papers and the parties of a claim, which are read together wherever it goes on."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.statements import Statement
from services.claims.queries.documents import CURRENT, DOCUMENT
from services.claims.queries.heirs import PARTY, REGISTERED, RegisteredParty
from services.claims.rules.documents import KnownDocument
from services.claims.rules.filing import CaseFile

# One question for both: a question costs its way to the database and back, not its rows.
_CASE_FILE = Statement(
    f"SELECT ARRAY(SELECT ROW({DOCUMENT}) {CURRENT}), ARRAY(SELECT ROW({PARTY}) {REGISTERED})"
)


async def case_file(session: AsyncSession, claim_id: UUID) -> CaseFile:
    """The documents that no newer one has replaced, in the order they came, and the parties who are
    not struck, as they were registered."""
    documents, parties = (await _CASE_FILE.rows(session, claim_id=claim_id))[0]
    return CaseFile(
        documents=[KnownDocument(*each) for each in documents],
        parties=[RegisteredParty(*each) for each in parties],
    )
