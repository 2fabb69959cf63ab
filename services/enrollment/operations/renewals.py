"""Renew a programme, and carry its members over into the next one."""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.local_time import local_day
from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import ProgrammeId
from services.enrollment.models import Programme
from services.enrollment.operations.programmes import Opened, held_programme, known_programme
from services.enrollment.queries import programmes
from services.enrollment.queries import renewals as queries
from services.enrollment.queries.renewals import Room
from services.enrollment.rules import programmes as opening
from services.enrollment.rules import renewals as rules
from services.enrollment.rules.months import month_of
from services.enrollment.rules.programmes import Capacity, ProgrammeTerms
from services.enrollment.rules.renewals import Renewal

PORTION = 500
"""Members carried over in one transaction."""


class NotRenewed(Refused):
    """No programme renews this one."""

    slug, status, retryable = "programme-not-renewed", 404, False


class LeftBehind(BaseModel):
    """A member who was not carried over, and why."""

    worker_id: UUID
    village_code: str
    reason: str
    """`ended`, `lapsed`, `already-member` of another programme, `quota-exhausted`,
    `budget-exhausted`, `programme-closed` or `programme-over`."""


class RenewalStanding(BaseModel):
    """How far a renewal is, within the caller's area."""

    programme_id: UUID
    """The next programme."""
    renews: UUID
    carried: int
    waiting: int
    """Members whose turn has not come."""
    left: Mapping[str, int]
    """Members who were not carried over, by reason."""
    percent: int
    done: bool
    """Nobody waits. When quota or ceiling is raised, those who did not fit are carried over."""
    left_behind: list[LeftBehind]
    """A page of them; ask again with `after` = `next_after`."""
    next_after: UUID | None


async def renew(
    unit: Unit, programme_id: UUID, terms: ProgrammeTerms, *, by: Caller, cause: Cause
) -> Opened:
    """Open the programme that renews this one; its members are carried over by the job.

    Raises: ProgrammeUnknown, OutsideArea, ProgrammeRenewed, RenewalOverlaps,
    ProgrammeMonthsReversed, QuotaNamedTwice, QuotaOutsideProvince, TariffUnknown, TariffUnverified.
    """
    held = await held_programme(unit.session, programme_id)
    by.check_area(held.province_code)
    rules.check_renewable(
        last_month=held.last_month,
        first_month=terms.first_month,
        renewed=await queries.next_programme(unit.session, programme_id) is not None,
    )
    opened = opening.open_programme(terms, cause=cause, officer=by.name, now=unit.now)
    await unit.record([opened])
    return Opened(programme_id=opened.programme_id)


async def carry_over(unit: Unit) -> bool:
    """Carry a portion of members over into the programme that renews theirs; tell whether there
    were any. Who was carried over is in the tables: after a crash it goes on with the next."""
    this_month = month_of(local_day(unit.now))
    for programme in await queries.renewing(unit.session, this_month=this_month):
        if await _carry_portion(unit, programme, this_month=this_month):
            return True
    return False


async def _carry_portion(unit: Unit, programme: Programme, *, this_month: str) -> bool:
    await held_programme(unit.session, programme.programme_id)
    capacity = await programmes.capacity(unit.session, programme.programme_id)
    room = _room(programme, capacity, this_month=this_month)
    if room.refusal or room.money_refusal:
        return False
    members = await queries.to_carry_over(unit.session, room, rows_max=PORTION)
    carried = list(rules.carry_over(members, capacity, _renewal(programme), now=unit.now))
    await unit.record(carried)
    return bool(carried)


async def renewal(
    session: AsyncSession, programme_id: UUID, *, this_month: str, after: UUID | None, limit: int
) -> RenewalStanding:
    """How far the renewal of a programme is. Raises: ProgrammeUnknown, NotRenewed."""
    await known_programme(session, programme_id)
    programme = await queries.next_programme(session, programme_id)
    if programme is None:
        raise NotRenewed("no programme renews this one: open it first")
    capacity = await programmes.capacity(session, programme.programme_id)
    room = _room(programme, capacity, this_month=this_month)
    counts = await queries.counts(session, room)
    carried, waiting = counts.pop("carried", 0), counts.pop("waiting", 0)
    left = await queries.left_behind(session, room, after=after, limit=limit)
    return RenewalStanding(
        programme_id=programme.programme_id,
        renews=programme_id,
        carried=carried,
        waiting=waiting,
        left=counts,
        percent=100 * carried // (carried + waiting) if waiting else 100,
        done=not waiting,
        left_behind=[
            LeftBehind(
                worker_id=row["worker_id"],
                village_code=row["village_code"],
                reason=row["standing"],
            )
            for row in left
        ],
        next_after=left[-1]["worker_id"] if len(left) == limit else None,
    )


def _renewal(programme: Programme) -> Renewal:
    assert programme.renews is not None  # noqa: S101  (the query asked)
    opened = cast("UUID", programme.opened_event_id)
    return Renewal(
        programme_id=ProgrammeId(programme.programme_id),
        renews=ProgrammeId(programme.renews),
        cause=Cause(opened, programme.correlation_id or opened),
    )


def _room(programme: Programme, capacity: Capacity, *, this_month: str) -> Room:
    assert programme.renews is not None  # noqa: S101  (the query asked)
    first_month, months = capacity.months(this_month=this_month)
    refusal = "programme-closed" if capacity.closed else None if months else "programme-over"
    no_money = capacity.money < months * capacity.month
    return Room(
        programme_id=programme.programme_id,
        renews=programme.renews,
        first_month=first_month,
        regions=[region for region, places in sorted(capacity.places.items()) if places > 0],
        refusal=refusal,
        money_refusal="budget-exhausted" if no_money else None,
    )
