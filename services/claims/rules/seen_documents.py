"""The papers of a claim at its approval: those that the verifier saw, unchanged, and no less."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from contracts.claims import HeirClass
from contracts.refusal import Refused
from services.claims.rules.checklist import may_override, missing_papers
from services.claims.rules.claims import HeldClaim
from services.claims.rules.documents import KnownDocument


class DocumentChanged(Refused):
    """A paper is not the one that the verifier saw."""

    slug, status, retryable = "document-changed", 409, False


class PaymentPapersMissing(Refused):
    """A paper is missing without which nothing is paid."""

    slug, status, retryable = "documents-missing", 409, False


def unchanged(claim: HeldClaim, documents: Sequence[KnownDocument]) -> list[KnownDocument]:
    """Of the papers that no newer one replaced, those that count at the approval: those the
    verifier saw, and later ones whose original an officer saw. Raises: DocumentChanged."""
    current = {each.document_id: each for each in documents}
    if claim.verified_documents is None:
        return [each for each in current.values() if each.is_good is not False]
    seen = {UUID(each["document_id"]): each["sha256"] for each in claim.verified_documents}
    _check_same(seen, current)
    return [each for each in current.values() if each.document_id in seen or each.is_good]


def check_payable(claim: HeldClaim, heir_class: HeirClass | None, present: Collection[str]) -> None:
    """Whether all papers are there without which nothing is paid, but those that the verifier let
    be missing with a reason, as the checklist allows. Raises: PaymentPapersMissing."""
    missing = missing_papers(claim.kind, heir_class, present, for_="pay")
    allowed = may_override(claim.kind, heir_class, present) if claim.override is not None else ()
    left = [paper for paper in missing if paper not in allowed]
    if left:
        raise PaymentPapersMissing(
            f"without {', '.join(left)} nothing is paid: attach it and have the original checked, "
            "or lodge why the claim goes on without it at the verification"
        )


def _check_same(seen: Mapping[UUID, str], current: Mapping[UUID, KnownDocument]) -> None:
    for document_id, digest in seen.items():
        document = current.get(document_id)
        if document is None or document.sha256 != digest or document.is_good is False:
            raise DocumentChanged(
                f"the document {document_id} was replaced, changed or found bad after the "
                "verification: tell the auditor; reject the claim, and file it anew with the "
                "right papers"
            )
