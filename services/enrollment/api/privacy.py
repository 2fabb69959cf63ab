"""Privacy: who read whose data, everything that is held about one person, how long it is kept."""

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import ConfigDict, Field

from chassis.web.access import ANYWHERE, IN_OPERATION, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.papers import PDF, paper_answer
from chassis.web.reading import Noting, Session, tools
from chassis.web.sheets import SHEETS, Format, sheet_answer
from contracts.types import Line
from services.enrollment.adapters import Tools
from services.enrollment.adapters.access_report_pdf import access_report_pdf
from services.enrollment.api.bounds import InstantAsked
from services.enrollment.operations import access_reports, readings, retention
from services.enrollment.operations.access_reports import Asking
from services.enrollment.queries.privacy import ReadingsAsked
from services.enrollment.rules.access_reports import AccessReport

router = APIRouter(route_class=Guarded, tags=["Privacy"])

_READINGS_PAGE_MAX = 1_000
_NO_STORE = {"Cache-Control": "no-store"}
_OF_WORKER = allowed("branch", "auditor", "admin", area=IN_OPERATION)
_OF_ALL = allowed("auditor", "admin", area=IN_OPERATION)
_REPORTS = allowed("branch", "admin", area=IN_OPERATION)
_ANY_OFFICE = allowed(
    "village", "district", "checker", "province", "branch", "auditor", "admin", area=ANYWHERE
)
Limit = Annotated[int, Query(ge=1, le=_READINGS_PAGE_MAX)]


class MakeAccessReport(Asked):
    """Why the report is made, and who wants it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"reason": "the member asks at the counter", "asked_by": "member"}]
        }
    )

    reason: Line
    asked_by: Literal["member", "office"] = "office"
    """`member`: it is handed over, and answers the member's wish to see the data."""


class ReadingFilter(Asked):
    """Which readings: those to which everything given applies."""

    read_by: Line | None = None
    """The name in the token of whoever read."""
    since: Annotated[InstantAsked | None, Field(alias="from")] = None
    before: Annotated[InstantAsked | None, Field(alias="to")] = None

    def asked(self) -> ReadingsAsked:
        """What is asked of the register."""
        return ReadingsAsked(None, self.read_by, self.since, self.before)


class ReadingPage(ReadingFilter):
    """A page of them."""

    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=_READINGS_PAGE_MAX)] = 100


class ReadingFile(ReadingFilter):
    """All of them as a file."""

    format: Format = "csv"


Form = Literal["json", "pdf"]


def _form(
    format_: Annotated[Form | None, Query(alias="format")] = None,
    accept: Annotated[str, Header()] = "",
) -> Form:
    """How the report is wanted: what the query says, else what the client accepts."""
    return format_ or ("pdf" if PDF in accept else "json")


@router.get("/workers/{worker_id}/readings")
async def worker_readings(
    worker_id: UUID,
    session: Session,
    caller: Annotated[Caller, _OF_WORKER],
    after: UUID | None = None,
    limit: Limit = 100,
) -> readings.Readings:
    """Who read this worker's data, as what and why: the latest first, a page at a time."""
    return await readings.readings_of(
        session, ReadingsAsked(worker_id), after=after, limit=limit, by=caller
    )


@router.get("/workers/{worker_id}/readings/sheet", response_class=Response, responses=SHEETS)
async def worker_readings_sheet(
    worker_id: UUID,
    noting: Noting,
    caller: Annotated[Caller, _OF_WORKER],
    format_: Annotated[Format, Query(alias="format")] = "csv",
) -> Response:
    """The same as CSV or XLSX."""
    rows = await readings.readings_sheet(noting, ReadingsAsked(worker_id), by=caller)
    return await sheet_answer(format_, "readings", readings.COLUMNS, rows)


@router.get("/readings")
async def all_readings(
    asked: Annotated[ReadingPage, Query()], session: Session, caller: Annotated[Caller, _OF_ALL]
) -> readings.Readings:
    """Who read which workers' data in the caller's area, from an instant on and before another:
    the latest first, a page at a time."""
    return await readings.readings_of(
        session, asked.asked(), after=asked.after, limit=asked.limit, by=caller
    )


@router.get("/readings/sheet", response_class=Response, responses=SHEETS)
async def all_readings_sheet(
    asked: Annotated[ReadingFile, Query()], noting: Noting, caller: Annotated[Caller, _OF_ALL]
) -> Response:
    """The same as CSV or XLSX. It names officers and no member, so it is no reading itself."""
    rows = await readings.readings_sheet(noting, asked.asked(), by=caller)
    return await sheet_answer(asked.format, "readings", readings.COLUMNS, rows)


@router.post(
    "/workers/{worker_id}/access-report",
    response_model=AccessReport,
    responses={200: {"description": "JSON or PDF.", "content": {PDF: {}}}},
)
async def make_access_report(
    worker_id: UUID,
    asked: MakeAccessReport,
    noting: Noting,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, _REPORTS],
    form: Annotated[Form, Depends(_form)],
) -> Response:
    """Everything that is held about one person, as JSON, or as a PDF in Indonesian to hand over
    (`?format=pdf`, or `Accept: application/pdf`). Each time it is a reading on record. The answer
    is never stored, so the request takes no idempotency key."""
    asking = Asking(asked.asked_by, asked.reason)
    report = await noting.run(
        lambda unit: access_reports.access_report(unit, worker_id, asking, by=caller, tools=tools)
    )
    return await _FORMS[form](report)


@router.get("/retention")
async def retention_rules(_caller: Annotated[Caller, _ANY_OFFICE]) -> retention.Retention:
    """How long data of each kind are kept, counted from what, and by which rule."""
    return retention.retention()


async def _as_json(report: AccessReport) -> Response:
    return Response(report.model_dump_json(), headers=_NO_STORE, media_type="application/json")


async def _as_pdf(report: AccessReport) -> Response:
    content = await asyncio.to_thread(access_report_pdf, report)
    return paper_answer(content, "access-report")


_FORMS = {"json": _as_json, "pdf": _as_pdf}
