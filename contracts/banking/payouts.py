"""Events of payouts: ordered, submitted, then settled or failed, once for life."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.banking.ledger import Transfer
from contracts.claims import Benefit
from contracts.event import Event
from contracts.types import (
    ClaimId,
    Line,
    Officer,
    PartyId,
    PayoutId,
    Rupiah,
    RupiahOrNone,
    WorkerId,
)

StopReason = Literal[
    "product-limit", "account-dormant", "account-closed", "rail-limit", "outcome-unknown",
    "amount-differs",
]  # fmt: skip
"""Why a person has to look: the account may not hold so much; nobody used it for 1,800 days; it
is closed; the rail takes no such amount; the rail gave no clear answer in all tries; it moved
another amount."""


class PayoutOrdered(Event):
    """One benefit line is to reach one payee. `payout_id` is its reference for life."""

    type: ClassVar[str] = "banking.payout-ordered.v1"

    payout_id: PayoutId
    claim_id: ClaimId
    worker_id: WorkerId
    payee_id: PartyId
    benefit: Benefit
    amount: Rupiah
    rail: Literal["same-bank", "interbank"]
    replaces: PayoutId | None = None
    """The failed payout in whose place this one goes to a corrected account."""
    line_id: UUID | None = None
    """The line of the decision; None in events of before it was known."""


class PayoutSubmitted(Event):
    """The money was set aside and the order is about to leave for the other bank.

    Recorded before the rail is called: whatever happens then, the payout is never forgotten.
    """

    type: ClassVar[str] = "banking.payout-submitted.v1"

    payout_id: PayoutId
    claim_id: ClaimId
    worker_id: WorkerId
    transfer: Transfer


class PayoutSettled(Event):
    """A benefit line arrived."""

    type: ClassVar[str] = "banking.payout-settled.v1"
    readers: ClassVar[tuple[str, ...]] = ("claims",)

    payout_id: PayoutId
    claim_id: ClaimId
    worker_id: WorkerId
    benefit: Benefit
    amount: Rupiah
    transfer: Transfer
    confirmed_by: Officer | None = None
    """The second of the two officers who say so; None: the rail does, or it is this bank's own."""
    line_id: UUID | None = None
    """The line of the decision; None in events of before it was known."""


class PayoutFailed(Event):
    """The other bank refused; the money is back on the insurer's account."""

    type: ClassVar[str] = "banking.payout-failed.v1"
    readers: ClassVar[tuple[str, ...]] = ("claims",)

    payout_id: PayoutId
    claim_id: ClaimId
    worker_id: WorkerId
    benefit: Benefit
    reason: Line
    """The rail's code and words."""
    transfer: Transfer
    confirmed_by: Officer | None = None
    """The second of the two officers who say so; None: the rail does."""
    line_id: UUID | None = None
    """The line of the decision; None in events of before it was known."""


class PayoutStopped(Event):
    """A person has to look at the payout before anything more is done for it."""

    type: ClassVar[str] = "banking.payout-stopped.v1"

    payout_id: PayoutId
    claim_id: ClaimId
    worker_id: WorkerId
    reason: StopReason
    words: Line
    """What was found, without names and numbers."""


class PayoutResumed(Event):
    """A person looked: the payout goes on where it stood, under its own reference."""

    type: ClassVar[str] = "banking.payout-resumed.v1"

    payout_id: PayoutId
    claim_id: ClaimId
    worker_id: WorkerId
    reason: Line
    resumed_by: Officer


class OutcomeProposed(Event):
    """An officer learned from the other bank what became of a payout; a second one confirms it."""

    type: ClassVar[str] = "banking.outcome-proposed.v1"

    payout_id: PayoutId
    claim_id: ClaimId
    worker_id: WorkerId
    outcome: Literal["arrived", "not-arrived"]
    evidence: Line
    """The paper that says so, such as the number of the other bank's letter."""
    proposed_by: Officer


class RailCalledBack(Event):
    """The rail told, unasked, what became of a payout."""

    type: ClassVar[str] = "banking.rail-called-back.v1"

    payout_id: PayoutId
    claim_id: ClaimId
    worker_id: WorkerId
    outcome: Literal["arrived", "failed", "pending"]
    amount: RupiahOrNone
    """Rupiah as the rail tells them."""
    agrees: bool
    """Whether the amount is the payout's."""


class SlipIssued(Event):
    """A payout slip was printed for the payee; the one before it counts no longer."""

    type: ClassVar[str] = "banking.slip-issued.v1"

    payout_id: PayoutId
    claim_id: ClaimId
    worker_id: WorkerId
    slip_id: UUID
    number: Annotated[int, Field(strict=True, ge=1)] = 1
    """Which slip of the payout it is, from 1."""
    issued_by: Officer


class SlipHonored(Event):
    """A branch took a payout slip; no other branch will."""

    type: ClassVar[str] = "banking.slip-honored.v1"

    payout_id: PayoutId
    claim_id: ClaimId
    worker_id: WorkerId
    slip_id: UUID
    branch: Line
    honored_by: Officer
