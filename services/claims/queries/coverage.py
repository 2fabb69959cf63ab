"""What is known here of a member's cover: nobody is asked in the middle of a decision."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.local_time import local_day
from services.claims.models import CoverEnd, CoverSpell, Member, PaidMonth
from services.claims.rules.facts import PaidMonth as Paid
from services.claims.rules.facts import Spell
from services.claims.rules.tariffs import FIRST_TIER, tier_of

_NO_DECISION = ("death", "lapse", "refused")
"""Ends that the rules find themselves (a death, arrears), or before there was a cover."""


class FactsOfCover(NamedTuple):
    """The part of the facts that is about cover."""

    spells: tuple[Spell, ...]
    paid: tuple[Paid, ...]
    last_promised_month: str | None
    base_income: int


async def facts_of_cover(session: AsyncSession, worker_id: UUID) -> FactsOfCover:
    """Cover, ends, paid months, what was promised, and the income by the latest amount paid."""
    months = select(PaidMonth).where(PaidMonth.worker_id == worker_id)
    paid = (await session.scalars(months.order_by(col(PaidMonth.month)))).all()
    promised = select(Member.last_month).where(Member.worker_id == worker_id)
    amounts = [each.amount for each in paid if each.amount is not None]
    return FactsOfCover(
        spells=await _spells(session, worker_id),
        paid=tuple(Paid(each.month, local_day(each.paid_at), each.event_id) for each in paid),
        last_promised_month=await session.scalar(promised),
        base_income=tier_of(amounts[-1]).base_income if amounts else FIRST_TIER,
    )


async def _spells(session: AsyncSession, worker_id: UUID) -> tuple[Spell, ...]:
    """Each cover with the end that was decided while it ran; a later end is of a later cover."""
    begun = select(CoverSpell).where(CoverSpell.worker_id == worker_id)
    rows = (await session.scalars(begun.order_by(col(CoverSpell.covered_from)))).all()
    ended = select(CoverEnd).where(
        CoverEnd.worker_id == worker_id,
        col(CoverEnd.reason).not_in(_NO_DECISION),
        col(CoverEnd.is_restored).is_(False),
    )
    ends = sorted(each.ended_on for each in await session.scalars(ended))
    nexts = [local_day(row.covered_from) for row in rows[1:]]
    spells = []
    for row, following in zip(rows, [*nexts, date.max], strict=False):
        began_on = local_day(row.covered_from)
        own = [end for end in ends if began_on <= end <= following]
        ends = [end for end in ends if end > following]
        spells.append(Spell(row.covered_from, own[0] if own else None, row.event_id))
    return tuple(spells)
