"""A claim from the report to the verification: returned, resubmitted, verified."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from contracts.claims import (
    ClaimResubmitted,
    ClaimReturned,
    ClaimVerified,
    DocumentKind,
    HeirClass,
    SeenDocument,
)
from contracts.event import Cause
from contracts.refusal import Refused
from services.claims.rules.assessments import AssessmentOutdated
from services.claims.rules.checklist import may_override, missing_papers, missing_receipts
from services.claims.rules.claims import HeldClaim
from services.claims.rules.documents import DocumentFaulty, KnownDocument
from services.claims.rules.families import check_complete, class_that_counts
from services.claims.rules.parties import Party
from services.claims.rules.shares import check_power, shares_of


class DocumentsMissing(Refused):
    """Papers are missing without which nobody can go on."""

    slug, status, retryable = "documents-missing", 409, False


class NoFuneral(Refused):
    """A member who lives was not buried, so nobody has paid for it."""

    slug, status, retryable = "no-funeral", 422, False


class Verification(NamedTuple):
    """What a verifier says beside that the papers are in order."""

    override: str | None = None
    """Why it goes on without a paper of practice."""
    funeral_paid_elsewhere: bool = False
    """The funeral benefit was paid in another segment: it is paid once (domain 2.2)."""


class CaseFile(NamedTuple):
    """What a verifier has before them. `documents` are the current ones."""

    documents: Sequence[KnownDocument]
    parties: Sequence[Party]


def return_claim(
    claim: HeldClaim,
    missing: Sequence[DocumentKind],
    *,
    note: str,
    cause: Cause,
    officer: str,
    now: datetime,
) -> ClaimReturned:
    """The file goes back to who brought it; one that is verified too, before it is decided. Raises:
    ClaimInOtherState."""
    claim.check_state("filed", "verified")
    return ClaimReturned(
        **cause.stamp("return-claim", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        missing=tuple(missing),
        note=note,
        returned_by=officer,
    )


def resubmit(claim: HeldClaim, *, cause: Cause, officer: str, now: datetime) -> ClaimResubmitted:
    """The file is back. Raises: ClaimInOtherState."""
    claim.check_state("returned")
    return ClaimResubmitted(
        **cause.stamp("resubmit-claim", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        resubmitted_by=officer,
    )


def check_verifiable(
    claim: HeldClaim, file: CaseFile, *, override: str | None, officer: str
) -> None:
    """Whether nothing stands against a verification by this officer; `override` are the words in
    which the officer goes on without a paper of practice.

    Raises: ClaimInOtherState, SameOfficer, DocumentFaulty, DocumentsMissing, AssessmentOutdated,
    PowerOfAttorneyMissing, and what `families.check_complete` does.
    """
    claim.check_state("filed")
    claim.check_is_other(officer, claim.filed_by, did="filed")
    if faulty := sorted(each.kind for each in file.documents if each.is_good is False):
        raise DocumentFaulty(f"found faulty: {', '.join(faulty)}; attach better ones first")
    _check_papers(claim, file, override=override)
    _check_assessment(claim.assessment, file)
    check_complete(claim, file.parties)
    agreed = shares_of(claim.shares)
    if agreed is not None and agreed.power_of_attorney is not None:
        powers = [each.document_id for each in file.documents if each.kind == "power-of-attorney"]
        check_power(agreed.power_of_attorney, powers)


def verify(
    claim: HeldClaim,
    file: CaseFile,
    said: Verification,
    *,
    cause: Cause,
    officer: str,
    now: datetime,
) -> ClaimVerified:
    """Somebody who did not file the claim saw the papers, and their scans are undamaged; from now
    on they stand by their digests. Raises: NoFuneral, and what `check_verifiable` does."""
    check_verifiable(claim, file, override=said.override, officer=officer)
    if said.funeral_paid_elsewhere and claim.died_on is None:
        raise NoFuneral("the member lives: leave out that the funeral was paid")
    seen = sorted(file.documents, key=lambda each: each.document_id)
    return ClaimVerified(
        **cause.stamp("verify-claim", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        died_on=claim.died_on,
        verified_by=officer,
        documents=tuple(
            SeenDocument(document_id=each.document_id, sha256=each.sha256) for each in seen
        ),
        override=said.override,
        funeral_paid_elsewhere=said.funeral_paid_elsewhere,
    )


def heir_class_of(claim: HeldClaim, parties: Sequence[Party]) -> HeirClass | None:
    """The class of heirs that the checklist goes by; None: not known, or the member lives."""
    if claim.kind == "work-accident":
        return None
    if claim.living is not None:
        return class_that_counts(claim.living)
    return HeirClass(min(party.heir_class for party in parties)) if parties else None


def missing_now(claim: HeldClaim, file: CaseFile) -> list[DocumentKind]:
    """The papers that stand against a verification."""
    present = {each.kind for each in file.documents if each.is_good is not False}
    heir_class = heir_class_of(claim, file.parties)
    return [
        *missing_papers(claim.kind, heir_class, present, for_="verify"),
        *missing_receipts(claim.assessment, present),
    ]


def _check_papers(claim: HeldClaim, file: CaseFile, *, override: str | None) -> None:
    missing = missing_now(claim, file)
    present = {each.kind for each in file.documents}
    free = may_override(claim.kind, heir_class_of(claim, file.parties), present)
    free |= set(missing_receipts(claim.assessment, present))
    if bound := [paper for paper in missing if paper not in free]:
        raise DocumentsMissing(f"attach first: {', '.join(bound)}")
    if missing and override is None:
        raise DocumentsMissing(
            f"attach first: {', '.join(missing)}; or say in `override` why it goes on without"
        )


def _check_assessment(assessment: Mapping[str, Any] | None, file: CaseFile) -> None:
    current = {str(each.document_id) for each in file.documents}
    if assessment is not None and str(assessment["medical_document"]) not in current:
        raise AssessmentOutdated(
            "the paper that the assessment rests on was replaced: assess by the newest one"
        )
