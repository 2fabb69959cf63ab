"""Approving and rejecting a claim, and the end of an approved one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.claims import BenefitLine, ClaimApproved, ClaimPaid, ClaimRejected, HeirClass
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import ClaimId, PartyId, WorkerId
from services.claims.rules.benefits import Cover, death_benefit, needs_confirmation
from services.claims.rules.claims import HeldClaim


class SameOfficer(Refused):
    """Who filed or verified a claim does not decide it."""

    slug, status, retryable = "same-officer", 403, False


class PayeeUnknown(Refused):
    """The payee is not registered in this claim."""

    slug, status, retryable = "payee-unknown", 422, False


class BoundaryNeedsConfirmation(Refused):
    """So near a boundary of the law a person says why the claim is approved."""

    slug, status, retryable = "boundary-needs-confirmation", 409, False


@dataclass(frozen=True)
class Approval:
    """What an approver decides: who is paid."""

    payee_id: UUID
    confirmation: str | None
    """Why it is approved so near a boundary of the law."""
    officer: str


class SettledClaim(NamedTuple):
    """An approved claim all lines of which have arrived, and their sum in rupiah."""

    claim_id: ClaimId
    worker_id: WorkerId
    amount: int


def approve(
    claim: HeldClaim,
    approval: Approval,
    *,
    cover: Cover,
    heirs: Mapping[UUID, HeirClass],
    cause: Cause,
    now: datetime,
) -> ClaimApproved:
    """Decide what is paid to whom. `heirs` are the parties of the claim.

    Raises: ClaimInOtherState, SameOfficer, PayeeUnknown, NotCoveredOnDayOfDeath,
    BoundaryNeedsConfirmation.
    """
    claim.check_state("verified")
    _check_officer(claim, approval.officer)
    if approval.payee_id not in heirs:
        raise PayeeUnknown("choose a payee among the parties registered in this claim")
    benefit = death_benefit(cover, died_on=claim.died_on, heir_class=heirs[approval.payee_id])
    doubt = needs_confirmation(benefit.explanation)
    if doubt is not None and approval.confirmation is None:
        raise BoundaryNeedsConfirmation(f"{doubt}: look again, and say why in `confirmation`")
    return ClaimApproved(
        **cause.stamp("approve-claim", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        lines=tuple(
            BenefitLine(benefit=line, amount=amount, payee_id=PartyId(approval.payee_id))
            for line, amount in benefit.amounts.items()
        ),
        explanation=benefit.explanation,
        approved_by=approval.officer,
        confirmation=approval.confirmation,
    )


def reject(
    claim: HeldClaim, *, reason: str, cause: Cause, officer: str, now: datetime
) -> ClaimRejected:
    """Decide that nothing is due. Raises: ClaimInOtherState, SameOfficer."""
    claim.check_state("filed", "verified")
    _check_officer(claim, officer)
    return ClaimRejected(
        **cause.stamp("reject-claim", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        reason=reason,
        rejected_by=officer,
    )


def pay(claim: SettledClaim, *, cause: Cause, now: datetime) -> ClaimPaid:
    """Every line has arrived."""
    return ClaimPaid(
        **cause.stamp(f"pay-claim {claim.claim_id}", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        amount=claim.amount,
    )


def _check_officer(claim: HeldClaim, officer: str) -> None:
    if officer in {claim.filed_by, claim.verified_by}:
        raise SameOfficer("you filed or verified this claim: somebody else has to decide it")
