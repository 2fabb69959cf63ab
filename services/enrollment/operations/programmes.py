"""Open and amend programmes; tell how they stand."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.enrollment import Quota
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import ProgrammeId
from services.enrollment.models import Programme
from services.enrollment.queries import programmes as queries
from services.enrollment.rules import programmes as rules
from services.enrollment.rules.programmes import ProgrammeTerms


class ProgrammeUnknown(Refused):
    """No programme has this id."""

    slug, status, retryable = "programme-unknown", 404, False


class Opened(BaseModel):
    """The programme that was opened."""

    programme_id: UUID


class Amended(BaseModel):
    """The programme whose quotas are new."""

    programme_id: UUID


async def open_programme(unit: Unit, terms: ProgrammeTerms, *, by: Caller, cause: Cause) -> Opened:
    """Open a programme.

    Raises: ProgrammeMonthsReversed, QuotaNamedTwice, QuotaOutsideProvince.
    """
    opened = rules.open_programme(terms, cause=cause, officer=by.name, now=unit.now)
    await unit.record([opened])
    return Opened(programme_id=opened.programme_id)


async def amend_programme(
    unit: Unit, programme_id: UUID, quotas: Sequence[Quota], *, by: Caller, cause: Cause
) -> Amended:
    """Set quotas anew.

    Raises: ProgrammeUnknown, OutsideArea, QuotaBelowMembers, QuotaNamedTwice, QuotaOutsideProvince.
    """
    held = await held_programme(unit.session, programme_id)
    by.check_area(held.province_code)
    rules.check_quotas(quotas, province_code=held.province_code)
    amended = rules.amend_programme(
        ProgrammeId(programme_id),
        quotas,
        members=await queries.members_by_region(unit.session, programme_id),
        cause=cause,
        officer=by.name,
        now=unit.now,
    )
    await unit.record([amended])
    return Amended(programme_id=programme_id)


async def held_programme(session: AsyncSession, programme_id: UUID) -> Programme:
    """The programme, locked until the transaction ends. Raises: ProgrammeUnknown."""
    held = await queries.programme_locked(session, programme_id)
    if held is None:
        raise ProgrammeUnknown(f"no programme {programme_id}: see the list of programmes")
    return held
