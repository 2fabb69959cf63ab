"""Cards: printed for the covered, a village at a time; handed over; lost."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby, islice
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from chassis import working_days
from chassis.local_time import WITA, local_day
from contracts.enrollment import CardDelivered, CardLost, CardPrinted, HandedTo
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.types import ProgrammeId, WorkerId

BATCH_CARDS_MAX = 5_000
"""As many as are drawn into one PDF; who is left over is in the next batch of the village."""
PRINTING_DAYS = 7
"""Working days from the issue of the number to the card (PP 44/2015 art. 12)."""
DELIVERY_DAYS = 3
"""Working days more until the member has it (the same)."""


class CardHandedOver(Refused):
    """The card was handed over before."""

    slug, status, retryable = "card-handed-over", 409, False


class CardGone(Refused):
    """The card was reported lost."""

    slug, status, retryable = "card-lost", 409, False


class MemberEnded(Refused):
    """The card's membership has ended, and its card with it."""

    slug, status, retryable = "member-ended", 409, False


class BatchHandedOver(Refused):
    """No card of the batch waits any more."""

    slug, status, retryable = "batch-handed-over", 409, False


class CardNotInBatch(Refused):
    """A card that is named belongs to another batch."""

    slug, status, retryable = "card-not-in-batch", 422, False


class Cardless(NamedTuple):
    """A covered member without a card that counts: none was printed, or the last one was lost."""

    worker_id: WorkerId
    village_code: str
    replaces: UUID | None
    """The lost card in whose place the next one comes."""


class HeldCard(NamedTuple):
    """A card, and what has become of it."""

    card_id: UUID
    worker_id: WorkerId
    programme_id: ProgrammeId
    lives_in: str
    """The village of the member, now."""
    delivered: bool
    lost: bool
    ended: bool
    """The membership has ended: the card is good no more."""

    @property
    def waits(self) -> bool:
        """Whether it is still to be handed over."""
        return not (self.delivered or self.lost or self.ended)


class Handover(NamedTuple):
    """How cards reach people."""

    officer: str
    place: str | None = None
    handed_to: HandedTo = "member"


def print_batches(
    members: Iterable[Cardless], programme_id: ProgrammeId, *, cause: Cause, officer: str,
    now: datetime,
) -> Iterator[CardPrinted]:  # fmt: skip
    """Print the cards of these members, who come by village: one batch each.

    At most BATCH_CARDS_MAX a village; the rest wait for its next batch.
    """
    for village_code, lacking in groupby(members, key=attrgetter("village_code")):
        batch_id = derived_id(cause.cause_id, f"batch {village_code}")
        for each in islice(lacking, BATCH_CARDS_MAX):
            yield CardPrinted(
                **cause.stamp(f"print {each.worker_id}", at=now),
                worker_id=each.worker_id, programme_id=programme_id, printed_by=officer,
                card_id=derived_id(cause.cause_id, f"card {each.worker_id}"),
                batch_id=batch_id, village_code=village_code, replaces=each.replaces,
            )  # fmt: skip


def deliver_card(card: HeldCard, how: Handover, *, cause: Cause, now: datetime) -> CardDelivered:
    """Hand a card over. Raises: CardHandedOver, CardGone, MemberEnded."""
    if card.lost:
        raise CardGone(f"card {card.card_id} was reported lost: hand over the one in its place")
    if card.delivered:
        raise CardHandedOver(f"card {card.card_id} was handed over before: see its story")
    if card.ended:
        raise MemberEnded(f"the membership of card {card.card_id} has ended: take the card in")
    return _delivered(card, how, cause=cause, now=now)


def deliver_cards(
    cards: Iterable[HeldCard], how: Handover, *, cause: Cause, now: datetime
) -> Iterator[CardDelivered]:
    """Hand over those of these cards that wait."""
    for card in cards:
        if card.waits:
            yield _delivered(card, how, cause=cause, now=now)


def deliver_batch(
    cards: Sequence[HeldCard], how: Handover, *, uncollected: Collection[UUID], cause: Cause,
    now: datetime,
) -> Iterator[CardDelivered]:  # fmt: skip
    """Hand over the cards of a batch that wait, but for those that nobody collected.

    Raises: CardNotInBatch, BatchHandedOver.
    """
    strangers = set(uncollected).difference(card.card_id for card in cards)
    if strangers:
        raise CardNotInBatch(f"card {min(strangers)} is not in this batch: see its list")
    if not any(card.waits for card in cards):
        raise BatchHandedOver("no card of this batch waits: each was handed over, lost or taken in")
    collected = (card for card in cards if card.card_id not in uncollected)
    return deliver_cards(collected, how, cause=cause, now=now)


def report_lost(
    card: HeldCard, *, reason: str, officer: str, cause: Cause, now: datetime
) -> CardLost:
    """Refuse a card from now on, handed over or not. Raises: CardGone."""
    if card.lost:
        raise CardGone(f"card {card.card_id} was reported lost before: see its story")
    return CardLost(
        **cause.stamp(f"lose {card.card_id}", at=now),
        worker_id=card.worker_id, programme_id=card.programme_id, card_id=card.card_id,
        reason=reason, reported_by=officer,
    )  # fmt: skip


def due_on(since: datetime, *, days: int) -> date:
    """The last of the working days that the law allows; the day it began on is not counted."""
    return working_days.after(local_day(since), days=days)


def days_over(since: datetime, *, days: int, today: date) -> int:
    """By how many working days it is late today."""
    return _working_days(due_on(since, days=days), today)


def begun_before(today: date, *, days: int) -> datetime:
    """What began before this instant has waited, today, for so many working days or more."""
    day = today
    for _ in range(days):
        while not working_days.is_working_day(day):
            day -= timedelta(days=1)
        day -= timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=WITA)


@lru_cache(maxsize=1_000)
def _working_days(after: date, until: date) -> int:
    """Working days later than the one and not later than the other; rows of a list share them."""
    days = (after + timedelta(days=n) for n in range(1, (until - after).days + 1))
    return sum(map(working_days.is_working_day, days))


def _delivered(card: HeldCard, how: Handover, *, cause: Cause, now: datetime) -> CardDelivered:
    return CardDelivered(
        **cause.stamp(f"deliver {card.card_id}", at=now),
        worker_id=card.worker_id, programme_id=card.programme_id, delivered_by=how.officer,
        card_id=card.card_id, place=how.place, handed_to=how.handed_to,
    )  # fmt: skip
