"""Cards: printed, handed over, lost."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.state.tables import insert_rows, update_rows
from contracts.enrollment import CardDelivered, CardLost, CardPrinted
from services.enrollment.models import Card
from services.enrollment.projections.registered import projections

_CARD = ("card_id",)


@projections.applies(CardPrinted)
async def cards_printed(session: AsyncSession, events: Sequence[CardPrinted]) -> None:
    """The card exists."""
    await insert_rows(
        session,
        Card,
        [
            {
                "card_id": e.card_id or e.event_id,
                "worker_id": e.worker_id,
                "programme_id": e.programme_id,
                "batch_id": e.batch_id,
                "village_code": e.village_code,
                "replaces": e.replaces,
                "printed_by": e.printed_by,
                "printed_at": e.occurred_at,
            }
            for e in events
        ],
    )


@projections.applies(CardDelivered)
async def cards_delivered(session: AsyncSession, events: Sequence[CardDelivered]) -> None:
    """The member has the card. One that names no card is about the one that waited."""
    unnamed = [e.worker_id for e in events if e.card_id is None]
    waiting = await session.execute(
        select(Card.worker_id, Card.card_id).where(
            col(Card.worker_id).in_(unnamed), col(Card.delivered_at).is_(None)
        )
    )
    of_worker = dict(waiting.all())
    rows = [
        {
            "card_id": e.card_id or of_worker[e.worker_id],
            "delivered_by": e.delivered_by,
            "delivered_at": e.occurred_at,
            "place": e.place,
            "handed_to": e.handed_to,
        }
        for e in events
    ]
    await update_rows(session, Card, rows, keys=_CARD)


@projections.applies(CardLost)
async def cards_lost(session: AsyncSession, events: Sequence[CardLost]) -> None:
    """The card is refused from now on."""
    rows = [
        {
            "card_id": e.card_id,
            "lost_at": e.occurred_at,
            "lost_reason": e.reason,
            "reported_by": e.reported_by,
        }
        for e in events
    ]
    await update_rows(session, Card, rows, keys=_CARD)
