"""Papers of a claim: their scans, and what an officer says who saw the originals."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from chassis.web.access import BODY_LIMIT, IN_OPERATION, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Session, tools
from contracts.claims import DocumentKind
from contracts.types import Line
from services.claims.adapters import Tools
from services.claims.operations import documents
from services.claims.rules.documents import Finding, Paper, media_type_of
from services.claims.settings import SCAN_BYTES_MAX

router = APIRouter(route_class=Guarded, tags=["Documents"])
_SCANS = ("application/pdf", "image/jpeg", "image/png")


class DescribePaper(Asked):
    """What the paper is; the scan is the body."""

    kind: DocumentKind
    issuer: Line
    """The office, with its place. No names of persons."""
    issued_on: date


class CheckDocument(Asked):
    """What an officer says who saw the original."""

    is_good: bool
    reason: Line | None = None
    """What is wrong with it. No names of persons."""


async def _limit_body(request: Request) -> None:
    """How large a scan may be is a setting; no more of it is received."""
    tools: Tools = request.app.state.tools
    request.scope[BODY_LIMIT] = tools.settings.document_bytes_max


@router.post(
    "/claims/{claim_id}/documents",
    status_code=201,
    response_model=documents.Attached,
    dependencies=[Depends(_limit_body)],
    openapi_extra={
        "requestBody": {"required": True, "content": {each: {} for each in _SCANS}},
        "x-body-bytes-max": SCAN_BYTES_MAX,
    },
)
async def attach_document(
    claim_id: UUID,
    asked: Annotated[DescribePaper, Query()],
    request: Request,
    tools: Annotated[Tools, Depends(tools)],
    command: Annotated[Command, command("branch", "village", area=IN_OPERATION)],
) -> Response:
    """Attach a paper by its scan, PDF, JPEG or PNG, as the body. Of kinds of which there is one the
    newest counts; the same scan again is the same document. `CLAIMS_DOCUMENT_BYTES_MAX` may set
    another limit."""
    content = await request.body()
    media_type = media_type_of(content, declared=request.headers.get("content-type", ""))
    # Before the transaction, which holds the claim: a scan that nobody names does no harm.
    digest = await tools.blobs.put(content)
    paper = Paper(**dict(asked), sha256=digest, media_type=media_type, size=len(content))
    return await command.run_together(
        lambda unit: documents.attach_document(
            unit, claim_id, paper, by=command.caller, cause=command.cause
        ),
        about=claim_id,
    )


@router.post("/claims/{claim_id}/documents/{document_id}/check", response_model=documents.Checked)
async def check_document(
    claim_id: UUID,
    document_id: UUID,
    asked: CheckDocument,
    command: Annotated[Command, command("branch", area=IN_OPERATION)],
) -> Response:
    """Say whether the original is good; a claim with a faulty paper is not verified."""
    return await command.run(
        lambda unit: documents.check_document(
            unit,
            claim_id,
            document_id,
            Finding(asked.is_good, asked.reason),
            by=command.caller,
            cause=command.cause,
        )
    )


@router.get(
    "/claims/{claim_id}/documents/{document_id}/content",
    response_class=Response,
    responses={200: {"content": {each: {} for each in _SCANS}}},
)
async def show_document(
    claim_id: UUID,
    document_id: UUID,
    session: Session,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, allowed("branch", "approver", "auditor", "fraud", area=IN_OPERATION)],
) -> Response:
    """The scan of a document, also of one that was replaced; it is what was handed in, or a
    refusal."""
    scan = await documents.scan(session, claim_id, document_id, tools=tools, by=caller)
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(scan.content, media_type=scan.media_type, headers=headers)
