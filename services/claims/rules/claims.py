"""A claim as decisions meet it: its state, who did what to it, who may go on."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from contracts.claims import ClaimKind
from contracts.refusal import Refused
from contracts.types import ClaimId, WorkerId

ClaimState = Literal["filed", "returned", "verified", "approved", "rejected", "paid"]


class ClaimInOtherState(Refused):
    """The claim is past that step, or has not come to it."""

    slug, status, retryable = "claim-in-other-state", 409, False


class SameOfficer(Refused):
    """Who files, who verifies and who approves a claim are different people."""

    slug, status, retryable = "same-officer", 403, False


@dataclass(frozen=True)
class HeldClaim:
    """A claim as a decision meets it; whoever decides holds its row."""

    claim_id: ClaimId
    worker_id: WorkerId
    kind: ClaimKind
    state: ClaimState
    died_on: date | None
    happened_on: date | None
    happened_at: datetime | None
    admitted_on: date | None
    filed_by: str
    filed_at: datetime
    reported_by: str
    excuse: str | None
    living: dict[str, int] | None = None
    shares: dict[str, Any] | None = None
    assessment: dict[str, Any] | None = None
    verified_by: str | None = None
    verified_documents: list[dict[str, str]] | None = None
    override: str | None = None
    """Why the verifier let a paper be missing."""
    first_approved_by: str | None = None
    first_decision: str | None = None
    approvers_needed: int | None = None
    decided_by: str | None = None
    appeal_id: UUID | None = None
    funeral_paid_elsewhere: bool = False
    """As the verifier saw it in the papers."""

    @property
    def event_day(self) -> date:
        """The day on which the cover is looked at: of the accident, else of the death."""
        day = self.happened_on if self.kind != "death" else self.died_on
        return day or self.died_on or self.filed_at.date()

    def check_state(self, *states: ClaimState) -> None:
        """Raises ClaimInOtherState unless the claim is in one of these states."""
        if self.state not in states:
            raise ClaimInOtherState(
                f"the claim is {self.state}; this needs one that is {' or '.join(states)}"
            )

    def check_is_other(self, officer: str, *others: str | None, did: str) -> None:
        """Raises SameOfficer if the officer is one of the others, who `did` something before."""
        if officer in others:
            raise SameOfficer(f"you {did} this claim: somebody else has to do this")
