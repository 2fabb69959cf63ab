"""Filing a claim, attaching its papers, and looking them through."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, get_args
from uuid import UUID

from chassis.local_time import local_day
from contracts.claims import (
    ClaimFiled,
    ClaimVerified,
    DocumentAttached,
    DocumentKind,
)
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.types import ClaimId, WorkerId

ClaimState = Literal["filed", "verified", "approved", "rejected", "paid"]
PAPERS: tuple[DocumentKind, ...] = get_args(DocumentKind)
"""What has to be in before a death benefit is paid (PP 44/2015 art. 40(3))."""


class ClaimAlreadyOpen(Refused):
    """There is one claim for one death."""

    slug, status, retryable = "claim-already-open", 409, False


class DiedInFuture(Refused):
    """Nobody has died yet on the day that was given."""

    slug, status, retryable = "died-in-future", 422, False


class IssuedInFuture(Refused):
    """No paper bears a day that has not come."""

    slug, status, retryable = "issued-in-future", 422, False


class ClaimInOtherState(Refused):
    """The claim is past that step, or has not come to it."""

    slug, status, retryable = "claim-in-other-state", 409, False


class HeirMissing(Refused):
    """Nobody is registered to whom the benefit could go."""

    slug, status, retryable = "heir-missing", 409, False


class DocumentsMissing(Refused):
    """The papers of the law are not all there."""

    slug, status, retryable = "documents-missing", 409, False


@dataclass(frozen=True)
class HeldClaim:
    """A claim as a decision meets it; whoever decides holds its row."""

    claim_id: ClaimId
    worker_id: WorkerId
    state: ClaimState
    died_on: date
    filed_by: str
    verified_by: str | None

    def check_state(self, *states: ClaimState) -> None:
        """Raises ClaimInOtherState unless the claim is in one of these states."""
        if self.state not in states:
            raise ClaimInOtherState(
                f"the claim is {self.state}; this needs one that is {' or '.join(states)}"
            )


class Paper(NamedTuple):
    """A document as the clerk has it before them."""

    kind: DocumentKind
    issuer: str
    issued_on: date
    sha256: str


def file_claim(
    worker_id: WorkerId,
    *,
    died_on: date,
    open_claim: UUID | None,
    cause: Cause,
    officer: str,
    now: datetime,
) -> ClaimFiled:
    """File the death of a member; whether anything is due is decided at the approval.

    `open_claim` is the member's claim that was not rejected. Raises: ClaimAlreadyOpen,
    DiedInFuture.
    """
    if open_claim is not None:
        raise ClaimAlreadyOpen(f"there is claim {open_claim} for this death: work on that one")
    if died_on > local_day(now):
        raise DiedInFuture(f"today is {local_day(now)}: correct the day of death, {died_on}")
    return ClaimFiled(
        **cause.stamp("file-claim", at=now),
        claim_id=ClaimId(derived_id(cause.cause_id, "claim")),
        worker_id=worker_id,
        died_on=died_on,
        filed_by=officer,
    )


def attach_document(
    claim: HeldClaim,
    paper: Paper,
    *,
    current: Mapping[str, UUID],
    cause: Cause,
    officer: str,
    now: datetime,
) -> DocumentAttached:
    """Attach a document, in the place of the one of its kind that counted so far.

    `current` are the ids of those that count, by kind. Raises: ClaimInOtherState, IssuedInFuture.
    """
    claim.check_state("filed")
    if paper.issued_on > local_day(now):
        raise IssuedInFuture(f"today is {local_day(now)}: correct the day of issue")
    return DocumentAttached(
        **cause.stamp("attach-document", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        document_id=derived_id(cause.cause_id, "document"),
        **paper._asdict(),
        attached_by=officer,
        replaces=current.get(paper.kind),
    )


def verify(
    claim: HeldClaim,
    *,
    documents: Collection[str],
    heirs: int,
    cause: Cause,
    officer: str,
    now: datetime,
) -> ClaimVerified:
    """The papers are all there and were looked at: the member died on that day.

    `documents` are the kinds handed in, `heirs` the number of heirs registered.
    Raises: ClaimInOtherState, DocumentsMissing, HeirMissing.
    """
    claim.check_state("filed")
    if missing := missing_papers(documents):
        raise DocumentsMissing(f"attach first: {', '.join(missing)}")
    if heirs == 0:
        raise HeirMissing("register an heir first")
    return ClaimVerified(
        **cause.stamp("verify-claim", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        died_on=claim.died_on,
        verified_by=officer,
    )


def missing_papers(documents: Collection[str]) -> list[DocumentKind]:
    """The papers of the law that are not among these kinds."""
    return [kind for kind in PAPERS if kind not in documents]
