"""What is known of cards, their batches, and members who wait for one."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from chassis.state.area_filters import within
from services.enrollment.models import Card, Membership, Worker
from services.enrollment.rules.cards import Cardless, HeldCard

BatchState = Literal["open", "delivered"]
"""`open`: some card of the batch is still to be handed over."""


class Place(NamedTuple):
    """Where a page begins: behind this card, batch or member of this village."""

    village_code: str
    of: UUID


_BEFORE_ALL = Place("", UUID(int=0))


class Part(NamedTuple):
    """Which part of a programme's list is asked for."""

    programme_id: UUID
    area: str
    after: Place | None
    limit: int


class Batch(NamedTuple):
    """A batch in figures, as far as the session sees its cards."""

    batch_id: UUID
    village_code: str
    printed_by: str
    printed_at: datetime
    printed: int
    delivered: int
    lost: int
    waiting: int


class BatchCard(NamedTuple):
    """A card as it stands in its batch, and what is printed on it but the name."""

    card_id: UUID
    batch_id: UUID
    worker_id: UUID
    lives_in: str
    village_code: str
    programme: str
    kpj: str
    covered_from: datetime
    printed_at: datetime
    delivered_at: datetime | None
    place: str | None
    handed_to: str | None
    lost_at: datetime | None


class Undelivered(NamedTuple):
    """A card that waits to be handed over."""

    village_code: str
    card_id: UUID
    worker_id: UUID
    batch_id: UUID | None
    kpj: str
    printed_at: datetime


class Unprinted(NamedTuple):
    """A covered member without a card that counts, and since when."""

    village_code: str
    worker_id: UUID
    kpj: str
    since: datetime
    replaces: UUID | None


class Story(NamedTuple):
    """A card, where its member lives, when the membership ended, the card in its place."""

    card: Card
    lives_in: str
    ended_on: date | None
    replaced_by: UUID | None


_AREA = within("member.village_code")
_CARDLESS = f"""
    FROM (SELECT member.worker_id, member.programme_id, member.village_code, member.district_code,
                 worker.kpj, greatest(member.covered_from, member.enrolled_at) AS numbered_at
          FROM memberships member JOIN workers worker USING (worker_id)
          WHERE member.programme_id = :programme_id AND {_AREA}
            AND member.covered_from IS NOT NULL AND member.ended_on IS NULL
            AND member.lapsed_on IS NULL AND worker.erased_at IS NULL
            AND NOT EXISTS (SELECT FROM cards good WHERE good.worker_id = member.worker_id
                            AND good.programme_id = member.programme_id
                            AND good.lost_at IS NULL)) AS member
    LEFT JOIN LATERAL (
        SELECT card.card_id, card.lost_at FROM cards card
        WHERE card.worker_id = member.worker_id AND card.programme_id = member.programme_id
          AND NOT EXISTS (SELECT FROM cards later WHERE later.worker_id = card.worker_id
                          AND later.replaces = card.card_id)
        ORDER BY card.lost_at DESC LIMIT 1) AS lost ON true"""  # noqa: S608  (constants)
_TO_PRINT = text(f"""
    SELECT member.worker_id, member.village_code, lost.card_id AS replaces {_CARDLESS}
    WHERE member.district_code = left(:area, 8)
    ORDER BY member.village_code, member.worker_id""")


async def cards_to_print(session: AsyncSession, programme_id: UUID, *, area: str) -> list[Cardless]:
    """The covered members of a kecamatan or village who have no card that counts, by village."""
    found = await session.execute(_TO_PRINT, {"programme_id": programme_id, "area": area})
    return [Cardless._make(row) for row in found]


_HELD = """
    SELECT card.card_id, card.worker_id, card.programme_id, worker.village_code AS lives_in,
           card.delivered_at IS NOT NULL, card.lost_at IS NOT NULL, member.ended_on IS NOT NULL
    FROM cards card JOIN memberships member USING (worker_id, programme_id)
    JOIN workers worker USING (worker_id)"""
