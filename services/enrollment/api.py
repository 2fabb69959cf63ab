"""What clients ask of enrollment: each route parses, authorises, calls and answers."""

import asyncio
import csv
import io
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed, body, query
from chassis.web.commands import Command, command
from chassis.web.reading import Session, tools
from contracts.enrollment import Quota
from contracts.types import DistrictCode, Line, Month, RegencyCode, RegionCode, Rupiah
from services.enrollment import roster
from services.enrollment.adapters import Tools
from services.enrollment.operations import contributions, lookups, members, programmes, rosters
from services.enrollment.rules.programmes import ProgrammeTerms

router = APIRouter(route_class=Guarded)


class Asked(BaseModel):
    """A request: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OpenProgramme(Asked):
    """A programme to open."""

    name: Line
    province_code: RegionCode
    funder: Line
    legal_basis: Line
    first_month: Month
    last_month: Month
    ceiling: Rupiah
    quotas: tuple[Quota, ...] = Field(min_length=1)


class AmendProgramme(Asked):
    """New quotas; regions that are not named keep theirs."""

    quotas: tuple[Quota, ...] = Field(min_length=1)


class BillMonth(Asked):
    """A month of one kecamatan to bill."""

    programme_id: UUID
    month: Month
    district_code: DistrictCode


class Cards(Asked):
    """The cards of one kecamatan."""

    programme_id: UUID
    district_code: DistrictCode


class FindMember(Asked):
    """The member with this NIK."""

    nik: Annotated[str, Field(pattern=r"^\d{16}$")]


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
    """Set quotas anew."""
    return await command.run(
        lambda unit: programmes.amend_programme(
            unit, programme_id, asked.quotas, by=command.caller, cause=command.cause
        )
    )


@router.get("/programmes/{programme_id}")
async def programme(
    programme_id: UUID,
    area: RegionCode,
    session: Session,
    _caller: Annotated[
        Caller, allowed("province", "district", "branch", "auditor", "admin", area=query("area"))
    ],
) -> lookups.ProgrammeStanding:
    """A programme in figures, within an area."""
    return await lookups.programme(session, programme_id, area=area)


_UPLOADS_ROSTER = command(
    "district", area=query("region_code"), body_bytes_max=roster.FILE_BYTES_MAX
)


@router.post(
    "/rosters",
    status_code=202,
    response_model=rosters.Received,
    openapi_extra={"requestBody": {"required": True, "content": {"text/csv": {}}}},
)
async def upload_roster(
    programme_id: UUID,
    region_code: RegencyCode,
    request: Request,
    command: Annotated[Command, _UPLOADS_ROSTER],
) -> Response:
    """Upload a roster as the body: CSV. It is worked through at once; ask for it by its id."""
    file = await asyncio.to_thread(roster.read, await request.body())
    return await command.run_bulk(
        lambda unit: rosters.receive(
            unit,
            file,
            programme_id=programme_id,
            region_code=region_code,
            by=command.caller,
            cause=command.cause,
        )
    )


_READS_ROSTERS = allowed("district", "province", "auditor", "admin", area=IN_OPERATION)


@router.get("/rosters/{roster_id}")
async def roster_standing(
    roster_id: UUID, session: Session, caller: Annotated[Caller, _READS_ROSTERS]
) -> lookups.RosterStanding:
    """How far a roster was worked through."""
    return await lookups.roster(session, roster_id, by=caller)


@router.get("/rosters/{roster_id}/report", response_class=Response)
async def roster_report(
    roster_id: UUID, session: Session, caller: Annotated[Caller, _READS_ROSTERS]
) -> Response:
    """The refused rows as CSV: row, field, slug, reason."""
    report = await lookups.report(session, roster_id, by=caller)
    sheet = io.StringIO()
    lines = csv.writer(sheet)
    lines.writerow(("row", "field", "slug", "reason"))
    lines.writerows((row.row_number, row.field, row.slug, row.reason) for row in report.rows)
    name = f'attachment; filename="roster-{roster_id}-refused.csv"'
    return Response(sheet.getvalue(), 200, {"Content-Disposition": name}, "text/csv")


@router.post("/billings", response_model=contributions.Billed)
async def bill_month(
    asked: BillMonth, command: Annotated[Command, command("branch", area=body("district_code"))]
) -> Response:
    """Bill a month of one kecamatan; who was billed before is left out."""
    return await command.run_bulk(
        lambda unit: contributions.bill_month(
            unit,
            asked.programme_id,
            month=asked.month,
            district_code=asked.district_code,
            cause=command.cause,
        )
    )


@router.post("/cards/prints", response_model=members.Counted)
async def print_cards(
    asked: Cards, command: Annotated[Command, command("branch", area=body("district_code"))]
) -> Response:
    """Print the cards that covered members of one kecamatan lack."""
    return await command.run_bulk(
        lambda unit: members.print_cards(
            unit,
            asked.programme_id,
            district_code=asked.district_code,
            officer=command.caller.name,
            cause=command.cause,
        )
    )


@router.post("/cards/deliveries", response_model=members.Counted)
async def deliver_cards(
    asked: Cards,
    command: Annotated[Command, command("branch", "district", area=body("district_code"))],
) -> Response:
    """Hand over the printed cards of one kecamatan."""
    return await command.run_bulk(
        lambda unit: members.deliver_cards(
            unit,
            asked.programme_id,
            district_code=asked.district_code,
            officer=command.caller.name,
            cause=command.cause,
        )
    )


@router.post("/members:find")
async def find_member(
    asked: FindMember,
    session: Session,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, allowed("branch", "district", "bank", area=IN_OPERATION)],
) -> lookups.MemberStanding:
    """Find a member by NIK, which stays out of addresses and logs; at most so many a minute."""
    await tools.look_ups.check(caller.name)
    return await lookups.member(session, asked.nik, identities=tools.identities, by=caller)
