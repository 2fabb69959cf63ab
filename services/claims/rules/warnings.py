"""Warnings: raised where a sign is found, settled by the fraud officer."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from contracts.claims import WarningRaised, WarningSettled
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.types import ClaimId, WorkerId
from services.claims.rules.claims import SameOfficer
from services.claims.rules.warning_patterns import patterns
from services.claims.rules.warning_signs import (
    FINDERS,
    LINKED_MAX,
    PAYMENT_FINDERS,
    Finding,
    PaymentTraits,
    Traits,
)

Outcome = Literal["cleared", "confirmed"]


class WarningUnknown(Refused):
    """No warning has this id."""

    slug, status, retryable = "warning-unknown", 404, False


class WarningIsSettled(Refused):
    """A warning is settled once."""

    slug, status, retryable = "warning-settled", 409, False


class Known(NamedTuple):
    """A claim that findings are about."""

    claim_id: ClaimId
    worker_id: WorkerId


def findings(traits: Traits) -> list[Finding]:
    """Every sign that can be seen before a claim is paid."""
    rows = patterns()
    return [found for sign, find in FINDERS.items() for found in find(traits, rows[sign])]


def payment_findings(traits: PaymentTraits) -> list[Finding]:
    """Every sign that shows when a claim is paid."""
    rows = patterns()
    return [found for sign, find in PAYMENT_FINDERS.items() for found in find(traits, rows[sign])]


def warning_id(claim_id: UUID, finding: Finding) -> UUID:
    """The id of a finding: found again, it is the same."""
    return derived_id(claim_id, f"warning {finding.sign} {finding.about}")


def raised(
    claim: Known,
    found: Iterable[Finding],
    *,
    known: Collection[UUID],
    cause: Cause,
    now: datetime,
) -> Iterator[WarningRaised]:
    """Put on record what was found and is not `known` yet."""
    for finding in found:
        this = warning_id(claim.claim_id, finding)
        if this not in known:
            yield WarningRaised(
                **cause.stamp(f"raise-warning {this}", at=now),
                claim_id=claim.claim_id,
                worker_id=claim.worker_id,
                warning_id=this,
                warning=finding.sign,
                words=finding.words,
                linked_claims=tuple(map(ClaimId, finding.linked[:LINKED_MAX])),
            )


def check_has_no_part(officer: str, officers: Collection[str]) -> None:
    """Raises SameOfficer if the officer is one of those who took a step of the claim."""
    if officer in officers:
        raise SameOfficer("you had a part in this claim: somebody else has to look at it")


class Settlement(NamedTuple):
    """What the fraud officer says about a warning, and why."""

    outcome: Outcome
    reason: str


def settle(
    claim: Known,
    this: UUID,
    settlement: Settlement,
    *,
    cause: Cause,
    officer: str,
    now: datetime,
) -> WarningSettled:
    """Clear or confirm a warning."""
    return WarningSettled(
        **cause.stamp(f"settle-warning {this}", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        warning_id=this,
        outcome=settlement.outcome,
        reason=settlement.reason,
        settled_by=officer,
    )
