"""Events of members: who was taken in, how the record was corrected, what has to be looked at."""

from typing import ClassVar, Literal
from uuid import UUID

from contracts.event import Event
from contracts.sealed import Sealed
from contracts.types import (
    AccountId,
    Line,
    Month,
    Officer,
    ProgrammeId,
    RosterId,
    Rupiah,
    VillageCode,
    WorkerId,
)

ReviewKind = Literal["possible-duplicate", "reached-age-limit"]
ReviewOutcome = Literal["keep", "end"]


class WorkerEnrolled(Event):
    """A worker was taken into a programme and the money for the months was reserved."""

    type: ClassVar[str] = "enrollment.worker-enrolled.v1"
    readers: ClassVar[tuple[str, ...]] = ("banking", "claims")

    worker_id: WorkerId
    programme_id: ProgrammeId
    roster_id: RosterId
    village_code: VillageCode
    first_month: Month
    last_month: Month
    reserved: Rupiah
    has_ktp: bool
    """A copy of the identity card is on file."""
    has_kk: bool
    """A copy of the family card is on file."""
    identity: Sealed
    """Name, NIK and the rest of the person, readable with the key that enrollment holds."""
    warnings: tuple[Line, ...] = ()
    """Slugs of the warnings with which a second person let the row pass."""


class MembershipRenewed(Event):
    """A worker who was a member before was taken into another programme, and money reserved."""

    type: ClassVar[str] = "enrollment.membership-renewed.v1"
    readers: ClassVar[tuple[str, ...]] = ("claims",)

    worker_id: WorkerId
    programme_id: ProgrammeId
    renews: ProgrammeId
    """The programme of the membership before this one."""
    roster_id: RosterId | None = None
    """The roster that brought the worker again; none when the programme was renewed as a whole."""
    village_code: VillageCode
    first_month: Month
    last_month: Month
    reserved: Rupiah


class WorkerAmended(Event):
    """What is known of a worker was corrected; both versions stay, sealed (UU 27/2022 art. 30)."""

    type: ClassVar[str] = "enrollment.worker-amended.v1"
    readers: ClassVar[tuple[str, ...]] = ("banking",)

    worker_id: WorkerId
    request_id: UUID
    fields: tuple[Line, ...]
    """The names of the fields that changed."""
    village_code: VillageCode
    has_ktp: bool
    has_kk: bool
    village_before: VillageCode | None = None
    before: Sealed
    after: Sealed
    amended_by: Officer


class WorkerReplaced(Event):
    """The place of a worker whose cover ended went to another."""

    type: ClassVar[str] = "enrollment.worker-replaced.v1"

    worker_id: WorkerId
    """Who left."""
    programme_id: ProgrammeId
    replaced_by: WorkerId


class AccountLinked(Event):
    """The member's bank account is known."""

    type: ClassVar[str] = "enrollment.account-linked.v1"

    worker_id: WorkerId
    account_id: AccountId


class ReviewRaised(Event):
    """Something about a member has to be looked at by a person; nothing was decided."""

    type: ClassVar[str] = "enrollment.review-raised.v1"

    review_id: UUID
    worker_id: WorkerId
    village_code: VillageCode
    kind: ReviewKind
    other_worker_id: WorkerId | None = None
    """The worker who may be the same person."""


class ReviewDecided(Event):
    """A person looked and decided."""

    type: ClassVar[str] = "enrollment.review-decided.v1"

    review_id: UUID
    worker_id: WorkerId
    outcome: ReviewOutcome
    reason: Line
    decided_by: Officer
