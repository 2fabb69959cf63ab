"""School years of the member's children."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field

from chassis.web.access import IN_OPERATION, Guarded
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from contracts.claims import SchoolLevel
from contracts.types import Line
from services.claims.operations import scholarships
from services.claims.rules.school_years import AskedYear, YearDecision

router = APIRouter(route_class=Guarded, tags=["Scholarships"])


class AskYear(Asked):
    """A school year of a child, with the certificate of its school."""

    child_id: UUID
    """A child of the member who is registered in the claim."""
    level: SchoolLevel
    school_year: Annotated[int, Field(strict=True, ge=2015, le=2100)]
    """The year in which it begins."""
    is_married: bool
    is_working: bool
    is_apprentice: bool = False
    """Works as an apprentice or on its own account: the scholarship goes on."""
    document_id: UUID
    """The certificate of the school, a document of the claim."""
    payee_id: UUID
    """The child, or of a minor its guardian."""


class DecideYear(Asked):
    """Whether it is paid, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"approve": True, "reason": "the certificate of the school was seen"}]
        }
    )

    approve: bool
    reason: Line


@router.post(
    "/claims/{claim_id}/scholarships", status_code=201, response_model=scholarships.YearAsked
)
async def request_year(
    claim_id: UUID,
    asked: AskYear,
    command: Annotated[Command, command("branch", area=IN_OPERATION)],
) -> Response:
    """Ask for a school year."""
    year = AskedYear(**dict(asked))
    return await command.run(
        lambda unit: scholarships.request(
            unit, claim_id, year, by=command.caller, cause=command.cause
        )
    )


@router.post(
    "/claims/{claim_id}/scholarships/{request_id}/decision",
    response_model=scholarships.YearDecided,
)
async def decide_year(
    claim_id: UUID,
    request_id: UUID,
    asked: DecideYear,
    command: Annotated[Command, command("approver", area=IN_OPERATION)],
) -> Response:
    """Pay a school year or refuse it."""
    decision = YearDecision(request_id, asked.approve, asked.reason)
    return await command.run(
        lambda unit: scholarships.decide(
            unit, claim_id, decision, by=command.caller, cause=command.cause
        )
    )