_LOCK = "ORDER BY card.card_id FOR UPDATE OF card"
_HELD_ONE = text(f"{_HELD} WHERE card.card_id = :card_id {_LOCK}")
_HELD_IN_BATCH = text(f"{_HELD} WHERE card.batch_id = :batch_id {_LOCK}")
_HELD_IN_DISTRICT = text(f"""{_HELD}
    WHERE member.programme_id = :programme_id AND member.district_code = :district_code
      AND card.delivered_at IS NULL AND card.lost_at IS NULL {_LOCK}""")


async def card_locked(session: AsyncSession, card_id: UUID) -> HeldCard | None:
    """A card, locked: whoever decides about it holds this."""
    found = (await session.execute(_HELD_ONE, {"card_id": card_id})).one_or_none()
    return None if found is None else HeldCard._make(found)


async def batch_locked(session: AsyncSession, batch_id: UUID) -> list[HeldCard]:
    """The cards of a batch, locked."""
    found = await session.execute(_HELD_IN_BATCH, {"batch_id": batch_id})
    return [HeldCard._make(row) for row in found]


async def undelivered_locked(
    session: AsyncSession, programme_id: UUID, *, district_code: str
) -> list[HeldCard]:
    """The cards of a kecamatan that were neither handed over nor lost, locked."""
    bound = {"programme_id": programme_id, "district_code": district_code}
    found = await session.execute(_HELD_IN_DISTRICT, bound)
    return [HeldCard._make(row) for row in found]


_BATCHES = text(f"""
    SELECT * FROM (
        SELECT card.batch_id, card.village_code, min(card.printed_by) AS printed_by,
               min(card.printed_at) AS printed_at, count(*) AS printed,
               count(card.delivered_at) AS delivered, count(card.lost_at) AS lost,
               count(*) FILTER (WHERE card.delivered_at IS NULL AND card.lost_at IS NULL
                                AND member.ended_on IS NULL) AS waiting
        FROM cards card JOIN memberships member USING (worker_id, programme_id)
        WHERE card.programme_id = :programme_id AND card.batch_id IS NOT NULL
          AND {_AREA.replace("member.", "card.")}
        GROUP BY card.batch_id, card.village_code) AS batch
    WHERE (CAST(:state AS text) IS NULL OR (waiting > 0) = (:state = 'open'))
      AND (village_code, batch_id) > (:after_village, CAST(:after_id AS uuid))
    ORDER BY village_code, batch_id LIMIT :limit""")  # noqa: S608  (constants)


async def batches(session: AsyncSession, part: Part, *, state: BatchState | None) -> list[Batch]:
    """The batches that went to an area, by village."""
    found = await session.execute(_BATCHES, _bound(part) | {"state": state})
    return [Batch._make(row) for row in found]


_BATCH = text("""
    SELECT card.card_id, card.batch_id, card.worker_id, worker.village_code AS lives_in,
           coalesce(card.village_code, member.village_code) AS village_code,
           programme.name AS programme, worker.kpj, member.covered_from, card.printed_at,
           card.delivered_at, card.place, card.handed_to, card.lost_at
    FROM cards card JOIN memberships member USING (worker_id, programme_id)
    JOIN workers worker USING (worker_id) JOIN programmes programme USING (programme_id)
    WHERE card.batch_id = :batch_id ORDER BY card.card_id""")


async def cards_of_batch(session: AsyncSession, batch_id: UUID) -> list[BatchCard]:
    """All cards of a batch that the session may see, whatever became of them."""
    found = await session.execute(_BATCH, {"batch_id": batch_id})
    return [BatchCard._make(row) for row in found]


