"""Cards that are late: not printed, or printed and not handed over (PP 44/2015 art. 12)."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.local_time import local_day
from chassis.web.sheets import Cell
from services.enrollment.adapters.regions import names
from services.enrollment.operations.cards.pages import SHEET_ROWS, Page
from services.enrollment.queries import cards as queries
from services.enrollment.queries.cards import Part, Place, Undelivered, Unprinted
from services.enrollment.rules.cards import (
    DELIVERY_DAYS,
    PRINTING_DAYS,
    begun_before,
    days_over,
    due_on,
)
from services.enrollment.rules.places import district_of

UNDELIVERED_COLUMNS = (
    "Kode wilayah", "Kelurahan/Desa", "Kecamatan", "KPJ", "Nomor kartu", "Nomor batch",
    "Dicetak", "Batas penyerahan", "Hari kerja terlambat",
)  # fmt: skip
UNPRINTED_COLUMNS = (
    "Kode wilayah", "Kelurahan/Desa", "Kecamatan", "KPJ", "Mengganti kartu",
    "Menunggu sejak", "Batas pencetakan", "Hari kerja terlambat",
)  # fmt: skip


class Wanted(NamedTuple):
    """Which cards of a programme and area: those late by so many working days or more."""

    programme_id: UUID
    area: str
    days: int
    """0: also those that are not late."""


class UndeliveredCard(BaseModel):
    """A card that waits to be handed over."""

    village_code: str
    village: str
    card_id: UUID
    worker_id: UUID
    batch_id: UUID | None
    kpj: str
    printed_at: datetime
    due_on: date
    """The third working day after the printing."""
    days_over: int
    """Working days since then."""


class UndeliveredCards(BaseModel):
    """A page of them, by village; ask again with `after` = `next_after` for the next."""

    cards: list[UndeliveredCard]
    next_after: str | None


class WaitingMember(BaseModel):
    """A covered member without a card that counts."""

    village_code: str
    village: str
    worker_id: UUID
    kpj: str
    since: datetime
    """When the number was issued, or the card before was reported lost."""
    due_on: date
    """The seventh working day after that."""
    days_over: int
    """Working days since then."""
    replaces: UUID | None
    """The lost card."""


class WaitingMembers(BaseModel):
    """A page of them, by village; ask again with `after` = `next_after` for the next."""

    members: list[WaitingMember]
    next_after: str | None


async def undelivered(
    session: AsyncSession, wanted: Wanted, *, page: Page, now: datetime
) -> UndeliveredCards:
    """A page of the cards that wait to be handed over."""
    found = await _undelivered(session, wanted, after=page.place, limit=page.limit, now=now)
    return UndeliveredCards(
        cards=[_undelivered_card(card, today=local_day(now)) for card in found],
        next_after=page.next_after([Place(c.village_code, c.card_id) for c in found]),
    )


async def unprinted(
    session: AsyncSession, wanted: Wanted, *, page: Page, now: datetime
) -> WaitingMembers:
    """A page of the covered members who wait for a card."""
    found = await _unprinted(session, wanted, after=page.place, limit=page.limit, now=now)
    return WaitingMembers(
        members=[_waiting_member(each, today=local_day(now)) for each in found],
        next_after=page.next_after([Place(m.village_code, m.worker_id) for m in found]),
    )


async def undelivered_rows(
    session: AsyncSession, wanted: Wanted, *, now: datetime
) -> AsyncIterator[Sequence[Cell]]:
    """All of them, as UNDELIVERED_COLUMNS says."""
    after = None
    while found := await _undelivered(session, wanted, after=after, limit=SHEET_ROWS, now=now):
        for card in (_undelivered_card(each, today=local_day(now)) for each in found):
            yield (
                *_place_names(card.village_code), card.kpj, card.card_id, card.batch_id,
                local_day(card.printed_at), card.due_on, card.days_over,
            )  # fmt: skip
        after = Place(found[-1].village_code, found[-1].card_id)


async def unprinted_rows(
    session: AsyncSession, wanted: Wanted, *, now: datetime
) -> AsyncIterator[Sequence[Cell]]:
    """All of them, as UNPRINTED_COLUMNS says."""
    after = None
    while found := await _unprinted(session, wanted, after=after, limit=SHEET_ROWS, now=now):
        for each in (_waiting_member(member, today=local_day(now)) for member in found):
            yield (
                *_place_names(each.village_code), each.kpj, each.replaces,
                local_day(each.since), each.due_on, each.days_over,
            )  # fmt: skip
        after = Place(found[-1].village_code, found[-1].worker_id)


async def _undelivered(
    session: AsyncSession, wanted: Wanted, *, after: Place | None, limit: int, now: datetime
) -> list[Undelivered]:
    part = Part(wanted.programme_id, wanted.area, after, limit)
    before = _before(wanted, allowed=DELIVERY_DAYS, now=now)
    return await queries.undelivered(session, part, before=before)


async def _unprinted(
    session: AsyncSession, wanted: Wanted, *, after: Place | None, limit: int, now: datetime
) -> list[Unprinted]:
    part = Part(wanted.programme_id, wanted.area, after, limit)
    before = _before(wanted, allowed=PRINTING_DAYS, now=now)
    return await queries.unprinted(session, part, before=before)


def _before(wanted: Wanted, *, allowed: int, now: datetime) -> datetime:
    """What was late by so many working days, or more, began before this."""
    days = allowed + wanted.days if wanted.days else 0
    return begun_before(local_day(now), days=days)


def _undelivered_card(card: Undelivered, *, today: date) -> UndeliveredCard:
    return UndeliveredCard(
        **card._asdict(),
        village=_place_names(card.village_code)[1],
        due_on=due_on(card.printed_at, days=DELIVERY_DAYS),
        days_over=days_over(card.printed_at, days=DELIVERY_DAYS, today=today),
    )


def _waiting_member(member: Unprinted, *, today: date) -> WaitingMember:
    return WaitingMember(
        **member._asdict(),
        village=_place_names(member.village_code)[1],
        due_on=due_on(member.since, days=PRINTING_DAYS),
        days_over=days_over(member.since, days=PRINTING_DAYS, today=today),
    )


def _place_names(village_code: str) -> tuple[str, str, str]:
    """The code of a village, its name, and that of its kecamatan."""
    district = district_of(village_code)
    return village_code, names().get(village_code, village_code), names().get(district, district)
