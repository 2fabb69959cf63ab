"""What programmes come to, in whichever schema the session looks at; and the events it follows
from."""

from collections.abc import AsyncIterator, Collection, Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.event import Event
from contracts.upcasting import UPCASTS

EVENTS_AT_ONCE = 2_000


class ProgrammeMoney(NamedTuple):
    """What a programme promised. Rupiah."""

    name: str
    last_month: str
    month: int
    """As it was opened."""
    ceiling: int
    members: int
    """Places that are taken."""
    reserved: int


class MonthMoney(NamedTuple):
    """What a month came to in a kabupaten or kota, of what a funder pays. Rupiah."""

    months: int
    billed: int
    months_paid: int
    paid: int


class Money(NamedTuple):
    """All of it."""

    programmes: Mapping[UUID, ProgrammeMoney]
    months: Mapping[tuple[UUID, str, str], MonthMoney]
    """By programme, kabupaten or kota (whose quota has the place), and month."""


_PROGRAMMES = text("""
    SELECT programme_id, name, last_month, jkk + jkm, ceiling,
           coalesce(sum(heads), 0)::bigint, coalesce(sum(reserved), 0)::bigint
    FROM programmes LEFT JOIN commitments USING (programme_id)
    GROUP BY programme_id ORDER BY first_month, name, programme_id""")
_MONTHS = text("""
    SELECT programme_id, region_code, month, count(*), sum(amount)::bigint, count(paid_at),
           coalesce(sum(amount) FILTER (WHERE paid_at IS NOT NULL), 0)::bigint
    FROM contributions JOIN memberships USING (worker_id, programme_id)
    WHERE payer <> 'self' GROUP BY programme_id, region_code, month
    ORDER BY region_code, month, programme_id""")
_EVENTS = text("""
    SELECT type, body FROM public.event_log WHERE type = ANY(:types)
    ORDER BY recorded_at, logged_at, type = ANY(:last), shard, seq""")
_SET_BACK = text("""
    SELECT count(*) FROM (
        SELECT recorded_at < lag(recorded_at) OVER (PARTITION BY shard ORDER BY seq) AS is_earlier
        FROM public.event_log WHERE type = ANY(:types)) AS looked_at WHERE is_earlier""")
_COUNT = text("SELECT count(*) FROM public.event_log WHERE type = ANY(:types)")


async def money(session: AsyncSession) -> Money:
    """What every programme came to, in all and by place and month."""
    programmes = {each[0]: ProgrammeMoney(*each[1:]) for each in await session.execute(_PROGRAMMES)}
    months = {tuple(each[:3]): MonthMoney(*each[3:]) for each in await session.execute(_MONTHS)}
    return Money(programmes, months)


async def count(session: AsyncSession, types: Collection[str]) -> int:
    """How many events of these types there are."""
    return int(await session.scalar(_COUNT, {"types": list(types)}) or 0)


async def set_back(session: AsyncSession, types: Collection[str]) -> int:
    """How many events bear an earlier time than the one before them in their shard: the clock was
    set back, and around there it does not tell the order."""
    return int(await session.scalar(_SET_BACK, {"types": list(types)}) or 0)


async def in_order(
    session: AsyncSession, known: Mapping[str, type[Event]], *, last: Collection[str]
) -> AsyncIterator[list[Event]]:
    """The events of these types as they were decided, a portion at a time; in a transaction those
    that are `last` behind the others. One writer at a time decides about places and money, so the
    clock tells the order; the numbers do within a shard only."""
    asked = {"types": list(known), "last": list(last)}
    found = await session.stream(_EVENTS, asked, execution_options={"yield_per": EVENTS_AT_ONCE})
    async for rows in found.partitions(EVENTS_AT_ONCE):
        events = (UPCASTS.read(name, body, known) for name, body in rows)
        yield [event for event in events if event is not None]