_UNDELIVERED = text(f"""
    SELECT member.village_code, card.card_id, card.worker_id, card.batch_id, worker.kpj,
           card.printed_at
    FROM cards card JOIN memberships member USING (worker_id, programme_id)
    JOIN workers worker USING (worker_id)
    WHERE card.programme_id = :programme_id AND {_AREA}
      AND card.delivered_at IS NULL AND card.lost_at IS NULL AND member.ended_on IS NULL
      AND card.printed_at < :before
      AND (member.village_code, card.card_id) > (:after_village, CAST(:after_id AS uuid))
    ORDER BY member.village_code, card.card_id LIMIT :limit""")  # noqa: S608  (constants)


async def undelivered(session: AsyncSession, part: Part, *, before: datetime) -> list[Undelivered]:
    """The cards printed before an instant that wait to be handed over, by village."""
    found = await session.execute(_UNDELIVERED, _bound(part) | {"before": before})
    return [Undelivered._make(row) for row in found]


_SINCE = "coalesce(lost.lost_at, member.numbered_at)"
"""Whoever had a number before waits from the day when he was taken in again."""
_UNPRINTED = text(f"""
    SELECT member.village_code, member.worker_id, member.kpj, {_SINCE} AS since,
           lost.card_id AS replaces {_CARDLESS}
    WHERE {_SINCE} < :before
      AND (member.village_code, member.worker_id) > (:after_village, CAST(:after_id AS uuid))
    ORDER BY member.village_code, member.worker_id LIMIT :limit""")


async def unprinted(session: AsyncSession, part: Part, *, before: datetime) -> list[Unprinted]:
    """The covered members who have waited for a card since before an instant, by village."""
    found = await session.execute(_UNPRINTED, _bound(part) | {"before": before})
    return [Unprinted._make(row) for row in found]


_REVOKED = text("""
    SELECT card_id FROM cards WHERE lost_at IS NOT NULL
    UNION
    SELECT card_id FROM cards JOIN memberships member USING (worker_id, programme_id)
    WHERE member.ended_on IS NOT NULL
    ORDER BY card_id""")


async def revoked(session: AsyncSession) -> Sequence[UUID]:
    """The cards that are good no more: lost, or of a membership that has ended."""
    return (await session.scalars(_REVOKED)).all()


_IS_GOOD = text("""
    SELECT card.lost_at IS NULL AND member.ended_on IS NULL
    FROM cards card JOIN memberships member USING (worker_id, programme_id)
    WHERE card.card_id = :card_id""")


async def is_good(session: AsyncSession, card_id: UUID) -> bool:
    """Whether there is such a card, and it is not revoked."""
    return bool(await session.scalar(_IS_GOOD, {"card_id": card_id}))


async def story(session: AsyncSession, card_id: UUID) -> Story | None:
    """A card, and what came of it."""
    return next(iter(await _stories(session, col(Card.card_id) == card_id)), None)


async def stories_of(session: AsyncSession, worker_id: UUID) -> list[Story]:
    """The cards of a member, the first printed first."""
    return await _stories(session, col(Card.worker_id) == worker_id)


async def _stories(session: AsyncSession, wanted: ColumnElement[bool]) -> list[Story]:
    later = aliased(Card)
    replaced_by = (
        select(col(later.card_id))
        .where(
            col(later.worker_id) == col(Card.worker_id), col(later.replaces) == col(Card.card_id)
        )
        .scalar_subquery()
    )
    of_card = (col(Membership.worker_id) == Card.worker_id) & (
        col(Membership.programme_id) == Card.programme_id
    )
    found = await session.execute(
        select(Card, col(Worker.village_code), col(Membership.ended_on), replaced_by)
        .join(Worker, col(Worker.worker_id) == Card.worker_id)
        .join(Membership, of_card)
        .where(wanted)
        .order_by(col(Card.printed_at), col(Card.lost_at).nulls_last())
    )
    return [Story._make(row) for row in found]


def _bound(part: Part) -> dict[str, Any]:
    after = part.after or _BEFORE_ALL
    return {
        "programme_id": part.programme_id, "area": part.area, "limit": part.limit,
        "after_village": after.village_code, "after_id": after.of,
    }  # fmt: skip
