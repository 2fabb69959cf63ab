"""Events of rosters: a file is received, validated, decided by a second person, worked through."""

from typing import ClassVar, Literal

from pydantic import Field

from contracts.event import Event
from contracts.types import (
    Heads,
    Line,
    Officer,
    ProgrammeId,
    RegionCode,
    RosterId,
    RupiahOrNone,
    Sha256,
)


class RosterReceived(Event):
    """A file with workers arrived, or one worker was proposed; it waits to be validated."""

    type: ClassVar[str] = "enrollment.roster-received.v1"
    key_field: ClassVar[str] = "roster_id"
    readers: ClassVar[tuple[str, ...]] = ("claims",)

    roster_id: RosterId
    programme_id: ProgrammeId
    region_code: RegionCode
    sha256: Sha256
    """Of the file; of a single worker keyed, so that nobody proves a guess of the row by it."""
    rows: Heads
    received_by: Officer
    kind: Literal["file", "single"] = "file"


class RosterValidated(Event):
    """Every row of a roster has a verdict; a second person has to decide."""

    type: ClassVar[str] = "enrollment.roster-validated.v1"
    key_field: ClassVar[str] = "roster_id"

    roster_id: RosterId
    programme_id: ProgrammeId
    fit: int = Field(ge=0)
    """Rows that may become members, those with warnings included."""
    refused: dict[str, Heads]
    """Rows refused, by the slug of the first reason."""
    warned: dict[str, Heads]
    """Warnings on rows that are fit, by slug; a row may have several."""
    amount: RupiahOrNone
    """What the months of the fit rows would reserve."""


class RosterApproved(Event):
    """A second person let the fit rows of a roster become members."""

    type: ClassVar[str] = "enrollment.roster-approved.v1"
    key_field: ClassVar[str] = "roster_id"

    roster_id: RosterId
    programme_id: ProgrammeId
    approved_by: Officer
    left_out: int = Field(ge=0)
    """Rows with warnings that the second person left out."""


class RosterRejected(Event):
    """A second person sent a roster back; none of its rows became a member."""

    type: ClassVar[str] = "enrollment.roster-rejected.v1"
    key_field: ClassVar[str] = "roster_id"

    roster_id: RosterId
    programme_id: ProgrammeId
    rejected_by: Officer
    reason: Line


class RosterProcessed(Event):
    """Every row of an approved roster became a member or was refused."""

    type: ClassVar[str] = "enrollment.roster-processed.v1"
    key_field: ClassVar[str] = "roster_id"

    roster_id: RosterId
    programme_id: ProgrammeId
    enrolled: int = Field(ge=0)
    refused: dict[str, Heads]
    """Rows refused, by the slug of the first reason."""
