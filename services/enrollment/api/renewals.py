"""Renewals: a programme goes on for another period, and its members with it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict

from chassis.local_time import local_day
from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed, body
from chassis.web.commands import Command, command
from chassis.web.reading import Now, Session
from contracts.types import ProgrammeId
from services.enrollment.api.programmes import OpenProgramme
from services.enrollment.operations import programmes, renewals
from services.enrollment.rules.months import month_of
from services.enrollment.rules.programmes import ProgrammeTerms

router = APIRouter(route_class=Guarded, tags=["Programmes"])
PAGE_MAX = 500
_READS = allowed("province", "checker", "district", "branch", "auditor", "admin", area=IN_OPERATION)
_EXAMPLE: dict[str, Any] = {
    "name": "Perlindungan pekerja rentan NTT 2026",
    "province_code": "53",
    "funder": "APBD Provinsi Nusa Tenggara Timur",
    "legal_basis": "Pergub NTT 21/2025, SK 4/2026",
    "first_month": "2026-01",
    "last_month": "2026-12",
    "ceiling": 20_000_000_000,
    "quotas": [{"region_code": "53.71", "heads": 2_525}],
}


class RenewProgramme(OpenProgramme):
    """The programme that carries the members on: it begins after the one before is over."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})


@router.post(
    "/programmes/{programme_id}/renewals", status_code=201, response_model=programmes.Opened
)
async def renew_programme(
    programme_id: UUID,
    asked: RenewProgramme,
    command: Annotated[Command, command("province", area=body("province_code"))],
) -> Response:
    """Open the next programme and carry over, a portion at a time, all members whose cover neither
    ended nor lapsed: same person, same number, months and money of the new programme."""
    terms = ProgrammeTerms(**dict(asked), renews=ProgrammeId(programme_id))
    return await command.run(
        lambda unit: renewals.renew(
            unit, programme_id, terms, by=command.caller, cause=command.cause
        )
    )


@router.get("/programmes/{programme_id}/renewal")
async def renewal(
    programme_id: UUID,
    session: Session,
    now: Now,
    _caller: Annotated[Caller, _READS],
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_MAX,
) -> renewals.RenewalStanding:
    """How far the renewal of this programme is, and who was not carried over, with the reason."""
    this_month = month_of(local_day(now))
    return await renewals.renewal(
        session, programme_id, this_month=this_month, after=after, limit=limit
    )
