"""Events of cards: printed, handed over, lost."""

from typing import ClassVar, Literal
from uuid import UUID

from contracts.event import Event
from contracts.types import Line, Officer, ProgrammeId, VillageCode, WorkerId

HandedTo = Literal["member", "family", "proxy"]


class CardPrinted(Event):
    """The member's card was printed."""

    type: ClassVar[str] = "enrollment.card-printed.v1"

    worker_id: WorkerId
    programme_id: ProgrammeId
    printed_by: Officer
    card_id: UUID | None = None
    """What the QR names; where it is missing, the event's own id stands for it."""
    batch_id: UUID | None = None
    """The print run of one kelurahan or desa."""
    village_code: VillageCode | None = None
    """Where the batch goes; the member may move later."""
    replaces: UUID | None = None
    """The lost card in whose place it was printed."""


class CardDelivered(Event):
    """The member's card was handed over."""

    type: ClassVar[str] = "enrollment.card-delivered.v1"

    worker_id: WorkerId
    programme_id: ProgrammeId
    delivered_by: Officer
    card_id: UUID | None = None
    place: Line | None = None
    handed_to: HandedTo = "member"


class CardLost(Event):
    """A card was reported lost: its QR is refused from now on."""

    type: ClassVar[str] = "enrollment.card-lost.v1"

    worker_id: WorkerId
    programme_id: ProgrammeId
    card_id: UUID
    reason: Line
    reported_by: Officer
