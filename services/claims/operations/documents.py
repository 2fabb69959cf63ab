"""Take in scans, check papers, show a scan."""

from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit, Units
from chassis.web.access import Caller
from contracts.event import Cause
from services.claims.adapters import Tools
from services.claims.operations.held import held_claim
from services.claims.queries import documents as queries
from services.claims.rules import documents as rules
from services.claims.rules.documents import DocumentUnknown, Finding, Paper


class Attached(BaseModel):
    """The document that was attached."""

    document_id: UUID
    sha256: str
    size: int
    """Bytes of the scan."""


class Checked(BaseModel):
    """What was said of a document."""

    document_id: UUID
    is_good: bool


@dataclass(frozen=True)
class Scan:
    """A scan as it is kept."""

    content: bytes
    media_type: str


async def attach_document(
    unit: Unit, claim_id: UUID, paper: Paper, *, by: Caller, cause: Cause
) -> Attached:
    """Attach a paper whose scan is stored. The same scan of the same kind again is the same
    document.

    Raises: ClaimUnknown, OutsideArea, and what `rules.documents.attach_document` refuses.
    """
    claim = await held_claim(unit, claim_id, by=by)
    known = await unit.ask(queries.current, claim_id) or []
    same = rules.same_scan(paper, known)
    if same is not None:
        return Attached(document_id=same.document_id, sha256=same.sha256, size=paper.size)
    attached = rules.attach_document(
        claim, paper, known=known, cause=cause, officer=by.name, now=unit.now
    )
    await unit.record([attached])
    return Attached(document_id=attached.document_id, sha256=paper.sha256, size=paper.size)


async def check_document(
    unit: Unit, claim_id: UUID, document_id: UUID, finding: Finding, *, by: Caller, cause: Cause
) -> Checked:
    """Say whether the original is good. Raises: ClaimUnknown, OutsideArea, DocumentUnknown,
    FaultMissing."""
    claim = await held_claim(unit, claim_id, by=by)
    known = await unit.ask(queries.current, claim_id) or []
    document = next((each for each in known if each.document_id == document_id), None)
    if document is None:
        raise DocumentUnknown("the claim has no such document that counts: see the claim")
    checked = rules.check_document(
        claim, document, finding, cause=cause, officer=by.name, now=unit.now
    )
    await unit.record([checked])
    return Checked(document_id=document_id, is_good=finding.is_good)


async def intact_scans(units: Units, claim_id: UUID, *, tools: Tools, by: Caller) -> frozenset[str]:
    """The digests of those scans of a claim that are what was handed in, by reading each; of a
    claim that is not the caller's, none. For those who hold the claim next: they read the rest."""
    scans = await units.readings.ask(queries.scans, claim_id, area=by.area) or []
    digests = [each.sha256 for each in scans if by.covers(each.village_code)]
    return await tools.blobs.intact(digests)


async def scan(
    session: AsyncSession, claim_id: UUID, document_id: UUID, *, tools: Tools, by: Caller
) -> Scan:
    """The scan of a document. Raises: DocumentUnknown, OutsideArea, BlobMissing, BlobDamaged."""
    stored = await queries.stored(session, claim_id, document_id)
    if stored is None:
        raise DocumentUnknown("the claim has no such document: see the claim")
    by.check_area(stored.village_code)
    content = await tools.blobs.get(stored.sha256)
    return Scan(content, stored.media_type or "application/octet-stream")
