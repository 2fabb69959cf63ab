"""Open, amend and close programmes."""

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import ProgrammeId
from services.enrollment.models import Programme
from services.enrollment.queries import programmes as queries
from services.enrollment.rules import programmes as rules
from services.enrollment.rules.programmes import Change, ProgrammeTerms


class ProgrammeUnknown(Refused):
    """No programme has this id."""

    slug, status, retryable = "programme-unknown", 404, False


class Opened(BaseModel):
    """The programme that was opened."""

    programme_id: UUID


class Amended(BaseModel):
    """The programme that was changed."""

    programme_id: UUID


class Closed(BaseModel):
    """The programme that takes no new members."""

    programme_id: UUID


async def open_programme(unit: Unit, terms: ProgrammeTerms, *, by: Caller, cause: Cause) -> Opened:
    """Open a programme.

    Raises: ProgrammeMonthsReversed, QuotaNamedTwice, QuotaOutsideProvince.
    """
    opened = rules.open_programme(terms, cause=cause, officer=by.name, now=unit.now)
    await unit.record([opened])
    return Opened(programme_id=opened.programme_id)


async def amend_programme(
    unit: Unit, programme_id: UUID, change: Change, *, by: Caller, cause: Cause
) -> Amended:
    """Change quotas, ceiling or legal basis.

    Raises: ProgrammeUnknown, OutsideArea, NothingToChange, QuotaBelowMembers, QuotaNamedTwice,
    QuotaOutsideProvince, CeilingBelowPromises.
    """
    held = await held_programme(unit.session, programme_id)
    by.check_area(held.province_code)
    rules.check_quotas(change.quotas, province_code=held.province_code)
    capacity = await queries.capacity(unit.session, programme_id)
    amended = rules.amend_programme(
        ProgrammeId(programme_id),
        change,
        promised=rules.Promised(
            members=await queries.members_by_region(unit.session, programme_id),
            reserved=held.ceiling - capacity.money,
        ),
        cause=cause,
        officer=by.name,
        now=unit.now,
    )
    await unit.record([amended])
    return Amended(programme_id=programme_id)


async def close_programme(
    unit: Unit, programme_id: UUID, *, reason: str, by: Caller, cause: Cause
) -> Closed:
    """Take no new members from now on. Raises: ProgrammeUnknown, OutsideArea, ProgrammeIsClosed."""
    held = await held_programme(unit.session, programme_id)
    by.check_area(held.province_code)
    closed = rules.close_programme(
        ProgrammeId(programme_id),
        closed=held.closed_at is not None,
        reason=reason,
        cause=cause,
        officer=by.name,
        now=unit.now,
    )
    await unit.record([closed])
    return Closed(programme_id=programme_id)


async def known_programme(session: AsyncSession, programme_id: UUID) -> Programme:
    """The programme. Raises: ProgrammeUnknown."""
    held = await queries.programme(session, programme_id)
    if held is None:
        raise ProgrammeUnknown(f"no programme {programme_id}: see the list of programmes")
    return held


async def held_programme(session: AsyncSession, programme_id: UUID) -> Programme:
    """The programme, locked until the transaction ends. Raises: ProgrammeUnknown."""
    held = await queries.programme_locked(session, programme_id)
    if held is None:
        raise ProgrammeUnknown(f"no programme {programme_id}: see the list of programmes")
    return held
