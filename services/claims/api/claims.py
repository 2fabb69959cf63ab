"""A claim from the report to the verification."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import AwareDatetime, ConfigDict, Field

from chassis.web.access import IN_OPERATION, Guarded
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import tools
from contracts.claims import AidCost, ClaimKind, DocumentKind, Injury, Reporter, TripCost
from contracts.types import Line
from services.claims.adapters import Tools
from services.claims.api.heirs import (
    PARTIES_MAX,
    Living,
    Personal,
    Phone,
    RegisterHeir,
    SharesAsListed,
)
from services.claims.operations import documents, filing
from services.claims.operations.filing import Application, ReporterIdentity
from services.claims.operations.held import Stepped
from services.claims.rules.assessments import Assessment
from services.claims.rules.filing import Verification
from services.claims.rules.reports import Report

router = APIRouter(route_class=Guarded, tags=["Filing"])
_FILED: dict[str, Any] = {
    "worker_id": "01980000-0000-7000-8000-000000000001",
    "kind": "death",
    "died_on": "2025-10-11",
    "family": {"1": 1},
}
_COSTS_MAX, _INJURIES_MAX, _PAPERS_MAX = 200, 50, 30
_DAYS_MAX = 3_650
Amount = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000_000)]
Days = Annotated[int, Field(ge=0, le=_DAYS_MAX)]


class WhoCame(Asked):
    """Who reported it. Sealed before it is kept."""

    model_config = ConfigDict(hide_input_in_errors=True)

    name: Personal
    phone: Phone | None = None


class FileClaim(Asked):
    """A death or a work accident, with the family as far as it is known."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FILED]}, hide_input_in_errors=True)

    worker_id: UUID
    kind: ClaimKind = "death"
    died_on: date | None = None
    """Of `death` and `work-accident-death`."""
    happened_on: date | None = None
    """The day of the accident or of the diagnosis; of both work accidents."""
    happened_at: AwareDatetime | None = None
    """The hour of what happened; it decides when cover began on that day."""
    admitted_on: date | None = None
    """When a hospital admitted the member, if one did."""
    reported_by: Reporter = "officer"
    """Of role `village` it is always `village`."""
    reporter: WhoCame | None = None
    excuse: Line | None = None
    """Why a work accident is taken in after its time limit. No names of persons."""
    family: Living | None = None
    """How many live of each class, by the heir certificate; absent: those in `heirs`."""
    heirs: Annotated[tuple[RegisterHeir, ...], Field(max_length=PARTIES_MAX)] = ()
    shares: SharesAsListed | None = None

    def application(self) -> Application:
        """As operations take it."""
        return Application(
            worker_id=self.worker_id,
            report=Report(
                kind=self.kind,
                died_on=self.died_on,
                happened_on=self.happened_on,
                happened_at=self.happened_at,
                admitted_on=self.admitted_on,
                reported_by=self.reported_by,
                excuse=self.excuse,
            ),
            reporter=None if self.reporter is None else ReporterIdentity(**dict(self.reporter)),
            family=self.family,
            heirs=tuple(heir.party() for heir in self.heirs),
            shares=None if self.shares is None else self.shares.listed(),
        )


class AssessAccident(Asked):
    """What an accident cost and what was lost, by the doctor's paper and the receipts. Rupiah."""

    medical_document: UUID
    """The doctor's signed paper, attached before."""
    days_unable: Days = 0
    unable_from: date | None = None
    """The first day without work; left out: the day of the accident."""
    trips: Annotated[tuple[TripCost, ...], Field(max_length=_COSTS_MAX)] = ()
    medical_cost: Amount = 0
    home_care_cost: Amount = 0
    home_care_days: Days = 0
    aids: Annotated[tuple[AidCost, ...], Field(max_length=_COSTS_MAX)] = ()
    is_total_disability: bool = False
    injuries: Annotated[tuple[Injury, ...], Field(max_length=_INJURIES_MAX)] = ()
    is_left_handed: bool = False
    is_sudden_death: bool = False
    is_disease: bool = False
    """An occupational disease: the claim's `happened_on` is the day of the diagnosis."""
    work_ended_on: date | None = None
    """The last day of the work that brought the disease."""

    def assessment(self) -> Assessment:
        """As operations take it."""
        return Assessment(**dict(self))


