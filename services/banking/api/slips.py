"""Payout slips: issued and printed for the payee, taken once at one branch."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import ConfigDict, Field

from chassis.signed_tokens import KeySet, key_set
from chassis.web.access import ANYWHERE, IN_OPERATION, Caller, Guarded, allowed, public
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.papers import PAPER, paper_answer
from chassis.web.reading import Session, tools
from contracts.types import Line
from services.banking.adapters import Tools
from services.banking.operations import slips

TOKEN_CHARACTERS_MAX = 2_000
"""Longer than any slip's: what is too long is told so, not refused as a request."""
REASON_CHARACTERS_MAX = 90
router = APIRouter(route_class=Guarded, tags=["Slips"])

Why = Annotated[
    Line,
    Query(
        max_length=REASON_CHARACTERS_MAX,
        description="Goes on record, with your name, where the payee's name is read.",
    ),
]


class HonorSlip(Asked):
    """What was scanned from a slip, and where."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token": "eyJhbGciOiJFZERTQSIsImtpZCI6Ii4uLiJ9.eyJ.MEU",
                    "branch": "Cabang Oebobo",
                }
            ]
        }
    )

    token: str = Field(min_length=1, max_length=TOKEN_CHARACTERS_MAX)
    branch: Line
    """The branch that takes the slip, as others are told it later."""


@router.post("/payouts/{payout_id}/slip", response_model=slips.Issued, status_code=201)
async def issue_slip(
    payout_id: UUID, command: Annotated[Command, command("bank", "branch", area=IN_OPERATION)]
) -> Response:
    """Issue a slip of a settled payout; the slips before it count no longer.

    Then print its `slip.pdf`. A payout of which a slip was honored gets none any more.
    """
    return await command.run(
        lambda unit: slips.issue(unit, payout_id, by=command.caller, cause=command.cause)
    )


@router.get("/payouts/{payout_id}/slip.pdf", response_class=Response, responses=PAPER)
async def print_slip(
    payout_id: UUID,
    session: Session,
    caller: Annotated[Caller, allowed("bank", "branch", area=IN_OPERATION)],
    tools: Annotated[Tools, Depends(tools)],
    reason: Why = "printing of a payout slip",
) -> Response:
    """The last slip of a payout on A5, made anew whenever it is asked for.

    It names the payee: the claims service opens the name and puts on record who asked and why.
    """
    wanted = await slips.to_print(session, payout_id, by=caller)
    await session.rollback()  # nothing is held while another service is asked
    content = await slips.paper(wanted, tools=tools, reason=reason, by=caller)
    return paper_answer(content, f"slip-{payout_id}-{wanted.slip.number}")


@router.post("/slips/honor", response_model=slips.Honored)
async def honor_slip(
    asked: HonorSlip,
    command: Annotated[Command, command("bank", area=ANYWHERE)],
    tools: Annotated[Tools, Depends(tools)],
) -> Response:
    """Take a slip by its code, once: at any branch, wherever the payee comes from.

    Whatever is not good is refused, and nothing is paid on it: `slip-unreadable` (cut),
    `slip-foreign` (another key), `slip-forged` (altered), `slip-unknown`, `slip-superseded` (a
    later one was issued), `slip-already-honored` (when, where and by whom is in the text).
    Compare amount and digits of the answer with the paper.
    """
    return await command.run(
        lambda unit: slips.honor(
            unit,
            asked.token,
            branch=asked.branch,
            tools=tools,
            by=command.caller,
            cause=command.cause,
        )
    )


@router.get("/slips/public-key", dependencies=[public])
async def public_key(tools: Annotated[Tools, Depends(tools)]) -> KeySet:
    """The keys with which slips are checked without a connection, as a JWK set (RFC 7517): that a
    slip is genuine, never that it is still good."""
    return key_set(tools.slip_key)
