"""Hand cards over; take note of lost ones."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.enrollment import HandedTo
from contracts.event import Cause
from services.enrollment.operations.cards.held import held_batch, held_card
from services.enrollment.operations.programmes import known_programme
from services.enrollment.queries import cards as queries
from services.enrollment.rules import cards as rules
from services.enrollment.rules.cards import Handover


class Counted(BaseModel):
    """How many members it concerned."""

    members: int


class HandedOver(BaseModel):
    """How many cards were handed over, and when that was recorded."""

    cards: int
    delivered_at: datetime


class Lost(BaseModel):
    """The card that is refused from now on."""

    card_id: UUID
    lost_at: datetime


async def deliver_card(
    unit: Unit, card_id: UUID, *, place: str, handed_to: HandedTo, by: Caller, cause: Cause
) -> HandedOver:
    """Hand one card over.

    Raises: CardUnknown, OutsideArea, CardHandedOver, CardGone, MemberEnded.
    """
    card = await held_card(unit.session, card_id, by=by)
    how = Handover(officer=by.name, place=place, handed_to=handed_to)
    await unit.record([rules.deliver_card(card, how, cause=cause, now=unit.now)])
    return HandedOver(cards=1, delivered_at=unit.now)


async def deliver_batch(
    unit: Unit, batch_id: UUID, *, place: str, uncollected: Collection[UUID], by: Caller,
    cause: Cause,
) -> HandedOver:  # fmt: skip
    """Hand over the cards of a batch that wait, but for those that nobody collected.

    Raises: BatchUnknown, CardNotInBatch, BatchHandedOver.
    """
    cards = await held_batch(unit.session, batch_id, by=by)
    how = Handover(officer=by.name, place=place)
    delivered = list(
        rules.deliver_batch(cards, how, uncollected=uncollected, cause=cause, now=unit.now)
    )
    await unit.record(delivered)
    return HandedOver(cards=len(delivered), delivered_at=unit.now)


async def deliver_district(
    unit: Unit, programme_id: UUID, *, district_code: str, by: Caller, cause: Cause
) -> Counted:
    """Hand over all cards of a kecamatan that wait. Raises: ProgrammeUnknown."""
    await known_programme(unit.session, programme_id)
    cards = await queries.undelivered_locked(
        unit.session, programme_id, district_code=district_code
    )
    how = Handover(officer=by.name)
    delivered = list(rules.deliver_cards(cards, how, cause=cause, now=unit.now))
    await unit.record(delivered)
    return Counted(members=len(delivered))


async def report_lost(unit: Unit, card_id: UUID, *, reason: str, by: Caller, cause: Cause) -> Lost:
    """Refuse a card from now on; the next batch of its village has one in its place.

    Raises: CardUnknown, OutsideArea, CardGone.
    """
    card = await held_card(unit.session, card_id, by=by)
    lost = rules.report_lost(card, reason=reason, officer=by.name, cause=cause, now=unit.now)
    await unit.record([lost])
    return Lost(card_id=card_id, lost_at=unit.now)
