"""Corrections: written down at once, or asked for by the member and answered by another person."""

from collections.abc import Mapping
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import ConfigDict, Field, model_validator

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Noting, Now, Session, tools
from contracts.enrollment import DataRequestKind, DataRequestOutcome
from contracts.types import Line
from services.enrollment.adapters import Tools
from services.enrollment.operations import amendments, data_requests
from services.enrollment.operations.data_requests import Wanted
from services.enrollment.queries.privacy import RequestState
from services.enrollment.rules.privacy import Decision

router = APIRouter(route_class=Guarded, tags=["Privacy"])

REQUESTS_PAGE_MAX = 1_000
_WRITES = command("branch", "district", area=IN_OPERATION)
_ANSWERS = command("branch", "district", "admin", area=IN_OPERATION)
_READS = allowed("branch", "district", "auditor", "admin", area=IN_OPERATION)
Cell = Annotated[str, Field(max_length=200)]


class Life(Asked):
    """What changes in a member's life, as a roster writes it; what is not named stays.

    Who somebody is does not change so: that needs a request and a second person, or whoever holds a
    place could give it to another (domain 3.7).
    """

    alamat: Cell | None = None
    kode_wilayah: Cell | None = None
    """The kelurahan or desa. Outside the region the place stays with the region that gave it."""
    pekerjaan: Cell | None = None
    no_hp: Cell | None = None
    ktp: Cell | None = None
    """`ya` when a copy of the identity card is on file."""
    kk: Cell | None = None
    """`ya` when a copy of the family card is on file."""

    def wanted(self) -> Mapping[str, str]:
        """The columns that are named, and what they should say."""
        return self.model_dump(exclude_none=True)


class Fields(Life):
    """Everything that can be corrected, as a roster writes it; what is not named stays."""

    nik: Cell | None = None
    nama: Cell | None = None
    tempat_lahir: Cell | None = None
    tanggal_lahir: Cell | None = None
    jenis_kelamin: Cell | None = None
    nama_ibu: Cell | None = None
    no_kk: Cell | None = None


class AmendWorker(Life):
    """Papers that arrived, or a new place, work or telephone."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kk": "ya"}, {"kode_wilayah": "53.71.04.1010"}]}
    )


class TakeDown(Asked):
    """What a member asks for; a correction names the fields and what they should say."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "correction", "fields": {"nama_ibu": "Maria Nubatonis"}},
                {"kind": "erasure"},
            ]
        }
    )

    kind: DataRequestKind
    fields: Fields = Fields()

    @model_validator(mode="after")
    def _corrections_alone_name_fields(self) -> Self:
        if (self.kind == "correction") != bool(self.fields.wanted()):
            raise ValueError("a correction names fields, and nothing else does")
        return self


class Answer(Asked):
    """Whether the member's request is granted, on which ground in law, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "outcome": "granted",
                    "legal_ground": "UU 27/2022 Pasal 30",
                    "reason": "sesuai dengan KTP dan KK yang ditunjukkan",
                }
            ]
        }
    )

    outcome: DataRequestOutcome
    legal_ground: Line
    reason: Line
    """What the member is told; it holds no personal data."""


@router.post("/workers/{worker_id}/amendments", response_model=amendments.Amended)
async def amend_worker(
    worker_id: UUID,
    asked: AmendWorker,
    command: Annotated[Command, _WRITES],
    tools: Annotated[Tools, Depends(tools)],
) -> Response:
    """Write down papers that arrived, or a new place, work or telephone. Who the member is (NIK,
    name, birth, mother, family card) is corrected by a request that another person answers."""
    return await command.run_bulk(
        lambda unit: amendments.amend_worker(
            unit, worker_id, asked.wanted(), by=command.caller, cause=command.cause, tools=tools
        )
    )


@router.get("/workers/{worker_id}/amendments")
async def worker_amendments(
    worker_id: UUID,
    noting: Noting,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, _READS],
    reason: Annotated[Line | None, Query(description="Opens what the fields said.")] = None,
) -> amendments.Amendments:
    """The corrections of a worker: which fields, by whom, when. What the fields said before and
    after is opened with a reason only, and that is a reading on record."""
    return await noting.run(
        lambda unit: amendments.amendments_of(
            unit, worker_id, reason=reason, by=caller, tools=tools
        )
    )


@router.post(
    "/workers/{worker_id}/data-requests", status_code=201, response_model=data_requests.Taken
)
async def take_request_down(
    worker_id: UUID,
    asked: TakeDown,
    command: Annotated[Command, _WRITES],
    tools: Annotated[Tools, Depends(tools)],
) -> Response:
    """Take down that a member wants to see, correct or erase the data: due in 72 hours."""
    wanted = Wanted(asked.kind, asked.fields.wanted())
    return await command.run(
        lambda unit: data_requests.take_down(
            unit, worker_id, wanted, by=command.caller, cause=command.cause, tools=tools
        )
    )


@router.get("/data-requests")
async def list_requests(
    session: Session,
    now: Now,
    _caller: Annotated[Caller, _READS],
    state: RequestState | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=REQUESTS_PAGE_MAX)] = 100,
) -> data_requests.Requests:
    """Requests of the caller's area, the one with the least time left first: `open` in time,
    `late`, or `answered`; without a state all that wait for an answer."""
    return await data_requests.requests_of(session, state=state, after=after, limit=limit, now=now)


@router.get("/data-requests/{request_id}")
async def request_standing(
    request_id: UUID,
    noting: Noting,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, _READS],
    reason: Annotated[Line | None, Query(description="Opens what would be corrected.")] = None,
) -> data_requests.RequestStanding:
    """A request as whoever answers it has to see it: for an erasure the answer that the law asks
    for, for a correction, with a reason, what the fields say and should say."""
    return await noting.run(
        lambda unit: data_requests.standing(unit, request_id, reason=reason, by=caller, tools=tools)
    )


@router.post("/data-requests/{request_id}/answer", response_model=data_requests.Answered)
async def answer_request(
    request_id: UUID,
    asked: Answer,
    command: Annotated[Command, _ANSWERS],
    tools: Annotated[Tools, Depends(tools)],
) -> Response:
    """Answer a request, as another person than the one who took it down. What is granted is done:
    the record is corrected, or the member is erased."""
    decision = Decision(asked.outcome, asked.legal_ground, asked.reason)
    return await command.run_bulk(
        lambda unit: data_requests.answer(
            unit, request_id, decision, by=command.caller, cause=command.cause, tools=tools
        )
    )
