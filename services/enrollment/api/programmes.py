"""Programmes: open, amend, close; how they stand; what they still carry."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict, Field

from chassis.local_time import local_day
from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed, body, query
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Now, Session
from contracts.types import Line, Month, RegionCode
from services.enrollment.api.bounds import Ceiling, HeadsAsked, QuotaAsked
from services.enrollment.operations import lookups, programmes
from services.enrollment.rules.months import month_of
from services.enrollment.rules.programmes import Change, ProgrammeTerms

router = APIRouter(route_class=Guarded, tags=["Programmes"])
_READS = allowed(
    "province", "checker", "district", "branch", "auditor", "admin", area=query("area")
)
_EXAMPLE: dict[str, Any] = {
    "name": "Perlindungan pekerja rentan NTT 2025",
    "province_code": "53",
    "funder": "APBD Provinsi Nusa Tenggara Timur",
    "legal_basis": "Pergub NTT 21/2025",
    "first_month": "2025-07",
    "last_month": "2025-12",
    "ceiling": 20_000_000_000,
    "quotas": [{"region_code": "53.71", "heads": 2_525}],
}


class OpenProgramme(Asked):
    """A programme to open. Amounts in rupiah; months as `2025-07`, both counted."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Line
    province_code: RegionCode
    funder: Line
    legal_basis: Line
    """The regulation or decree, such as a Pergub or SK number."""
    first_month: Month
    last_month: Month
    ceiling: Ceiling
    """What may be promised in all."""
    quotas: tuple[QuotaAsked, ...] = Field(min_length=1)


class AmendProgramme(Asked):
    """What to change; what is not named stays as it is."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"quotas": [{"region_code": "53.71", "heads": 2_530}]}]}
    )

    quotas: tuple[QuotaAsked, ...] = ()
    """New quotas; regions that are not named keep theirs."""
    ceiling: Ceiling | None = None
    legal_basis: Line | None = None


class CloseProgramme(Asked):
    """Why no new members are taken."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "the budget year ends: SK 12/2025"}]}
    )

    reason: Line


@router.post("/programmes", status_code=201, response_model=programmes.Opened)
async def open_programme(
    asked: OpenProgramme,
    command: Annotated[Command, command("province", area=body("province_code"))],
) -> Response:
    """Open a programme."""
    terms = ProgrammeTerms(**dict(asked))
    return await command.run(
        lambda unit: programmes.open_programme(unit, terms, by=command.caller, cause=command.cause)
    )


@router.post("/programmes/{programme_id}/quotas", response_model=programmes.Amended)
async def amend_programme(
    programme_id: UUID,
    asked: AmendProgramme,
    command: Annotated[Command, command("province", area=IN_OPERATION)],
) -> Response:
    """Change quotas, ceiling or legal basis. Nothing may fall below what was promised."""
    change = Change(asked.quotas, asked.ceiling, asked.legal_basis)
    return await command.run(
        lambda unit: programmes.amend_programme(
            unit, programme_id, change, by=command.caller, cause=command.cause
        )
    )


@router.post("/programmes/{programme_id}/closing", response_model=programmes.Closed)
async def close_programme(
    programme_id: UUID,
    asked: CloseProgramme,
    command: Annotated[Command, command("province", area=IN_OPERATION)],
) -> Response:
    """Take no new members from now on; what was promised is billed and paid to its end."""
    return await command.run(
        lambda unit: programmes.close_programme(
            unit, programme_id, reason=asked.reason, by=command.caller, cause=command.cause
        )
    )


@router.get("/programmes")
async def list_programmes(
    session: Session, _caller: Annotated[Caller, _READS], area: RegionCode
) -> lookups.Programmes:
    """The programmes of the area's province, the latest first."""
    return await lookups.programmes_of(session, area=area)


@router.get("/programmes/{programme_id}")
async def programme(
    programme_id: UUID, area: RegionCode, session: Session, _caller: Annotated[Caller, _READS]
) -> lookups.ProgrammeStanding:
    """A programme in figures, within an area."""
    return await lookups.programme(session, programme_id, area=area)


@router.get("/programmes/{programme_id}/what-if")
async def what_if(
    programme_id: UUID,
    _area: Annotated[RegionCode, Query(alias="area")],
    session: Session,
    now: Now,
    _caller: Annotated[Caller, _READS],
    heads: Annotated[HeadsAsked | None, Field(description="New members to be taken in.")] = None,
    months: Annotated[int | None, Field(ge=1, le=120)] = None,
) -> lookups.WhatIf:
    """What the money that is left still carries: how many more members, for how many months; and
    what so many new members for so many months would cost."""
    this_month = month_of(local_day(now))
    return await lookups.what_if(
        session, programme_id, this_month=this_month, heads=heads, months=months
    )
