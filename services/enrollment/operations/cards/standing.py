"""How batches and cards stand, without who has them."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.access import Caller
from services.enrollment.adapters.regions import names
from services.enrollment.operations.cards.held import seen_card
from services.enrollment.operations.cards.pages import Page
from services.enrollment.queries import cards as queries
from services.enrollment.queries.cards import Batch, BatchState, Part, Place, Story

CardState = Literal["printed", "delivered", "lost"]


class BatchStanding(BaseModel):
    """A batch in figures, as far as its members live in the caller's area."""

    batch_id: UUID
    village_code: str
    village: str
    printed_by: str
    printed_at: datetime
    state: BatchState
    printed: int
    delivered: int
    lost: int
    """Before or after they were handed over."""
    waiting: int
    """Still to be handed over: neither delivered nor lost, and the membership goes on."""


class Batches(BaseModel):
    """A page of batches, by village; ask again with `after` = `next_after` for the next."""

    batches: list[BatchStanding]
    next_after: str | None


class CardStory(BaseModel):
    """What became of a card; whose it is, is not told."""

    card_id: UUID
    worker_id: UUID
    programme_id: UUID
    batch_id: UUID | None
    village_code: str | None
    """Where its batch went."""
    state: CardState
    good: bool
    """Whether it is accepted when it is shown: not lost, and the membership goes on."""
    printed_by: str
    printed_at: datetime
    delivered_by: str | None
    delivered_at: datetime | None
    place: str | None
    handed_to: str | None
    reported_by: str | None
    lost_at: datetime | None
    lost_reason: str | None
    ended_on: date | None
    """When the membership ended."""
    replaces: UUID | None
    """The lost card in whose place it came."""
    replaced_by: UUID | None


class Cards(BaseModel):
    """The cards of one member, the first printed first."""

    cards: list[CardStory]


async def batches(
    session: AsyncSession, programme_id: UUID, *, area: str, state: BatchState | None, page: Page
) -> Batches:
    """A page of the batches that went to an area."""
    part = Part(programme_id, area, page.place, page.limit)
    found = await queries.batches(session, part, state=state)
    places = [Place(batch.village_code, batch.batch_id) for batch in found]
    return Batches(
        batches=[_standing(batch) for batch in found], next_after=page.next_after(places)
    )


async def card(session: AsyncSession, card_id: UUID, *, by: Caller) -> CardStory:
    """What became of a card. Raises: CardUnknown, OutsideArea."""
    return _story(await seen_card(session, card_id, by=by))


async def cards_of(session: AsyncSession, worker_id: UUID, *, by: Caller) -> Cards:
    """The cards of a member in the caller's area; of others, none."""
    found = await queries.stories_of(session, worker_id)
    return Cards(cards=[_story(each) for each in found if by.covers(each.lives_in)])


def _standing(batch: Batch) -> BatchStanding:
    return BatchStanding(
        **batch._asdict(),
        village=names().get(batch.village_code, batch.village_code),
        state="open" if batch.waiting else "delivered",
    )


def _story(of: Story) -> CardStory:
    held: dict[str, Any] = of.card.model_dump()
    return CardStory(
        **{name: held[name] for name in CardStory.model_fields if name in held},
        state=_state(of),
        good=of.card.lost_at is None and of.ended_on is None,
        ended_on=of.ended_on,
        replaced_by=of.replaced_by,
    )


def _state(of: Story) -> CardState:
    if of.card.lost_at is not None:
        return "lost"
    return "printed" if of.card.delivered_at is None else "delivered"
