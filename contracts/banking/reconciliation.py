"""Events of the end of a day: the rail's statement, the differences to our book, the close."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.banking.ledger import Transfer
from contracts.event import Event
from contracts.shared import ParkedDropped
from contracts.types import Line, Officer, PayoutId, Rupiah, RupiahOrNone, Sha256

DifferenceKind = Literal["missing-here", "missing-there", "amount-differs"]
"""The rail moved money that our book does not know; our book settled what the rail did not move;
both moved, but not the same amount."""


class RailStatementReceived(Event):
    """The rail's statement of a day was read and laid beside our book."""

    type: ClassVar[str] = "banking.rail-statement-received.v1"
    key_field: ClassVar[str] = "day"

    day: date
    statement_id: UUID
    number: int = Field(default=1, ge=1)
    """Which statement of the day it is: the last one counts."""
    format: Literal["csv", "mt940"]
    sha256: Sha256
    lines: RupiahOrNone
    """How many transfers it holds."""
    amount: RupiahOrNone
    """Rupiah that they moved."""
    matched: RupiahOrNone
    """How many of them agree with our book."""
    received_by: Officer


class DifferenceFound(Event):
    """A transfer on which the rail's statement and our book differ."""

    type: ClassVar[str] = "banking.difference-found.v1"
    key_field: ClassVar[str] = "day"

    day: date
    difference_id: UUID
    statement_id: UUID
    kind: DifferenceKind
    rail_reference: Line
    payout_id: PayoutId | None = None
    our_amount: Rupiah | None = None
    their_amount: Rupiah | None = None


class DifferenceResolved(Event):
    """A later statement, or our own book, agrees now: nothing is left to explain."""

    type: ClassVar[str] = "banking.difference-resolved.v1"
    key_field: ClassVar[str] = "day"

    day: date
    difference_id: UUID
    statement_id: UUID
    """The statement that shows it."""


class DifferenceExplained(Event):
    """An officer found out why, and names the evidence."""

    type: ClassVar[str] = "banking.difference-explained.v1"
    key_field: ClassVar[str] = "day"

    day: date
    difference_id: UUID
    explanation: Line
    evidence: Line
    explained_by: Officer


class DifferenceAccepted(Event):
    """A second officer accepts the explanation; money that nobody can place is in suspense."""

    type: ClassVar[str] = "banking.difference-accepted.v1"
    key_field: ClassVar[str] = "day"

    day: date
    difference_id: UUID
    accepted_by: Officer
    transfer: Transfer | None = None
    """The posting to suspense, where the rail moved more than our book knows."""


class SuspenseRecovered(Event):
    """Money in suspense came back or found its place."""

    type: ClassVar[str] = "banking.suspense-recovered.v1"
    key_field: ClassVar[str] = "day"

    day: date
    difference_id: UUID
    transfer: Transfer
    evidence: Line
    recovered_by: Officer


class DayClosed(Event):
    """The bank's day is closed: every difference to the rail is explained and accepted."""

    type: ClassVar[str] = "banking.day-closed.v1"
    key_field: ClassVar[str] = "day"

    day: date
    statement_id: UUID
    matched: RupiahOrNone
    differences: RupiahOrNone
    unknown: RupiahOrNone
    """Payouts whose outcome is still open; they are carried to the next day."""
    debits: RupiahOrNone
    credits: RupiahOrNone
    closed_by: Officer


class ParkedEventDropped(ParkedDropped):
    """An event that banking could not handle was given up."""

    type: ClassVar[str] = "banking.parked-event-dropped.v1"
