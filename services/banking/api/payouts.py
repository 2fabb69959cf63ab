"""Payouts: where each benefit is, and what a person does with those that stand still."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import ConfigDict

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Session, tools
from chassis.web.sheets import SHEETS, Format, sheet_answer
from contracts.types import Line, RegionCode
from services.banking.adapters import Tools
from services.banking.operations import payout_lists, payout_queue
from services.banking.queries.payout_lists import Wanted

PAGE_MAX = 200
router = APIRouter(route_class=Guarded, tags=["Payouts"])
State = Literal["ordered", "submitted", "settled", "failed"]
Reader = Annotated[Caller, allowed("bank", "branch", "auditor", area=IN_OPERATION)]
_BANK = command("bank", area=IN_OPERATION)


class Resume(Asked):
    """Why the payout may go on."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "the account was upgraded to savings"}]}
    )

    reason: Line


class Propose(Asked):
    """What the other bank says on paper became of the payout."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"outcome": "arrived", "evidence": "letter BCA 2025/114 of 3 November"}]
        }
    )

    outcome: Literal["arrived", "not-arrived"]
    evidence: Line
    """The paper, by its number; no name and no account number."""


class Confirm(Asked):
    """The proposed outcome, said once more by another officer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "arrived"}]})

    outcome: Literal["arrived", "not-arrived"]


def _wanted(
    caller: Reader,
    area: Annotated[RegionCode | None, Query(description="Within yours; else all of it.")] = None,
    claim: Annotated[UUID | None, Query(description="Of one claim.")] = None,
    state: State | None = None,
    stopped: Annotated[  # noqa: FBT002  (a parameter of the query)
        bool, Query(description="Only those that wait for a person.")
    ] = False,
) -> Wanted:
    if area is not None:
        caller.check_area(area)
    return Wanted(area or caller.area, claim_id=claim, state=state, stopped=stopped)


def _page(
    wanted: Annotated[Wanted, Depends(_wanted)],
    after: Annotated[UUID | None, Query(description="The `next_after` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_MAX,
) -> Wanted:
    return wanted._replace(after=after, limit=limit)


Page = Annotated[Wanted, Depends(_page)]


@router.get("/payouts")
async def list_payouts(page: Page, session: Session, caller: Reader) -> payout_lists.Payouts:
    """Payouts of an area or a claim, the oldest first. Accounts are shown to bank and auditor."""
    return await payout_lists.payouts(session, page, by=caller)


@router.get("/payouts/queue")
async def queue(
    page: Page, session: Session, caller: Reader, tools: Annotated[Tools, Depends(tools)]
) -> payout_lists.Queue:
    """The payouts that wait for a person, why, what waits for money or to be sent anew, and whether
    the rail answers.

    The rail: as this process sees it. Money: how much the Insurer account lacks, and what to do.
    """
    rail = tools.rail.breaker.state
    return await payout_lists.queue(session, page, rail=rail, by=caller)


@router.get("/payouts/sheet", response_class=Response, responses=SHEETS)
async def sheet(
    wanted: Annotated[Wanted, Depends(_wanted)],
    session: Session,
    _caller: Reader,
    format_: Annotated[Format, Query(alias="format")] = "csv",
) -> Response:
    """The payouts of an area or a claim for a spreadsheet, all of them, without accounts."""
    rows = payout_lists.rows(session, wanted)
    return await sheet_answer(format_, "payouts", payout_lists.COLUMNS, rows)


@router.get("/payouts/{payout_id}")
async def one_payout(
    payout_id: UUID, session: Session, caller: Reader
) -> payout_lists.PayoutStanding:
    """Where a benefit is."""
    return await payout_lists.one(session, payout_id, by=caller)


@router.post("/payouts/{payout_id}/resume", response_model=payout_queue.Changed)
async def resume(payout_id: UUID, asked: Resume, command: Annotated[Command, _BANK]) -> Response:
    """Let a stopped payout go on under its own reference, once what stopped it is put right.

    Of one whose outcome is unknown the rail is asked again; within the bank it is paid at once.
    """
    return await command.run_bulk(
        lambda unit: payout_queue.resume(
            unit, payout_id, reason=asked.reason, by=command.caller, cause=command.cause
        )
    )


@router.post("/payouts/{payout_id}/outcome", response_model=payout_queue.Changed)
async def propose(payout_id: UUID, asked: Propose, command: Annotated[Command, _BANK]) -> Response:
    """Write down what became of a payout that the rail gave no clear answer to, or that one that
    was never sent cannot be: its account is closed, or the rail takes no such amount.

    Nothing changes until another officer confirms it.
    """
    return await command.run_bulk(
        lambda unit: payout_queue.propose(
            unit,
            payout_id,
            asked.outcome,
            evidence=asked.evidence,
            by=command.caller,
            cause=command.cause,
        )
    )


@router.post("/payouts/{payout_id}/outcome/confirmation", response_model=payout_queue.Changed)
async def confirm(payout_id: UUID, asked: Confirm, command: Annotated[Command, _BANK]) -> Response:
    """Confirm what another officer proposed: the payout is settled, or has failed."""
    return await command.run_bulk(
        lambda unit: payout_queue.confirm(
            unit, payout_id, asked.outcome, by=command.caller, cause=command.cause
        )
    )


@router.post("/payouts/{payout_id}/reissue", status_code=201, response_model=payout_queue.Reissued)
async def reissue(payout_id: UUID, command: Annotated[Command, _BANK]) -> Response:
    """Send the benefit of a failed payout anew, once, to the payee as now registered.

    Within the bank when the payee has an account here by now. One whose outcome is unknown is
    never sent anew: 409 `payout-not-failed`. Nor is one whose payee's account here is closed, until
    claims has registered another: 409 `account-closed`.
    """
    return await command.run_bulk(
        lambda unit: payout_queue.reissue(unit, payout_id, by=command.caller, cause=command.cause)
    )
