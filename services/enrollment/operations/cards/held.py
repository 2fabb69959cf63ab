"""Cards and batches that somebody asks for: they must exist, in the area of whoever asks.

PostgreSQL hides what belongs to another area; the same is checked here.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.access import Caller
from contracts.refusal import Refused
from services.enrollment.queries import cards as queries
from services.enrollment.queries.cards import BatchCard, Story
from services.enrollment.rules.cards import HeldCard


class CardUnknown(Refused):
    """No card has this id in the area."""

    slug, status, retryable = "card-unknown", 404, False


class BatchUnknown(Refused):
    """No batch has this id in the area."""

    slug, status, retryable = "batch-unknown", 404, False


async def held_card(session: AsyncSession, card_id: UUID, *, by: Caller) -> HeldCard:
    """A card, locked until the transaction ends. Raises: CardUnknown, OutsideArea."""
    found = await queries.card_locked(session, card_id)
    if found is None:
        raise _card_unknown(card_id)
    by.check_area(found.lives_in)
    return found


async def held_batch(session: AsyncSession, batch_id: UUID, *, by: Caller) -> list[HeldCard]:
    """The cards of a batch whose members live in the area, locked. Raises: BatchUnknown."""
    found = await queries.batch_locked(session, batch_id)
    cards = [card for card in found if by.covers(card.lives_in)]
    if not cards:
        raise _batch_unknown(batch_id)
    return cards


async def seen_card(session: AsyncSession, card_id: UUID, *, by: Caller) -> Story:
    """A card and what came of it. Raises: CardUnknown, OutsideArea."""
    found = await queries.story(session, card_id)
    if found is None:
        raise _card_unknown(card_id)
    by.check_area(found.lives_in)
    return found


async def seen_batch(session: AsyncSession, batch_id: UUID, *, by: Caller) -> list[BatchCard]:
    """The cards of a batch whose members live in the area. Raises: BatchUnknown."""
    found = await queries.cards_of_batch(session, batch_id)
    cards = [card for card in found if by.covers(card.lives_in)]
    if not cards:
        raise _batch_unknown(batch_id)
    return cards


def _card_unknown(card_id: UUID) -> CardUnknown:
    return CardUnknown(f"no card {card_id} in your area: check the number on its list")


def _batch_unknown(batch_id: UUID) -> BatchUnknown:
    return BatchUnknown(f"no batch {batch_id} in your area: see the list of batches")
