"""What clients ask of banking: each route parses, authorises, calls and answers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed, query
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Session
from contracts.types import Line, Month, RegionCode
from services.banking.operations import figures, funds

AMOUNT_MAX = 1_000_000_000_000_000
"""Rupiah in one deposit: fifty thousand programmes like the first."""

router = APIRouter(route_class=Guarded)


class Deposit(Asked):
    """Money for a programme, and the document that it comes with."""

    programme_id: UUID
    amount: Annotated[int, Field(strict=True, gt=0, le=AMOUNT_MAX)]
    document: Line


class PayInvoices(Asked):
    """A month's invoices to pay, and the SP2D that orders it."""

    programme_id: UUID
    month: Month
    payment_order: Line


@router.post("/deposits", status_code=201, response_model=funds.Deposited)
async def deposit(
    asked: Deposit, command: Annotated[Command, command("province", area=IN_OPERATION)]
) -> Response:
    """Put money on a programme's account."""
    return await command.run_bulk(
        lambda unit: funds.deposit(
            unit,
            asked.programme_id,
            asked.amount,
            document=asked.document,
            by=command.caller,
            cause=command.cause,
        )
    )


@router.post("/payment-orders", response_model=funds.Paid)
async def pay_invoices(
    asked: PayInvoices, command: Annotated[Command, command("province", area=IN_OPERATION)]
) -> Response:
    """Pay the waiting invoices of a month, as far as the programme's money goes."""
    return await command.run_bulk(
        lambda unit: funds.pay_invoices(
            unit,
            asked.programme_id,
            month=asked.month,
            payment_order=asked.payment_order,
            by=command.caller,
            cause=command.cause,
        )
    )


@router.get("/figures")
async def bank_figures(
    area: RegionCode,
    session: Session,
    _caller: Annotated[Caller, allowed("bank", "province", "auditor", "admin", area=query("area"))],
) -> figures.Figures:
    """The bank in figures, within an area."""
    return await figures.figures(session, area=area)
