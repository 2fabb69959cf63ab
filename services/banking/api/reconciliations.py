"""The rail's statements, and the differences between them and our book."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict, Field

from chassis.web.access import ANYWHERE, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Session
from contracts.types import Line, Rupiah
from services.banking.adapters import rail_statements
from services.banking.api.dates import Day
from services.banking.operations import differences, reconciliation
from services.banking.queries import reconciliation as queries
from services.banking.rules.reconciliation import DifferenceState, Format

router = APIRouter(route_class=Guarded, tags=["Reconciliation"])

AMOUNT_MAX = 1_000_000_000_000_000
PAGE_MAX = 500
_UPLOADS = command("bank", area=ANYWHERE, body_bytes_max=rail_statements.FILE_BYTES_MAX)
_ACTS = command("bank", area=ANYWHERE)
_READS = allowed("bank", "auditor", area=ANYWHERE)


class Explain(Asked):
    """Where a difference comes from, and the paper that shows it; name no person."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "explanation": "a transfer of another partner, booked to us",
                    "evidence": "letter 5/RAIL/2025",
                }
            ]
        }
    )

    explanation: Line
    evidence: Line


class Recover(Asked):
    """What came back from suspense, and the paper that shows it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": 10_000_000, "evidence": "credit note 17/2025"}]}
    )

    amount: Annotated[Rupiah, Field(le=AMOUNT_MAX)]
    evidence: Line


class DifferencesAsked(Asked):
    """Which differences."""

    day: Day | None = None
    state: DifferenceState | None = None
    after: UUID | None = None
    """`next_after` of the page before."""
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = PAGE_MAX


@router.post(
    "/rail-statements",
    response_model=reconciliation.StatementStanding,
    openapi_extra={
        "requestBody": {"required": True, "content": {"text/csv": {}, "text/plain": {}}},
    },
)
async def upload_rail_statement(
    day: Day,
    format: Annotated[Format, Query()],  # noqa: A002  (the name in the interface)
    request: Request,
    command: Annotated[Command, _UPLOADS],
) -> Response:
    """Send the rail's statement of a day as the body, CSV or MT940: up to 100,000 lines or 16 MiB.

    It is laid beside our book at once. A file that is wrong is refused with the line. The same file
    again compares again; another file of the same day takes the place of the one before.
    """
    content = await request.body()
    statement = await asyncio.to_thread(rail_statements.read, content, day=day, format_=format)
    return await command.run_bulk(
        lambda unit: reconciliation.receive(
            unit, statement, day, by=command.caller, cause=command.cause
        )
    )


@router.get("/differences")
async def list_differences(
    asked: Annotated[DifferencesAsked, Query()],
    session: Session,
    _caller: Annotated[Caller, _READS],
) -> differences.Differences:
    """Differences between the rail's statements and our book, by day, a page at a time."""
    which = queries.Asked(asked.day, asked.state)
    return await differences.differences(session, which, differences.Page(asked.after, asked.limit))


@router.get("/differences/{difference_id}")
async def difference(
    difference_id: UUID, session: Session, _caller: Annotated[Caller, _READS]
) -> differences.DifferenceStanding:
    """One difference, and what is to be done."""
    return await differences.difference(session, difference_id)


@router.post(
    "/differences/{difference_id}/explanation", response_model=differences.DifferenceStanding
)
async def explain_difference(
    difference_id: UUID, asked: Explain, command: Annotated[Command, _ACTS]
) -> Response:
    """Say where a difference comes from. Until it is accepted, a new explanation replaces it."""
    words = differences.Explanation(asked.explanation, asked.evidence)
    return await command.run_bulk(
        lambda unit: differences.explain(
            unit, difference_id, words, by=command.caller, cause=command.cause
        )
    )


@router.post(
    "/differences/{difference_id}/acceptance", response_model=differences.DifferenceStanding
)
async def accept_difference(difference_id: UUID, command: Annotated[Command, _ACTS]) -> Response:
    """Accept the explanation, as another person than who gave it. What the rail moved beyond our
    book goes to suspense, until it is recovered."""
    return await command.run_bulk(
        lambda unit: differences.accept(unit, difference_id, by=command.caller, cause=command.cause)
    )


@router.post("/differences/{difference_id}/recovery", response_model=differences.DifferenceStanding)
async def recover_difference(
    difference_id: UUID, asked: Recover, command: Annotated[Command, _ACTS]
) -> Response:
    """Take money out of suspense that the rail gave back, or that has found its place."""
    recovery = differences.Recovery(asked.amount, asked.evidence)
    return await command.run_bulk(
        lambda unit: differences.recover(
            unit, difference_id, recovery, by=command.caller, cause=command.cause
        )
    )
