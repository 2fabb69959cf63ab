"""Rosters: uploaded by one person, decided by another."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import ConfigDict, Field

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed, query
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Noting, Session, tools
from contracts.types import Line, ProgrammeId, RegionCode
from services.enrollment import roster
from services.enrollment.adapters import Tools
from services.enrollment.api.bounds import ROW_NUMBER_MAX
from services.enrollment.operations import lookups, rosters
from services.enrollment.operations.lookups import roster_rows
from services.enrollment.operations.rosters import deciding, receiving
from services.enrollment.queries.row_findings import Which
from services.enrollment.roster.staged import staged

router = APIRouter(route_class=Guarded, tags=["Rosters"])

_UPLOADS = command(
    "district", "village", area=query("region_code"), body_bytes_max=roster.FILE_BYTES_MAX
)
_DECIDES = command("checker", "province", area=IN_OPERATION)
_READS = allowed(
    "village", "district", "checker", "province", "branch", "auditor", "admin", area=IN_OPERATION
)
_LOOKS = allowed("checker", "province", area=IN_OPERATION)
ROWS_PAGE_MAX = 1_000
SAMPLE_ROWS = 20
SAMPLE_ROWS_MAX = 100
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Approve(Asked):
    """The fit rows become members, but for these."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"leave_out": [17, 230]}]})

    leave_out: tuple[Annotated[int, Field(ge=2, le=ROW_NUMBER_MAX)], ...] = Field(
        default=(), max_length=10_000
    )
    """Numbers of rows with warnings that are not to become members."""


class Reject(Asked):
    """Why the roster goes back as a whole."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "kelurahan Liliba is missing: send it again"}]}
    )

    reason: Line


@router.post(
    "/rosters",
    status_code=202,
    response_model=receiving.Received,
    openapi_extra={
        "requestBody": {"required": True, "content": {"text/csv": {}, _XLSX: {}}},
    },
)
async def upload_roster(
    programme_id: ProgrammeId,
    region_code: RegionCode,
    request: Request,
    command: Annotated[Command, _UPLOADS],
    tools: Annotated[Tools, Depends(tools)],
) -> Response:
    """Upload a roster as the body: CSV or XLSX, up to 200,000 rows or 50 MiB.

    Every row gets a verdict at once; a second person (role `checker` or `province`) then decides.
    Ask for it by its id. The same file again is the same roster.
    """
    content = await request.body()
    file = await asyncio.to_thread(staged, content, identities=tools.identities)
    return await command.run_bulk(
        lambda unit: rosters.receive(
            unit,
            file,
            receiving.Sent(programme_id, region_code),
            by=command.caller,
            cause=command.cause,
            tools=tools,
        )
    )


@router.get("/rosters")
async def list_rosters(
    session: Session,
    _caller: Annotated[Caller, _READS],
    programme_id: UUID | None = None,
    state: Annotated[lookups.RosterState | None, Query()] = None,
) -> lookups.Rosters:
    """The rosters of the caller's area, the latest first: at most a hundred."""
    return await lookups.rosters_of(session, programme_id=programme_id, state=state)


@router.get("/rosters/{roster_id}")
async def roster_standing(
    roster_id: UUID, session: Session, caller: Annotated[Caller, _READS]
) -> lookups.RosterStanding:
    """How far a roster is: its state, the share of the work that is done, totals by reason."""
    return await lookups.roster(session, roster_id, by=caller)


@router.get("/rosters/{roster_id}/rows")
async def roster_findings(
    roster_id: UUID,
    session: Session,
    caller: Annotated[Caller, _READS],
    after: Annotated[int, Query(ge=0, le=ROW_NUMBER_MAX)] = 0,
    limit: Annotated[int, Query(ge=1, le=ROWS_PAGE_MAX)] = ROWS_PAGE_MAX,
) -> roster_rows.Findings:
    """Rows that were refused or warned about, a page at a time, without who it is about."""
    return await roster_rows.findings(session, roster_id, after=after, limit=limit, by=caller)


@router.get("/rosters/{roster_id}/sample")
async def roster_sample(
    roster_id: UUID,
    noting: Noting,
    caller: Annotated[Caller, _LOOKS],
    tools: Annotated[Tools, Depends(tools)],
    rows: Annotated[int, Query(ge=1, le=SAMPLE_ROWS_MAX)] = SAMPLE_ROWS,
) -> roster_rows.Sample:
    """Some fit rows, drawn by the roster's id, for the person who decides to look at; who looked
    is put on record."""
    return await noting.run(
        lambda unit: roster_rows.sample(unit, roster_id, rows=rows, by=caller, tools=tools)
    )


@router.get("/rosters/{roster_id}/report", response_class=StreamingResponse)
async def roster_report(
    roster_id: UUID,
    session: Session,
    noting: Noting,
    caller: Annotated[Caller, _READS],
    tools: Annotated[Tools, Depends(tools)],
    severity: Annotated[Which, Query()] = "refused",
) -> Response:
    """The refused rows (or those with warnings, or both) as CSV: the sender's own columns in the
    sender's order, then row number, verdict, slugs and reasons. Correct it and send it again. Who
    took it out is put on record."""
    await noting.run(
        lambda unit: roster_rows.note_report(unit, roster_id, which=severity, by=caller)
    )
    report = await roster_rows.report(session, roster_id, which=severity, tools=tools)
    name = f'attachment; filename="roster-{roster_id}-{severity}.csv"'
    return StreamingResponse(
        _pieces(report), headers={"Content-Disposition": name}, media_type="text/csv; charset=utf-8"
    )


async def _pieces(report: roster_rows.Report) -> AsyncIterator[bytes]:
    yield roster.report_header(report.columns)
    async for rows in report.pages():
        yield roster.report_rows(roster.ReportRow(r.number, r.cells, found) for r, found in rows)


@router.post("/rosters/{roster_id}/approval", response_model=deciding.Decided)
async def approve_roster(
    roster_id: UUID, asked: Approve, command: Annotated[Command, _DECIDES]
) -> Response:
    """Let the fit rows become members. Whoever sent the roster may not."""
    return await command.run(
        lambda unit: rosters.approve(
            unit,
            roster_id,
            leave_out=asked.leave_out,
            by=command.caller,
            cause=command.cause,
        )
    )


@router.post("/rosters/{roster_id}/rejection", response_model=deciding.Decided)
async def reject_roster(
    roster_id: UUID, asked: Reject, command: Annotated[Command, _DECIDES]
) -> Response:
    """Send the roster back as a whole. Whoever sent it may not."""
    return await command.run(
        lambda unit: rosters.reject(
            unit, roster_id, reason=asked.reason, by=command.caller, cause=command.cause
        )
    )
