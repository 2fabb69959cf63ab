"""Cards: printed for the covered, handed over."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from contracts.enrollment import CardDelivered, CardPrinted
from contracts.event import Cause, Event, derived_id
from contracts.types import ProgrammeId, WorkerId


def print_cards(
    members: Iterable[WorkerId], programme_id: ProgrammeId, *, cause: Cause, officer: str,
    now: datetime,
) -> Iterator[Event]:  # fmt: skip
    """Print the card of each of these members."""
    for worker_id in members:
        yield CardPrinted(
            **cause.stamp(f"print {worker_id}", at=now),
            worker_id=worker_id, programme_id=programme_id, printed_by=officer,
            card_id=derived_id(cause.cause_id, f"card {worker_id}"),
        )  # fmt: skip


def deliver_cards(
    cards: Iterable[tuple[WorkerId, UUID]], programme_id: ProgrammeId, *, cause: Cause,
    officer: str, now: datetime,
) -> Iterator[Event]:  # fmt: skip
    """Hand each of these cards over to its member."""
    for worker_id, card_id in cards:
        yield CardDelivered(
            **cause.stamp(f"deliver {card_id}", at=now),
            worker_id=worker_id, programme_id=programme_id, delivered_by=officer, card_id=card_id,
        )  # fmt: skip
