"""Events of cover: it begins, falls behind, lapses, begins again, ends."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.enrollment.programmes import Payer
from contracts.event import Event
from contracts.types import (
    ClaimId,
    Instant,
    Kpj,
    Line,
    Month,
    Officer,
    ProgrammeId,
    RegencyCode,
    RegionCode,
    RupiahOrNone,
    WorkerId,
)

EndReason = Literal[
    "death", "other-segment", "double-registration", "withdrawal", "refused", "replaced"
]
"""`withdrawal`: by the funder; `refused`: by the insurer, before a number was issued."""
Debtor = Literal["funder", "member"]
"""Who owes the months: a funder's late transfer is not the worker's fault."""


class KpjRangeGranted(Event):
    """An office was given member numbers of its own, both ends included."""

    type: ClassVar[str] = "enrollment.kpj-range-granted.v1"
    key_field: ClassVar[str] = "range_id"

    range_id: UUID
    area: RegionCode
    first: Kpj
    last: Kpj
    granted_by: Officer


class MembershipActivated(Event):
    """The first month was paid: the number is issued and the cover begins (PP 44/2015 art. 11)."""

    type: ClassVar[str] = "enrollment.membership-activated.v1"
    readers: ClassVar[tuple[str, ...]] = ("claims",)

    worker_id: WorkerId
    programme_id: ProgrammeId
    kpj: Kpj
    covered_from: Instant


class MembershipInArrears(Event):
    """One, two or three months in a row are owed; the right to benefit is reduced, not gone
    (PP 44/2015 art. 39 and 42)."""

    type: ClassVar[str] = "enrollment.membership-in-arrears.v1"

    worker_id: WorkerId
    programme_id: ProgrammeId
    months: Annotated[int, Field(strict=True, ge=1, le=3)]
    oldest_month: Month
    since: date
    """The first day on which so many months were owed."""
    owed_by: Debtor


class CoverageLapsed(Event):
    """More than three months in a row are owed: there is no right to benefit until a new payment
    begins a new cover. The money for the months to come is free again."""

    type: ClassVar[str] = "enrollment.coverage-lapsed.v1"
    readers: ClassVar[tuple[str, ...]] = ("claims",)

    worker_id: WorkerId
    programme_id: ProgrammeId
    region_code: RegencyCode
    """The kabupaten or kota whose commitment shrinks."""
    lapsed_on: date
    """The day after the fourth unpaid due date; or the first day after the programme, where the
    office lets the right end with it."""
    oldest_month: Month
    owed_by: Debtor
    released: RupiahOrNone


class MembershipReactivated(Event):
    """A payment after the lapse began a new cover; the waiting time begins anew."""

    type: ClassVar[str] = "enrollment.membership-reactivated.v1"
    readers: ClassVar[tuple[str, ...]] = ("claims",)

    worker_id: WorkerId
    programme_id: ProgrammeId
    region_code: RegencyCode
    covered_from: Instant
    last_month: Month
    """The last month that is promised now; the programme's money may carry fewer than before."""
    reserved: RupiahOrNone
    """Rupiah reserved anew for the months to come."""
    payer: Payer


class CoverageEnded(Event):
    """Nobody pays for this member any longer; the money for the months to come is free again."""

    type: ClassVar[str] = "enrollment.coverage-ended.v1"
    readers: ClassVar[tuple[str, ...]] = ("claims",)

    worker_id: WorkerId
    programme_id: ProgrammeId
    region_code: RegencyCode
    """The kabupaten or kota whose commitment shrinks."""
    reason: EndReason
    ended_on: date
    released: RupiahOrNone
    claim_id: ClaimId | None = None
    """The claim in which the death was verified."""
    ended_by: Officer | None = None
    """Who decided it, when it was not a verified death."""
    note: Line | None = None


class CoverageRestored(Event):
    """The death on which a cover was ended was reported wrongly: the member lives and the cover
    goes on as if it had not been ended."""

    type: ClassVar[str] = "enrollment.coverage-restored.v1"
    readers: ClassVar[tuple[str, ...]] = ("claims",)

    worker_id: WorkerId
    programme_id: ProgrammeId
    region_code: RegencyCode
    """The kabupaten or kota whose commitment grows again."""
    claim_id: ClaimId
    """The claim that was rejected."""
    reserved: RupiahOrNone
    """Rupiah reserved anew for the months that were not billed."""
