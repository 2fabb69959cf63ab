"""The papers of a claim: which may be handed in when, and which of them count."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from chassis.local_time import local_day
from contracts.claims import DocumentAttached, DocumentChecked, DocumentKind
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from services.claims.rules.claims import HeldClaim

MediaType = Literal["application/pdf", "image/jpeg", "image/png"]
DOCUMENTS_MAX = 200
"""In one claim: many receipts of a long treatment, and no more."""
_SIGNATURES: tuple[tuple[bytes, MediaType], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
_ONE_OF_A_KIND: frozenset[DocumentKind] = frozenset({
    "application", "death-certificate", "village-death-letter", "heir-certificate", "member-card",
    "member-ktp", "family-card", "power-of-attorney", "will", "accident-report-1",
    "accident-report-2",
})  # fmt: skip
"""Of these the newest counts; of all others there may be several."""
_LATER: frozenset[DocumentKind] = frozenset({
    "death-certificate", "birth-certificate", "school-certificate", "bank-book", "arrears-receipt",
    "other",
})  # fmt: skip
"""What a family brings after the verification: the Akta that was still missing, a child's school, a
better account, paid arrears, what supports an appeal."""


class ScanEmpty(Refused):
    """Nothing was sent."""

    slug, status, retryable = "scan-empty", 422, False


class ScanTypeUnknown(Refused):
    """The scan is no PDF, JPEG or PNG, or is another of them than it was sent as."""

    slug, status, retryable = "scan-type-unknown", 415, False


class IssuedInFuture(Refused):
    """No paper bears a day that has not come."""

    slug, status, retryable = "issued-in-future", 422, False


class DocumentFaulty(Refused):
    """An officer who saw the original found it faulty."""

    slug, status, retryable = "document-faulty", 409, False


class DocumentVerified(Refused):
    """Papers that a verifier saw are not exchanged."""

    slug, status, retryable = "document-verified", 409, False


class DocumentUnknown(Refused):
    """The claim has no such document, or another has taken its place."""

    slug, status, retryable = "document-unknown", 404, False


class TooManyDocuments(Refused):
    """The claim has as many papers as one can have."""

    slug, status, retryable = "too-many-documents", 409, False


class FaultMissing(Refused):
    """Nobody says what is wrong with the paper."""

    slug, status, retryable = "fault-missing", 422, False


class Paper(NamedTuple):
    """A document as the clerk has it before them, its scan stored."""

    kind: DocumentKind
    issuer: str
    issued_on: date
    sha256: str
    media_type: MediaType
    size: int


class KnownDocument(NamedTuple):
    """A document of a claim that counts."""

    document_id: UUID
    kind: str
    sha256: str
    size: int | None
    is_good: bool | None


def media_type_of(content: bytes, *, declared: str) -> MediaType:
    """What a scan is by its own first bytes. Raises: ScanEmpty, ScanTypeUnknown."""
    if not content:
        raise ScanEmpty("send the scan as the body of the request")
    found = next((kind for start, kind in _SIGNATURES if content.startswith(start)), None)
    if found is None:
        raise ScanTypeUnknown("the scan is neither PDF nor JPEG nor PNG: scan the paper again")
    if declared.partition(";")[0].strip().lower() != found:
        raise ScanTypeUnknown(f"the scan is {found}: send it with this Content-Type")
    return found


def same_scan(paper: Paper, known: Sequence[KnownDocument]) -> KnownDocument | None:
    """The document of this kind with the very same scan, if it counts. Raises: DocumentFaulty."""
    for document in known:
        if (document.kind, document.sha256) == (paper.kind, paper.sha256):
            if document.is_good is False:
                raise DocumentFaulty("this very scan was found faulty: bring a better paper")
            return document
    return None


def attach_document(
    claim: HeldClaim,
    paper: Paper,
    *,
    known: Sequence[KnownDocument],
    cause: Cause,
    officer: str,
    now: datetime,
) -> DocumentAttached:
    """Attach a document; of kinds of which there is one, in the place of the one before it.

    `known` are those that count so far. After the verification only what comes later is taken in,
    and it takes the place of nothing that the verifier saw.
    Raises: ClaimInOtherState, IssuedInFuture, DocumentVerified, TooManyDocuments.
    """
    if paper.kind not in _LATER:
        claim.check_state("filed", "returned")
    if paper.issued_on > local_day(now):
        raise IssuedInFuture(f"today is {local_day(now)}: correct the day of issue")
    if len(known) >= DOCUMENTS_MAX:
        raise TooManyDocuments(f"a claim has at most {DOCUMENTS_MAX} documents: join some scans")
    before = [each.document_id for each in known if each.kind == paper.kind]
    replaced = before[-1] if before and paper.kind in _ONE_OF_A_KIND else None
    if replaced is not None and claim.state not in ("filed", "returned"):
        raise DocumentVerified(
            f"the {paper.kind} was seen at the verification: it stands; attach it as other"
        )
    return DocumentAttached(
        **cause.stamp("attach-document", at=now),
        **paper._asdict(),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        document_id=derived_id(cause.cause_id, "document"),
        attached_by=officer,
        replaces=replaced,
    )


class Finding(NamedTuple):
    """What an officer says who saw the original."""

    is_good: bool
    reason: str | None


def check_document(
    claim: HeldClaim,
    document: KnownDocument,
    finding: Finding,
    *,
    cause: Cause,
    officer: str,
    now: datetime,
) -> DocumentChecked:
    """An officer saw the original. Raises: FaultMissing."""
    if not finding.is_good and finding.reason is None:
        raise FaultMissing("say in `reason` what is wrong with the paper")
    return DocumentChecked(
        **cause.stamp("check-document", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        document_id=document.document_id,
        sha256=document.sha256,
        is_good=finding.is_good,
        reason=finding.reason,
        checked_by=officer,
    )
