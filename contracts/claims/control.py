"""Events of control: warning signs, second looks, keys that were read, letters."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.claims.words import Slug, WarningSign
from contracts.event import Event
from contracts.shared import KeyRead, ParkedDropped
from contracts.types import ClaimId, Line, Officer, Sha256, WorkerId


class WarningRaised(Event):
    """Something about a claim looks like what was seen in frauds; nothing was decided."""

    type: ClassVar[str] = "claims.warning-raised.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    warning_id: UUID
    warning: WarningSign
    words: Line
    """What was found, in numbers and days, without names."""
    linked_claims: tuple[ClaimId, ...] = ()


class WarningSettled(Event):
    """The fraud officer looked at a warning."""

    type: ClassVar[str] = "claims.warning-settled.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    warning_id: UUID
    outcome: Literal["cleared", "confirmed"]
    reason: Line
    settled_by: Officer


class ReviewDrawn(Event):
    """An approved claim was drawn by lot for a second look."""

    type: ClassVar[str] = "claims.review-drawn.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    review_id: UUID
    seed: Line
    share: Annotated[int, Field(ge=1, le=100)]
    """Per cent of the approved claims that are drawn."""


class ReviewClosed(Event):
    """Somebody who had no part in the claim looked at it once more."""

    type: ClassVar[str] = "claims.review-closed.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    review_id: UUID
    outcome: Literal["in-order", "finding"]
    reason: Line
    closed_by: Officer


class LetterIssued(Event):
    """A letter to the family was made."""

    type: ClassVar[str] = "claims.letter-issued.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    letter: Slug
    sha256: Sha256
    issued_by: Officer


class SubjectKeyRead(KeyRead):
    """Somebody was given the key to one heir's personal data."""

    type: ClassVar[str] = "claims.subject-key-read.v1"


class ParkedEventDropped(ParkedDropped):
    """An event that claims could not handle was given up."""

    type: ClassVar[str] = "claims.parked-event-dropped.v1"