class ReturnClaim(Asked):
    """What the family is to bring."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"note": "the heir certificate bears no stamp"}]}
    )

    missing: Annotated[tuple[DocumentKind, ...], Field(max_length=_PAPERS_MAX)] | None = None
    """Absent: all that stands against the verification."""
    note: Line
    """No names of persons."""


class Resubmit(Asked):
    """Nothing more than that the file is back."""


class Verify(Asked):
    """That the papers were seen."""

    override: Line | None = None
    """Why it goes on without a paper that practice wants, such as the Akta where there is a letter
    of the village. No names of persons."""
    funeral_paid_elsewhere: bool = False
    """The papers show that the funeral benefit was paid in another segment: it is paid once."""

    def verification(self) -> Verification:
        """As rules take it."""
        return Verification(self.override, self.funeral_paid_elsewhere)


_BRANCH = command("branch", area=IN_OPERATION)


@router.post("/claims", status_code=201, response_model=filing.Filed)
async def file_claim(
    asked: FileClaim,
    tools: Annotated[Tools, Depends(tools)],
    command: Annotated[Command, command("branch", "village", area=IN_OPERATION)],
) -> Response:
    """File a death or a work accident. Filing is the application (form F4)."""
    application = asked.application()
    return await command.run_together(
        lambda unit: filing.file_claim(
            unit, application, tools=tools, by=command.caller, cause=command.cause
        ),
        about=application.worker_id,
    )


@router.post("/claims/{claim_id}/assessment", response_model=filing.Assessed)
async def assess(
    claim_id: UUID, asked: AssessAccident, command: Annotated[Command, _BRANCH]
) -> Response:
    """Put on record what an accident cost; the last assessment counts."""
    return await command.run(
        lambda unit: filing.assess(
            unit, claim_id, asked.assessment(), by=command.caller, cause=command.cause
        )
    )


@router.post("/claims/{claim_id}/return", response_model=filing.Returned)
async def return_claim(
    claim_id: UUID,
    asked: ReturnClaim,
    command: Annotated[Command, command("branch", "approver", area=IN_OPERATION)],
) -> Response:
    """Give the file back with what is missing or wrong, also after it was verified."""
    return await command.run(
        lambda unit: filing.return_claim(
            unit,
            claim_id,
            asked.missing,
            note=asked.note,
            by=command.caller,
            cause=command.cause,
        )
    )


@router.post("/claims/{claim_id}/resubmission", response_model=Stepped)
async def resubmit(
    claim_id: UUID, _asked: Resubmit, command: Annotated[Command, _BRANCH]
) -> Response:
    """Take the file back when what was missing is there."""
    return await command.run(
        lambda unit: filing.resubmit(unit, claim_id, by=command.caller, cause=command.cause)
    )


@router.post("/claims/{claim_id}/verification", response_model=Stepped)
async def verify(
    claim_id: UUID,
    asked: Verify,
    tools: Annotated[Tools, Depends(tools)],
    command: Annotated[Command, _BRANCH],
) -> Response:
    """Say that the papers were seen and are in order; whoever filed the claim cannot."""
    # Before the transaction, which holds the claim: reading the scans may take long.
    intact = await documents.intact_scans(command.units, claim_id, tools=tools, by=command.caller)
    seen = filing.Seen(asked.verification(), intact)
    return await command.run_together(
        lambda unit: filing.verify(
            unit, claim_id, seen, tools=tools, by=command.caller, cause=command.cause
        ),
        about=claim_id,
    )
