"""How programmes stand, and what they still carry."""

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.operations.programmes import known_programme
from services.enrollment.queries import programmes as queries
from services.enrollment.rules.programmes import forecast


class ProgrammeStanding(BaseModel):
    """A programme in figures, within an area. Amounts in rupiah."""

    programme_id: UUID
    name: str
    funder: str
    legal_basis: str
    first_month: str
    last_month: str
    closed: bool
    area: str
    ceiling: int
    quota: int
    heads: int
    """Places taken of the quota: members who have not ended."""
    reserved: int
    """Committed: what the months promised cost."""
    enrolled: int
    activated: int
    """Ever covered."""
    covered: int
    """Covered now."""
    in_arrears: int
    """Covered, with one to three months owed."""
    lapsed: int
    ended: int
    cards_printed: int
    cards_delivered: int
    accounts_linked: int
    months_billed: int
    months_paid: int
    amount_paid: int
    promised_by_members: int
    """What the members' months cost, one by one: the sum that `reserved` must be."""


class ProgrammeLine(BaseModel):
    """A programme in the list."""

    programme_id: UUID
    name: str
    first_month: str
    last_month: str
    ceiling: int
    closed: bool


class Programmes(BaseModel):
    """The programmes of a province."""

    programmes: list[ProgrammeLine]


class WhatIf(BaseModel):
    """What the money that is left still carries. Amounts in rupiah."""

    ceiling: int
    reserved: int
    left: int
    month: int
    """What a month of one member costs."""
    months_left: int
    """Months from this one to the programme's last."""
    members_carried: int
    """New members for all of these months that the money still carries."""
    heads: int | None
    months: int | None
    """Months asked about; else `months_left`."""
    cost: int | None
    """What `heads` new members for `months` would reserve."""
    carried: bool | None
    """Whether the money is there for them."""
    months_carried: int | None
    """Whole months that the money carries for `heads` new members."""


async def programme(session: AsyncSession, programme_id: UUID, *, area: str) -> ProgrammeStanding:
    """A programme in figures. Raises: ProgrammeUnknown."""
    held = await known_programme(session, programme_id)
    return ProgrammeStanding(
        programme_id=held.programme_id,
        name=held.name,
        funder=held.funder,
        legal_basis=held.legal_basis,
        first_month=held.first_month,
        last_month=held.last_month,
        closed=held.closed_at is not None,
        area=area,
        ceiling=held.ceiling,
        **await queries.promised(session, programme_id, area=area),
        **await queries.figures(session, programme_id, area=area),
    )


async def programmes_of(session: AsyncSession, *, area: str) -> Programmes:
    """The programmes of the area's province, the latest first."""
    found = await queries.programmes_of(session, province_code=area[:2])
    return Programmes(
        programmes=[
            ProgrammeLine(
                programme_id=each.programme_id,
                name=each.name,
                first_month=each.first_month,
                last_month=each.last_month,
                ceiling=each.ceiling,
                closed=each.closed_at is not None,
            )
            for each in found
        ]
    )


async def what_if(
    session: AsyncSession,
    programme_id: UUID,
    *,
    this_month: str,
    heads: int | None,
    months: int | None,
) -> WhatIf:
    """What the programme's money still carries. Raises: ProgrammeUnknown."""
    held = await known_programme(session, programme_id)
    capacity = await queries.capacity(session, programme_id)
    found = forecast(capacity, this_month=this_month, heads=heads, months=months)
    return WhatIf(
        ceiling=held.ceiling,
        reserved=held.ceiling - capacity.money,
        left=capacity.money,
        month=capacity.month,
        heads=heads,
        **found._asdict(),
    )
