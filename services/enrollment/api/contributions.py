"""Contributions: months billed, owed by the funder, paid by members themselves."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import ConfigDict, Field

from chassis.local_time import local_day
from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed, body
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Now, Session, tools
from contracts.types import DistrictCode, Line, Month
from services.enrollment.adapters import Tools
from services.enrollment.operations import arrears, contributions
from services.enrollment.operations.contributions import runs
from services.enrollment.rules.own_money import OwnPayment
from services.enrollment.rules.tariffs import Sector

router = APIRouter(route_class=Guarded, tags=["Contributions"])
OWN_MONTHS_MAX = 12
_PROGRAMME = "a6025373-d271-5f43-83f7-c78e13c96afc"
_READS = allowed("province", "branch", "checker", "auditor", "admin", area=IN_OPERATION)
_SEES_ARREARS = allowed(
    "province", "branch", "checker", "district", "auditor", "admin", area=IN_OPERATION
)


class BillMonth(Asked):
    """A month of one kecamatan to bill."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"programme_id": _PROGRAMME, "month": "2025-07", "district_code": "53.71.04"}
            ]
        }
    )

    programme_id: UUID
    month: Month
    district_code: DistrictCode


class OrderBilling(Asked):
    """A month to bill in every kecamatan."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"programme_id": _PROGRAMME, "month": "2025-07"}]}
    )

    programme_id: UUID
    month: Month


class PayOwn(Asked):
    """Months that a member paid with his own money."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "months": ["2026-05", "2026-06"],
                    "sector": "other",
                    "receipt": "VA 8810 2026 000417",
                }
            ]
        }
    )

    months: tuple[Month, ...] = Field(min_length=1, max_length=OWN_MONTHS_MAX)
    """In a row, from the month that runs, the next one or one that the member owes on; of a
    membership that ended those that were owed at its end."""
    sector: Sector
    """`transport` for whoever carries people or goods; the tariff depends on it."""
    receipt: Line
    """The number that the insurer or its bank gave the payment."""


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


@router.post("/billing-runs", status_code=202, response_model=runs.Ordered)
async def order_billing(
    asked: OrderBilling, command: Annotated[Command, command("branch", area=IN_OPERATION)]
) -> Response:
    """Bill a month in every kecamatan of the programme's province, which the caller's area covers;
    then the list of who was billed is frozen. Who was billed before is left out, so that another
    run bills only who is new. Ask for the run by its id."""
    return await command.run(
        lambda unit: contributions.order_billing(
            unit, asked.programme_id, month=asked.month, by=command.caller, cause=command.cause
        )
    )


@router.get("/billing-runs")
async def billing_runs(
    programme_id: UUID,
    session: Session,
    caller: Annotated[Caller, _READS],
    month: Month | None = None,
) -> contributions.BillingRuns:
    """The latest billing runs of a programme, or of one month of it: at most a hundred."""
    return await contributions.billing_runs(session, programme_id, month=month, by=caller)


@router.get("/billing-runs/{run_id}")
async def billing_run(
    run_id: UUID, session: Session, caller: Annotated[Caller, _READS]
) -> contributions.BillingRunStanding:
    """How far a billing run is, and the list that it froze."""
    return await contributions.billing_run(session, run_id, by=caller)


@router.get("/funder-arrears")
async def funder_arrears(
    programme_id: UUID, session: Session, now: Now, caller: Annotated[Caller, _SEES_ARREARS]
) -> arrears.FunderArrears:
    """What the funder of a programme owes in the caller's area, by month and invoice, months past
    due that are on no invoice too, and since when. These are the funder's arrears, not the
    members'."""
    return await arrears.funder_arrears(session, programme_id, on=local_day(now), by=caller)


@router.post("/members/{worker_id}/own-contributions", response_model=contributions.OwnPaid)
async def pay_own(
    worker_id: UUID,
    asked: PayOwn,
    command: Annotated[Command, command("branch", area=IN_OPERATION)],
    tools: Annotated[Tools, Depends(tools)],
) -> Response:
    """Take note of months that a member paid himself, after his cover lapsed or for months that no
    programme pays, those that he owes among them. A cover that lapsed begins anew. After an end the
    months that the member owed then are taken, from the family too, and no others: what a claim
    holds for them is released. A receipt counts once."""
    payment = OwnPayment(asked.months, asked.sector, asked.receipt)
    return await command.run_bulk(
        lambda unit: contributions.pay_own(
            unit,
            worker_id,
            payment,
            by=command.caller,
            cause=command.cause,
            after_programme=tools.after_programme,
        )
    )
