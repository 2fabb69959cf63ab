"""Events that several services record alike; each owner gives its own type."""

from typing import ClassVar
from uuid import UUID

from contracts.event import Event
from contracts.types import Heads, Line, Officer


class KeyRead(Event):
    """Somebody was given the key to one person's sealed data (UU 27/2022 art. 31)."""

    key_field: ClassVar[str] = "subject_id"

    subject_id: UUID
    read_by: Officer
    role: Line
    reason: Line


class ParkedDropped(Event):
    """Somebody decided that an event which could not be handled never will be."""

    key_field: ClassVar[str] = "parked_key"

    parked_key: Line
    parked_id: UUID
    topic: Line
    shard: int
    seq: Heads
    dropped_by: Officer
    reason: Line
