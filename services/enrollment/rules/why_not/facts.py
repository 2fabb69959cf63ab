"""What is known of one person when somebody asks why they are not covered."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.enrollment.rules.applicants import Finding
from services.enrollment.rules.rosters import RosterState


class Left(NamedTuple):
    """What the programme still has for one more member."""

    closed: bool
    over: bool
    """No month is left to be paid."""
    place: bool | None
    """In the quota of the region; none when the region is not known."""
    money: bool


class Proposal(NamedTuple):
    """The latest row that named the person, and how far its roster is. Days are local."""

    roster_id: UUID
    row_number: int
    state: RosterState
    received_on: date
    validated_on: date | None
    decided_on: date | None
    rejection: str | None
    refused: bool
    """The row itself was refused."""
    findings: tuple[Finding, ...]
    """What was found about the row; the main one first."""

    @property
    def ended_on(self) -> date:
        """When the last word about it was said."""
        return self.decided_on or self.validated_on or self.received_on


class Unpaid(NamedTuple):
    """The oldest month that stands on an invoice which nobody paid."""

    month: str
    invoice_id: UUID
    due_on: date
    issued_on: date | None
    """None for whoever may not see the invoice."""


class Paid(NamedTuple):
    """The first month that was paid."""

    month: str
    on: date


class CardFacts(NamedTuple):
    """The card that counts: the last one that was not lost."""

    printed_on: date
    delivered_on: date | None


@dataclass(frozen=True)
class MemberFacts:
    """A place in the programme. Days are local."""

    enrolled_on: date
    first_month: str
    last_month: str
    months_billed: int
    this_month_billed: bool
    unpaid: Unpaid | None
    first_paid: Paid | None
    covered_from: date | None
    arrears_months: int
    arrears_oldest: str | None
    lapsed_on: date | None
    ended_on: date | None
    end_reason: str | None
    replaced: bool
    card: CardFacts | None
    has_account: bool
    lacks: tuple[str, ...]
    """Papers that are not on file: KTP, KK."""
    this_month_own: bool = False
    """Whether the member paid it himself, in whatever programme: then nobody is billed for it."""


@dataclass(frozen=True)
class Facts:
    """Everything that the answer rests on."""

    today: date
    this_month: str
    given: frozenset[str]
    """The columns of a roster that are known of the person, from the question or from the row."""
    findings: tuple[Finding, ...]
    """What these columns show by themselves."""
    left: Left
    dead: bool = False
    member: bool = False
    """A membership goes on, here or in another programme."""
    erased_on: date | None = None
    proposal: Proposal | None = None
    place: MemberFacts | None = None
    """In the programme that was asked about."""
